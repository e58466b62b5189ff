"""MNIST as a data set: 60,000 digits to learn from, 10,000 to be tested on."""

import companion
from companion.datasets.files import load_mnist
from companion.utils.data.batch import Columns
from companion.utils.data.dataset import Dataset


class MNIST(Dataset):
    """Handwritten digits: sample i is an image and its label, an int.

    The image is a float32 tensor, 1 x 28 x 28, from 0 (paper) to 1 (ink);
    with a ``transform``, whatever that makes of the uint8 array, 28 x 28.
    The whole split is in ``data``, uint8, N x 28 x 28, and ``targets``,
    int64, N. ``root`` and ``download`` are accepted for torchvision's sake:
    the files lie in the package.
    """

    def __init__(
        self,
        root=None,
        train=True,
        transform=None,
        target_transform=None,
        download=False,
    ):
        images, labels = load_mnist("train" if train else "test")
        self.data = companion.from_numpy(images)
        self.targets = companion.from_numpy(labels)
        self.root = root
        self.train = train
        self.transform = transform
        self.target_transform = target_transform

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        image, label = self.data[index], int(self.targets[index])
        transform = self.transform or scaled
        if self.transform is not None:
            image = image.numpy()
        if self.target_transform is not None:
            label = self.target_transform(label)
        return transform(image), label

    def __getitems__(self, indices):
        """A batch at once, unless a transform wants its images one by one."""
        own = type(self).__getitem__ is not MNIST.__getitem__
        if own or (self.transform, self.target_transform) != (None, None):
            return [self[index] for index in indices]
        rows = companion.tensor(indices, dtype=companion.int64)
        return Digits(scaled(self.data[rows]), self.targets[rows])


class Digits(Columns):
    """Images and labels as they are collated; a single label is an int."""

    def __getitem__(self, index):
        row = super().__getitem__(index)
        return row if isinstance(index, slice) else (row[0], int(row[1]))


def scaled(images):
    """Grey levels 0 … 255 to 0 … 1: (…, H, W) to (…, 1, H, W)."""
    return images.float().div(255).unsqueeze(-3)
