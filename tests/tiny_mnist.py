"""A tiny package of MNIST's four files, and processes that unpack it."""

import hashlib
import lzma
import subprocess
import sys
from pathlib import Path

import numpy as np

from companion.datasets import files

REAL = files.PACKED
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


def md5(content):
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def tiny_idx(name):
    """An IDX file of three images, or of as many labels as fill 4 KiB."""
    shape = (3, 28, 28) if "images" in name else (5000,)
    values = np.random.default_rng(len(name)).integers(10, size=shape)
    sizes = np.array(shape, ">u4").tobytes()
    return bytes([0, 0, 8, len(shape)]) + sizes + values.astype("u1").tobytes()


def pack(folder, name, content):
    (folder / f"{name}.xz").write_bytes(lzma.compress(content, preset=0))


def use_package(folder):
    """What a tiny package needs, here and in a child process."""
    files.PACKED = folder
    files.FILES = {}
    for path in sorted(folder.iterdir()):
        content = lzma.decompress(path.read_bytes())
        files.FILES[path.stem] = len(content), md5(content)


def contents(cache):
    """What lies in the cache: relative name -> MD5, without the lock."""
    return {
        path.relative_to(cache).as_posix(): md5(path.read_bytes())
        for path in cache.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def complete():
    return {f"MNIST/raw/{name}": files.FILES[name][1] for name in MD5}


def assert_complete(cache):
    assert contents(cache) == complete()
    assert sorted(p.name for p in (cache / "MNIST").iterdir()) == [
        ".lock",
        "raw",
    ]


def child(code):
    """Python in another process, with the package that is used here."""
    start = (
        "import sys, os, signal, resource, pathlib\n"
        "from companion import datasets\n"
        "from companion.datasets import files\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import tiny_mnist\n"
    )
    if files.PACKED != REAL:
        folder = f"pathlib.Path({str(files.PACKED)!r})"
        start += f"tiny_mnist.use_package({folder})\n"
    return subprocess.Popen(
        [sys.executable, "-c", start + code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(code):
    process = child(code)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def shorten(path):
    path.write_bytes(path.read_bytes()[:-1])
