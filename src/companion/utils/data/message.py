"""Messages between processes: small ones in the pipe, large ones in memory.

A value is pickled, and its arrays are kept apart (pickle's protocol 5): a
batch is a short head and a few long blocks. Up to ``INLINE`` bytes go through
the pipe. More go into a file in memory that has no name, and the pipe carries
its descriptor: whoever is killed, the system frees the memory with the last
process that has the file open, and no shared memory is left behind.

A pipe so never holds more than a few kilobytes, and no process ever waits
because a pipe is full: with two that wait for each other, it would be for
ever.
"""

import mmap
import os
import pickle
from multiprocessing.reduction import recv_handle, send_handle
from tempfile import TemporaryFile

from companion._library import is_tensor, library, named

INLINE = 512  # bytes
MAPPED = 2**20  # bytes from which mapping a file is cheaper than reading it
ALIGNED = 64  # arrays begin at multiples of it


class Packer(pickle.Pickler):
    """Pickles a tensor as its array: by itself, torch would copy it twice."""

    def reducer_override(self, value):
        if not is_tensor(value):
            return NotImplemented
        try:
            array = value.detach().numpy()
        except TypeError:  # bfloat16, say, which NumPy does not have
            return NotImplemented
        return to_tensor, (library(value).__name__, array)


def to_tensor(name, array):
    return named(name).from_numpy(array)


def pack(value):
    """A value as blocks of bytes: the pickle, then its arrays."""
    head, arrays = Bytes(), []
    Packer(head, protocol=5, buffer_callback=arrays.append).dump(value)
    return [memoryview(head), *(array.raw() for array in arrays)]


class Bytes(bytearray):
    write = bytearray.extend  # all of a file that a pickler asks for


def unpack(sizes, data):
    """The value whose blocks lie in ``data``; its arrays stay there."""
    blocks, start = [], 0
    for size in sizes:
        blocks.append(memoryview(data)[start : start + size])
        start += size + padding(size)
    return pickle.loads(blocks[0], buffers=blocks[1:])


def padding(size):
    return -size % ALIGNED


def send(connection, value):
    """Send a value; one that cannot be pickled raises, and sends nothing."""
    blocks = pack(value)
    sizes = [block.nbytes for block in blocks]
    if sum(sizes) > INLINE:
        send_file(connection, sizes, blocks)
    else:
        data = Bytes()
        write(data, blocks)
        connection.send((sizes, data))


def send_file(connection, sizes, blocks):
    with memory_file() as file:
        write(file, blocks)
        file.flush()
        connection.send((sizes, None))
        send_handle(connection, file.fileno(), None)


def write(file, blocks):
    for block in blocks:
        file.write(block)
        file.write(bytes(padding(block.nbytes)))


def memory_file():
    """A file without a name: in memory on Linux, elsewhere among the
    temporary files."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("batch"), "wb")
    return TemporaryFile()


def receive(connection):
    """The next value; EOFError or ConnectionError: the other side has gone."""
    sizes, data = connection.recv()
    if data is None:
        with open(recv_handle(connection), "rb", buffering=0) as file:
            data = contents(file)
    return unpack(sizes, data)


def contents(file):
    size = os.fstat(file.fileno()).st_size
    if size >= MAPPED:
        return mmap.mmap(file.fileno(), size)
    data = bytearray(size)
    file.seek(0)  # the sender wrote through the same file position
    file.readinto(data)
    return data
