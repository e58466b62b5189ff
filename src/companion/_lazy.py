"""Public names that load on first use (PEP 562).

A package's stub, the ``__init__.pyi`` beside its ``__init__.py``, lists its
public names, one import a line. Editors and type checkers read the stub; so
does :func:`lazy`, and imports a name's module when the name is first asked
for. Imported therefore means used: a page that takes ``optim.SGD`` never
loads Adam.
"""

import ast
import importlib
from pathlib import Path


def lazy(package, file):
    """The ``__getattr__``, ``__dir__`` and ``__all__`` of a package.

    ``from .sgd import SGD as SGD`` in the stub offers ``SGD`` from the
    module ``sgd``; ``from . import nn as nn`` offers the subpackage.
    """
    homes = {}  # public name -> the module that holds it
    for line in ast.parse(Path(file).with_suffix(".pyi").read_text()).body:
        if isinstance(line, ast.ImportFrom):
            for alias in line.names:
                homes[alias.asname or alias.name] = line.module, alias.name

    def __getattr__(name):
        if name not in homes:
            raise AttributeError(
                f"module {package!r} has no attribute {name!r}"
            )
        module, original = homes[name]
        if module is None:
            value = importlib.import_module(f"{package}.{original}")
        else:
            home = importlib.import_module(f"{package}.{module}")
            value = getattr(home, original)
        importlib.import_module(package).__dict__[name] = value
        return value

    return __getattr__, lambda: sorted(homes), sorted(homes)
