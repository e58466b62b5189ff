"""Messages between processes, there and back in one."""

import os
from multiprocessing import Pipe

import numpy as np
import pytest

import companion
from companion.utils.data.message import INLINE, MAPPED, receive, send

SIZES = [0, 1, 63, 64, 65, INLINE, 10 * INLINE, MAPPED - 1, MAPPED, 3 * MAPPED]


@pytest.fixture
def pipe():
    ours, theirs = Pipe()
    with ours, theirs:
        yield ours, theirs


def there_and_back(pipe, value):
    send(pipe[0], value)
    return receive(pipe[1])


@pytest.mark.parametrize("size", SIZES)
def test_arrays_of_any_size(pipe, size):
    sent = np.arange(size, dtype=np.uint8)
    got, label = there_and_back(pipe, (sent, "label"))
    np.testing.assert_array_equal(got, sent)
    assert label == "label"
    got[:] = 0  # it is the receiver's own


@pytest.mark.parametrize("size", SIZES)
def test_bytes_of_any_size(pipe, size):
    assert there_and_back(pipe, bytes(size)) == bytes(size)


@pytest.mark.parametrize("count", [1, 40, 40_000])
def test_several_arrays_begin_where_they_may(pipe, count):
    sent = [np.ones(1, np.uint8), np.arange(count, dtype=np.float64)] * 2
    got = there_and_back(pipe, sent)
    for a, b in zip(got, sent, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.flags.aligned


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (300, 50)])
def test_tensors(pipe, dtype, shape):
    sent = companion.ones(shape, dtype=getattr(companion, dtype))
    got = there_and_back(pipe, {"x": [sent, sent]})["x"][1]
    assert isinstance(got, companion.Tensor)
    assert (got.dtype, got.shape) == (sent.dtype, sent.shape)
    assert got.tolist() == sent.tolist()


def test_a_tensor_that_is_not_contiguous(pipe):
    sent = companion.arange(12.0).reshape(3, 4).T[1:]
    assert there_and_back(pipe, sent).tolist() == sent.tolist()


def test_a_tensor_arrives_without_its_history(pipe):
    leaf = companion.ones(3, requires_grad=True)
    assert not there_and_back(pipe, leaf * 2).requires_grad


def test_what_cannot_be_pickled_sends_nothing(pipe):
    with pytest.raises(Exception, match="pickle"):
        send(pipe[0], [np.ones(1000), lambda: 0])
    assert not pipe[1].poll(0)
    assert there_and_back(pipe, 5) == 5


def test_no_descriptor_is_left(pipe):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        there_and_back(pipe, np.ones(MAPPED))
        there_and_back(pipe, np.ones(INLINE))
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_other_side_has_gone(pipe):
    pipe[1].close()
    with pytest.raises(ConnectionError):
        send(pipe[0], 1)
    with pytest.raises(EOFError):
        receive(pipe[0])
