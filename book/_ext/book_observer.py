"""What a page uses and checks, noted inside the kernel that runs it.

Every kernel of the book loads this file before its first cell. An audit hook
notes each file that the page opens: data, and the modules it imports, since
importing opens them. A transformer of the cells' syntax trees notes each
assertion that passes with an object of PyTorch's in it. What a subprocess or
a data loader's worker opens is not seen.
"""

import ast
import json
import os
import sys
from contextlib import suppress
from importlib.util import source_from_cache

used, written = set(), set()
checks = 0


def note(event, arguments):
    """The audit hook: called for many events, so the common way is short."""
    if event == "open":
        path, _, flags = arguments
        if not isinstance(path, int):
            note_opened(place(path), flags)
    elif event == "os.rename":
        written.add(place(arguments[1]))
    elif event == "os.scandir" and not isinstance(arguments[0], int):
        used.add(place(arguments[0]))


def place(path):
    return os.path.abspath(os.fsdecode(path or "."))


def note_opened(path, flags):
    """What the page itself wrote before it read it is not what it used."""
    if flags & (os.O_WRONLY | os.O_RDWR):
        written.add(path)
    elif path not in written:
        used.add(path)


def source(path):
    """The source of a compiled module; any other file is itself."""
    with suppress(ValueError):
        return source_from_cache(path)
    return path


def report():
    """As JSON: the files used, the packages loaded, the checks passed."""
    return json.dumps(
        {
            "files": sorted(map(source, used)),
            "packages": sorted(
                {name.partition(".")[0] for name in sys.modules}
            ),
            "checks": checks,
        }
    )


class CountChecks(ast.NodeTransformer):
    """Follow each ``assert``, and each ``assert_close(...)``, by a count."""

    def visit_Assert(self, node):
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        count = ast.parse(
            "__import__('book_observer').count_check"
            f"({sorted(names)}, locals(), globals())"
        ).body[0]
        for part in ast.walk(count):
            ast.copy_location(part, node)
        return [node, count]

    def visit_Expr(self, node):
        return self.visit_Assert(node) if is_assertion(node.value) else node


def is_assertion(node):
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    return name.startswith("assert_")


def count_check(names, *scopes):
    """Count an assertion that has passed, if PyTorch took part in it."""
    global checks
    checks += any(
        of_torch(scope[name])
        for name in names
        for scope in scopes
        if name in scope
    )


def of_torch(value):
    """Is it a module, class, function or object of PyTorch's?"""
    if isinstance(value, (list, tuple, set)):
        return any(map(of_torch, value))
    if isinstance(value, dict):
        return any(map(of_torch, value.values()))
    home = getattr(value, "__module__", None) or type(value).__module__
    if isinstance(value, type(sys)):
        home = value.__name__
    return str(home).partition(".")[0] in ("torch", "torchvision")


def load_ipython_extension(shell):
    shell.ast_transformers.append(CountChecks())


sys.addaudithook(note)
