"""MNIST, from the package to your disk.

All four files lie in the package, compressed (the folder ``mnist``). On the
first use they are unpacked, checked and moved into a cache folder; from then
on they are only read. Nothing is ever downloaded.
"""

import hashlib
import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np

PACKED = Path(__file__).with_name("mnist")

# Name, size in bytes and MD5 of the original files.
FILES = {
    "train-images-idx3-ubyte": (47040016, "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte": (60008, "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte": (7840016, "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte": (10008, "27ae3e4e09519cfbb04c329615203637"),
}


def load_mnist(split):
    """Images and labels of ``"train"`` (N = 60,000) or ``"test"`` (10,000).

    Two arrays of your own: images, uint8 from 0 (paper) to 255 (ink),
    shape (N, 28, 28), and labels, int64 from 0 to 9, shape (N,).
    """
    names = {"train": "train", "test": "t10k"}
    if split not in names:
        raise ValueError(f'split must be "train" or "test", got {split!r}')
    raw = unpacked()
    images = read_idx(raw / f"{names[split]}-images-idx3-ubyte")
    labels = read_idx(raw / f"{names[split]}-labels-idx1-ubyte")
    return images, labels.astype(np.int64)


def unpacked():
    """The folder of the four files.

    They lie unpacked in the package itself where the book's live cells run:
    a few hundred digits, since a browser fetches them.
    """
    if all((PACKED / name).exists() for name in FILES):
        return PACKED
    return mnist_root() / "MNIST" / "raw"


def read_idx(path):
    """The uint8 array in an IDX file.

    IDX: the bytes 0, 0, 8 (for uint8) and d; d sizes, each an integer of
    four bytes, the highest first; the array itself, last index fastest.
    """
    d = np.fromfile(path, np.uint8, 4)[3]
    shape = np.fromfile(path, ">u4", d, offset=4)
    return np.fromfile(path, np.uint8, offset=4 + 4 * d).reshape(shape)


def mnist_root():
    """The folder that has MNIST's four files in ``MNIST/raw``; unpacks once.

    It is laid out for ``torchvision.datasets.MNIST(root=mnist_root())``. The
    environment variable ``COMPANION_CACHE`` names it; unset, it is the
    system's folder for caches. A file of the wrong size, or with another
    beginning than ours, is unpacked again. Raises OSError if the folder
    cannot be written, RuntimeError if the package is damaged.
    """
    root = cache_folder()
    raw = root / "MNIST" / "raw"
    try:
        if not all(is_whole(raw / name) for name in FILES):
            raw.mkdir(parents=True, exist_ok=True)
            with one_at_a_time(raw.parent):
                unpack_missing(raw)
    except OSError as error:
        raise OSError(
            error.errno,
            f"cannot unpack MNIST (55 MB): {error.strerror}; set "
            "COMPANION_CACHE to another folder than",
            str(root),
        ) from error
    return root


def cache_folder():
    """``COMPANION_CACHE``, or a folder of ours among the user's caches."""
    mac = sys.platform == "darwin"
    caches = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not caches.is_absolute():  # the XDG rule: ignore any other
        caches = Path("~/Library/Caches" if mac else "~/.cache")
    chosen = os.environ.get("COMPANION_CACHE")
    folder = Path(chosen) if chosen else caches / "training-loop-companion"
    try:
        return folder.expanduser().absolute()
    except RuntimeError as error:
        raise RuntimeError(
            f"no home folder for {folder}; set COMPANION_CACHE to a folder "
            "that MNIST (55 MB) can be unpacked in"
        ) from error


def is_whole(path):
    """Whether ``path`` has the size and the first 4 KiB that it should have.

    The MD5, which takes a hundred times as long, is checked when the file is
    unpacked.
    """
    size, _ = FILES[path.name]
    if not path.is_file() or path.stat().st_size != size:
        return False
    with path.open("rb") as file:
        return file.read(4096) == original(path.name, 4096)


def original(name, size=-1):
    """The first ``size`` bytes of a file, from the package; -1 means all."""
    import lzma  # which Python in a browser does not have

    packed = PACKED / f"{name}.xz"
    try:
        with lzma.open(packed) as file:
            content = file.read(size)
        md5 = hashlib.md5(content, usedforsecurity=False)
        if size == -1 and md5.hexdigest() != FILES[name][1]:
            raise lzma.LZMAError("wrong MD5")
        return content
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise RuntimeError(
            f"{packed} cannot be unpacked ({error}); install "
            "training-loop-companion again"
        ) from error


@contextmanager
def one_at_a_time(folder):
    """Wait until no other process is in here; a killed one is out at once."""
    with open(folder / ".lock", "wb") as lock:
        if sys.platform not in ("win32", "emscripten"):
            import fcntl  # which these two do not have

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def unpack_missing(raw):
    """Write what is missing or wrong beside ``raw``; move it in when whole.

    So a full disk leaves ``raw`` as it was, and a process that is killed
    leaves files that are whole or absent.
    """
    parts = raw.with_name("unpacking")
    shutil.rmtree(parts, ignore_errors=True)  # of a process that was killed
    missing = [name for name in FILES if not is_whole(raw / name)]
    try:
        parts.mkdir()
        for name in missing:
            write(parts / name, original(name))
        for name in missing:
            os.replace(parts / name, raw / name)
    finally:
        shutil.rmtree(parts, ignore_errors=True)


def write(path, content):
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # or a power cut leaves the size, but zeros
