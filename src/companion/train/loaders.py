"""The two loaders of a run, and a loader that prepares each batch."""

from companion._library import library


def get_data(train_ds, valid_ds, bs):
    """Batches to train on, shuffled, and twice as large ones to validate.

    Validation keeps no graph, so there is room for more in memory, and the
    order makes no difference to a mean.
    """
    loader = library(train_ds).utils.data.DataLoader
    return (
        loader(train_ds, batch_size=bs, shuffle=True),
        loader(valid_ds, batch_size=bs * 2),
    )


class WrappedDataLoader:
    """``func(*batch)`` for each batch of the loader `dl`."""

    def __init__(self, dl, func):
        self.dl = dl
        self.func = func

    def __len__(self):
        return len(self.dl)

    def __iter__(self):
        for batch in self.dl:
            yield self.func(*batch)


def to_device(device):
    """A function for `WrappedDataLoader`: every tensor moves to `device`."""
    return lambda *batch: tuple(tensor.to(device) for tensor in batch)
