"""The package's names: what stands behind each, and where it is made."""

import ast
import functools
import inspect
import textwrap
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

DRAWS = ("bernoulli_", "normal_")  # not their functions, written in place


def parted(name):
    """The owner, which is a module or a class, and the last part."""
    owner, _, last = name.rpartition(".")
    return owner, last


@cache
def value_of(name):
    """What a dotted name stands for; of a class, what it holds itself."""
    owner, last = parted(name)
    if not owner:
        return import_module(name)
    place = value_of(owner)
    if isinstance(place, type):
        return inspect.getattr_static(place, last)
    return (
        getattr(place, last) if hasattr(place, last) else import_module(name)
    )


def kind_of(name):
    """Sphinx's word for what a name stands for."""
    value, owner = value_of(name), value_of(parted(name)[0])
    if isinstance(value, type):
        return "exception" if issubclass(value, Exception) else "class"
    if isinstance(owner, type):
        if isinstance(value, property):
            return "property"
        return "method" if callable(value) else "attribute"
    return "function" if callable(value) else "data"


def is_dtype(value):
    return type(value).__name__ == "dtype"


def is_row(name):
    """Is it a row of a table: an operation?"""
    return hasattr(value_of(name), "operation") and kind_of(name) == "function"


# Stubs: which names there are


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def offered(package):
    """{public name: (its module, its name there)}, from a package's stub."""
    path = Path(find_spec(package).origin)
    stub = path.with_suffix(".pyi")
    if path.stem != "__init__" or not stub.exists():
        return {}
    return {
        alias.asname: (line.module, alias.name)
        for line in tree_of(stub).body
        if isinstance(line, ast.ImportFrom)
        for alias in line.names
    }


def is_public(name):
    """Is it in the stub of a package of ours?"""
    owner, last = parted(name)
    try:
        return owner.startswith("companion") and last in offered(owner)
    except (AttributeError, ImportError, ValueError):  # no such package
        return False


@cache
def methods():
    """The public methods and attributes of Tensor, from its stub."""
    path = Path(find_spec("companion.autograd.tensor").origin)
    (tensor,) = (
        statement
        for statement in tree_of(path.with_suffix(".pyi")).body
        if isinstance(statement, ast.ClassDef)
    )
    names = {
        line.target.id if isinstance(line, ast.AnnAssign) else line.name
        for line in tensor.body
    }
    return {name for name in names if not name.startswith("_")}


def as_methods(name):
    """What a function is called as a tensor's method, and in place."""
    owner, last = parted(name)
    if owner != "companion" or kind_of(name) != "function":
        return []
    return sorted({last, f"{last}_"}.difference(DRAWS) & methods())


def functions_as_methods():
    """The functions that are methods too."""
    names = {f"companion.{method.removesuffix('_')}" for method in methods()}
    return [n for n in sorted(names) if is_public(n) and as_methods(n)]


def home(name):
    """The module that makes a name, and what it is called there."""
    package, last = parted(name)
    module, original = offered(package).get(last, (None, last))
    return f"{package}.{module}" if module else package, original


@cache
def first_name(name):
    """The name by which `name` is known first; None if it is the first."""
    owner, last = parted(name)
    if is_dtype(value_of(name)):
        first = f"companion.{value_of(name).name}"
    elif isinstance(value_of(owner), type):
        return None
    else:
        first = f"companion.{last}"
    same = is_dtype(value_of(name)) or home(first) == home(name)
    return first if same and first != name else None


# Sources: where they are made


@cache
def text_of(module):
    return Path(find_spec(module).origin).read_text(encoding="utf-8")


@cache
def statements(module):
    return ast.parse(text_of(module)).body


def source_of(name):
    """The module that makes what has this name, and the statements."""
    value, owner = value_of(name), value_of(parted(name)[0])
    if isinstance(owner, type):
        function = getattr(value, "fget", value)
        text = inspect.getsource(function)
        return function.__module__, textwrap.dedent(text)
    module, text = source(*home(name))
    if isinstance(value, functools.partial):
        whole = source(module, value.func.__name__)[1]
        return module, f"{whole}\n\n\n{text}"
    return module, text


def source(module, name):
    """The module whose statements make a name there, and these."""
    made = []
    for statement in statements(module):
        if name in names_imported(statement):
            return source(statement.module, name)
        if name in names_made(statement):
            made.append(lines_of(module, statement))
    return module, "\n\n\n".join(made)


def names_imported(statement):
    if not isinstance(statement, ast.ImportFrom):
        return []
    return [alias.asname or alias.name for alias in statement.names]


def names_made(statement):
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return [statement.name]
    targets = getattr(statement, "targets", [])
    nodes = (node for target in targets for node in ast.walk(target))
    return [node.id for node in nodes if isinstance(node, ast.Name)]


def lines_of(module, statement):
    """A statement with its decorators, as it stands in the module."""
    decorators = getattr(statement, "decorator_list", [])
    first = min(node.lineno for node in (statement, *decorators))
    lines = text_of(module).splitlines()[first - 1 : statement.end_lineno]
    return "\n".join(lines)
