"""How much code there is: lines that hold a token of it.

Blank lines, comments and docstrings are not counted: they are there to be
read, and a limit must not make them shorter.
"""

import ast
import tokenize

IGNORED = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def docstring_lines(tree):
    """The lines of every docstring in `tree`."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(
                value.value, str
            ):
                yield from range(value.lineno, value.end_lineno + 1)


def code_lines(path):
    """The number of lines of code in a file."""
    with tokenize.open(path) as file:
        source = file.read()
    lines = set()
    with open(path, "rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type not in IGNORED:
                lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - set(docstring_lines(ast.parse(source))))
