"""Signatures and docstrings as the API reference shows them.

The package's docstrings are plain text with `names` between backticks. What
reStructuredText would read as markup is kept from it, and names of the
package lead to their entries.
"""

import inspect
import re
from functools import partial

from api_names import is_public, parted

MARKED = re.compile(r"``.+?``|:[\w:]+:`[!~]?([^`]+)`|`([^`]+)`", re.DOTALL)
SIGN = re.compile(r"(?<!^)\*|\*(?! )|\||(?<=\w)_(?!\w)", re.MULTILINE)


def mend_signature(app, what, name, value, options, args, returns):
    """An operation's parameters are those of its row in the table."""
    row = getattr(value, "operation", None)
    if row and what in ("function", "method"):
        names = list(map(parameter, row.parameters, row.defaults))
        if row.spread:
            names[-1] = f"*{row.parameters[-1]}"
        args = f"({', '.join(names[what == 'method' :])})"
    return args, returns


def parameter(name, default):
    return name if default is inspect.Parameter.empty else f"{name}={default}"


def mend_docstring(app, what, name, value, options, lines):
    """Plain values have no docstrings of ours."""
    text = "\n".join(lines).strip()
    if text == inspect.getdoc(type(value)):
        text = ""
    lines[:] = as_rst(text, partial(entry_of, name, value)).splitlines()


def entry_of(place, value, word):
    """The full name of what `word` means in the docstring at `place`."""
    if word in parameters(value):
        return None
    names = [word, f"{parted(place)[0]}.{word}"]
    if "." in word or word[0].isupper():
        names.append(f"companion.{word}")
    return next(filter(is_public, names), None)


def parameters(value):
    try:
        return inspect.signature(value).parameters
    except (TypeError, ValueError):  # it has none
        return ()


def as_rst(text, entry):
    """The text; `entry` gives the full name of a name that has an entry."""
    blocks, literal = [], False
    for block in text.split("\n\n"):
        literal = literal and block.startswith(" ")
        if literal or block.startswith((">>>", "..")):
            blocks.append(block)
        else:
            blocks.append(inline(block, entry))
            literal = block.endswith("::")
    return "\n\n".join(blocks)


def inline(text, entry):
    made, end = [], 0
    for match in MARKED.finditer(text):
        made += [escaped(text[end : match.start()]), marked(match, entry)]
        end = match.end()
        if text[end : end + 1].isalnum():  # `name`s
            made.append("\\ ")
    return "".join([*made, escaped(text[end:])])


def marked(match, entry):
    name = match[1] or match[2]
    if name is None or match[0].startswith(":math:"):
        return match[0]
    full = entry(name)
    return f":py:obj:`{name} <{full}>`" if full else f"``{name}``"


def escaped(text):
    return SIGN.sub(r"\\\g<0>", text)
