"""Data sets that a worker can import, however it is started."""

import numpy as np

from companion.utils.data import Dataset


class Drawn(Dataset):
    """Two samples, drawn from NumPy's generator."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return np.random.rand()


def seed_by_number(worker):
    np.random.seed(worker)
