"""``python -m companion.train``: a net for MNIST, from the command line.

Model, loss, optimizer and loaders come from the engine that was chosen, and
:func:`companion.train.fit` trains them. Started by torchrun, each process
trains on its share of every batch, and the first one reports and saves.
"""

import sys
from contextlib import nullcontext

from companion import distributed
from companion._library import loaded, named
from companion.datasets import load_mnist
from companion.train.arguments import (
    COMMAND,
    OPTIMIZERS,
    parsed,
    same_when_resumed,
    settings,
)
from companion.train.checkpoints import Checkpoint, CheckpointError
from companion.train.loaders import WrappedDataLoader, get_data, to_device
from companion.train.loop import accuracy, evaluate, fit
from companion.train.models import MODELS

TRAIN = 50_000  # digits of the 60,000 train; the others validate


def main(words=None):
    """The command; returns its exit code."""
    processes = distributed.launched()
    args = parsed(words, processes)
    try:
        alone = processes == 1
        with nullcontext((0, 1)) if alone else distributed.processes() as team:
            train(args, *team)
    except (CheckpointError, ImportError, OSError) as error:
        print(f"{COMMAND}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        advice = " (--resume goes on)" if args.checkpoint else ""
        print(f"{COMMAND}: stopped{advice}", file=sys.stderr)
        return 130
    return 0


def train(args, rank, size):
    library = named(args.engine)
    for home in loaded():
        home.manual_seed(args.seed)
    parts = made(args, library, size)
    say = print if rank == 0 else quiet
    say(introduction(args, parts["model"], size))
    if args.checkpoint:
        parts["checkpoint"] = Checkpoint(
            args.checkpoint,
            args.every,
            args.resume,
            about=same_when_resumed(args),
            write=rank == 0,
        )
    fit(
        args.epochs,
        **parts,
        metrics=[accuracy],
        clip=args.clip,
        patience=args.patience,
        report=lambda history: say(line(history, args.epochs)),
        progress=rank == 0 and sys.stderr.isatty(),
    )
    say(f"accuracy on the 10,000 test digits: {tested(library, parts):.4f}")


def tested(library, parts):
    dataset = digits(library, "test", 0, 10_000)
    loader = placed(library, library.utils.data.DataLoader(dataset, 500))
    model, loss_func = parts["model"], parts["loss_func"]
    return evaluate(model, loss_func, loader, [accuracy])["accuracy"]


def made(args, library, size):
    """Model, loss, optimizer and loaders: all of one library."""
    model = MODELS[args.model](library.nn)
    train_ds = digits(library, "train", 0, min(args.samples, TRAIN))
    valid_ds = digits(library, "train", TRAIN, 60_000)
    train_dl, valid_dl = get_data(train_ds, valid_ds, args.batch_size)
    if args.engine == "torch":
        model.to(distributed.device())
    if size > 1:
        distributed.parallel(model)
        train_dl = distributed.share(train_ds, args.batch_size, args.seed)
    make = getattr(library.optim, OPTIMIZERS[args.optimizer])
    return {
        "model": model,
        "loss_func": library.nn.CrossEntropyLoss(),
        "opt": make(model.parameters(), **settings(args)),
        "train_dl": placed(library, train_dl),
        "valid_dl": placed(library, valid_dl),
    }


def digits(library, split, start, end):
    """Rows of 784 pixels, 0 to 1, and their labels, as a data set."""
    images, labels = load_mnist(split)
    x = images[start:end].reshape(-1, 784).astype("float32") / 255
    x, y = library.from_numpy(x), library.from_numpy(labels[start:end])
    return library.utils.data.TensorDataset(x, y)


def placed(library, loader):
    """The batches on the device where the model is."""
    if library.__name__ != "torch" or distributed.device() == "cpu":
        return loader
    return WrappedDataLoader(loader, to_device(distributed.device()))


def introduction(args, model, size):
    count = sum(p.numel() for p in model.parameters())
    chosen = ", ".join(f"{k} {v}" for k, v in settings(args).items())
    shared = f", {size} processes" if size > 1 else ""
    return (
        f"{args.model} with {count:,} parameters, "
        f"{OPTIMIZERS[args.optimizer]} ({chosen or 'its own settings'}), "
        f"batches of {args.batch_size}, seed {args.seed}, "
        f"engine {args.engine}{shared}"
    )


def line(history, epochs):
    row = history.rows[-1]
    return (
        f"epoch {len(history)}/{epochs}: loss {row['train_loss']:.4f}, "
        f"validation {row['valid_loss']:.4f}, "
        f"accuracy {row['accuracy']:.4f}"
    )


def quiet(_):
    """What the other processes say."""
