"""What binding gives `Tensor` is what its stub says, and torch has it all."""

import ast
import inspect
from pathlib import Path

import pytest
import torch

import companion
from companion.autograd import methods

STUB = Path(methods.__file__).with_name("tensor.pyi")
OF_EVERY_CLASS = {
    "__dict__", "__doc__", "__init__", "__module__", "__weakref__",
    "__annotations__", "__new__", "__hash__", "__reduce__", "__array__",
    "__array_priority__", "__deepcopy__", "__static_attributes__",
    "__firstlineno__",
}  # fmt: skip
OURS = {"_array", "_counter", "_node", "_view", "_hooks"}


def listed():
    """The names in the stub's class."""
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    body = next(n for n in tree.body if isinstance(n, ast.ClassDef)).body
    names = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    fields = {n.target.id for n in body if isinstance(n, ast.AnnAssign)}
    return names | fields


def test_the_stub_lists_every_method():
    bound = set(vars(companion.Tensor)) | {"_array", "_counter"}
    assert listed() - OF_EVERY_CLASS == bound - OF_EVERY_CLASS


def test_every_method_is_one_of_torch():
    public = {name for name in listed() - OURS if not name.startswith("__")}
    assert public - set(dir(torch.Tensor)) == set()


def test_methods_and_functions_carry_torch_s_names():
    for name in ("exp", "add_", "matmul", "log_softmax", "__getitem__"):
        assert getattr(companion.Tensor, name).__name__ == name


def test_errors_say_what_was_wrong_and_the_shapes():
    x, y = companion.ones(2, 3), companion.ones(4, 3)
    with pytest.raises(RuntimeError, match=r"a \(2\) must match.*\(4, 3\)"):
        x + y
    with pytest.raises(RuntimeError, match=r"cannot be mult.*\(2, 3\).*\(4"):
        x @ y
    with pytest.raises(IndexError, match=r"range of \[-2, 1\], but got 5"):
        x.sum(5)


@pytest.mark.parametrize("shape", [(2, 2), (1, 2, 2, 2)])
def test_batches_of_matrices_have_three_dimensions(shape):
    for library in companion, torch:
        x = library.ones(*shape)
        with pytest.raises(RuntimeError, match=r"bmm|3D"):
            library.bmm(x, x)


@pytest.mark.parametrize(
    ("name", "count", "said"),
    [
        ("exp", 0, "exp() is missing 'x'"),
        ("exp", 3, "exp() takes x, but got 3 values"),
        ("lerp", 2, "lerp() is missing 'weight'"),
        ("lerp", 4, "lerp() takes x, end, weight, but got 4 values"),
        ("permute", 1, "permute() is missing 'dims'"),
    ],
)
def test_too_few_and_too_many_arguments(name, count, said):
    x = companion.ones(3)
    with pytest.raises(TypeError) as error:
        getattr(companion, name)(*[x] * count)
    assert str(error.value) == said


@pytest.mark.parametrize(
    "name", ["permute", "flip", "expand", "repeat", "reshape"]
)
def test_one_number_is_a_list_of_one(name):
    number = 3 if name in ("expand", "reshape") else 0
    for library in companion, torch:
        method = getattr(library.arange(3), name)
        assert method(number).tolist() == method((number,)).tolist()


@pytest.mark.parametrize("name", ["exp", "atan2", "add", "sum"])
def test_help_speaks_of_ours(name):
    operation = getattr(companion, name)
    named = [n for n in inspect.signature(operation).parameters if n != "out"]
    assert named == operation.operation.parameters
    assert len(operation.__doc__.splitlines()) < 10
