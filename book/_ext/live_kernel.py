"""Runs the live cells of a page in the reader's browser, one after another.

The extension ``live`` puts this file into ``companion.zip``, which the
page's worker unpacks into Pyodide. A cell's answer is a dictionary for
JavaScript: what it printed, the text or HTML of its last value, its error.
"""

import ast
import io
import linecache
import traceback
from contextlib import redirect_stderr, redirect_stdout

import __main__

MOST = 20_000  # characters shown of what one cell prints


def run(source, name, show):
    """Run a cell called `name`; `show` gets what it prints, part by part."""
    lines = source.splitlines(keepends=True)
    linecache.cache[name] = len(source), None, lines, name
    printed = Printed(show)
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            return shown(execute(source, name))
    except BaseException as error:
        return {"error": explain(error)}


def execute(source, name):
    """The value of the cell's last line, if that is an expression."""
    tree = ast.parse(source, name)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or source.rstrip().endswith(";"):
        return exec(compile(tree, name, "exec"), vars(__main__))
    exec(compile(ast.Module(tree.body[:-1], []), name, "exec"), vars(__main__))
    last = compile(ast.Expression(last.value), name, "eval")
    return eval(last, vars(__main__))


def shown(value):
    """A value as a notebook shows it."""
    if value is None:
        return {}
    if hasattr(value, "_repr_html_"):
        return {"html": value._repr_html_()}
    return {"text": repr(value)}


def explain(error):
    """The traceback, without the frames that are not the reader's."""
    report = traceback.TracebackException.from_exception(error)
    report.stack = traceback.StackSummary.from_list(
        [frame for frame in report.stack if is_cell(frame.filename)]
    )
    return "".join(report.format(chain=False))


def is_cell(filename):
    """Cells have names as pages call them; files have paths."""
    return filename.startswith("cell ")


def forget():
    """Empty the page's memory: its names, not the modules it imported."""
    for name in [n for n in vars(__main__) if not n.startswith("__")]:
        del vars(__main__)[name]


class Printed(io.TextIOBase):
    """A text file that passes on at once what is written, up to a limit."""

    def __init__(self, show):
        self.show = show
        self.rest = MOST

    def writable(self):
        return True

    def write(self, text):
        if self.rest >= 0:
            more = len(text) > self.rest
            self.show(text[: self.rest] + "\n… and more" * more)
            self.rest -= len(text)
        return len(text)
