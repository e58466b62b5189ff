"""Tensors as text, in torch's form: `tensor([1.0000, 2.5000])`."""

import math

import numpy as np

from companion._tensor import dtypes
from companion.autograd.graph import LEAF
from companion.autograd.tensor import history

OPTIONS = {
    "precision": 4,
    "threshold": 1000,  # elements; more are summarised
    "edgeitems": 3,
    "linewidth": 80,
    "sci_mode": None,  # None: where it reads better
}
DEFAULT = dict(OPTIONS)
PROFILES = {
    "default": DEFAULT,
    "short": {**DEFAULT, "precision": 2, "edgeitems": 2},
    "full": {**DEFAULT, "threshold": math.inf},
}


def set_printoptions(
    precision=None,
    threshold=None,
    edgeitems=None,
    linewidth=None,
    profile=None,
    sci_mode=None,
):
    """Change how tensors print; `profile`: "default", "short" or "full"."""
    if profile is not None:
        OPTIONS.update(PROFILES[profile])
    given = precision, threshold, edgeitems, linewidth
    for name, value in zip(OPTIONS, given, strict=False):
        if value is not None:
            OPTIONS[name] = value
    OPTIONS["sci_mode"] = sci_mode


def formatter(array):
    """An element's text as a function, and the width of finite ones."""
    if array.dtype.kind != "f":
        width = max((len(str(v)) for v in array.flat), default=0)
        return lambda value: str(value).rjust(width), width
    sizes = np.abs(array[np.isfinite(array) & (array != 0)]).astype(float)
    whole = not sizes.size or bool((sizes == np.ceil(sizes)).all())
    style = "{:.0f}." if whole else f"{{:.{OPTIONS['precision']}f}}"
    if scientific(sizes, whole):
        style = f"{{:.{OPTIONS['precision']}e}}"

    def text(value):
        return style.format(value) if math.isfinite(value) else str(value)

    finite = array[np.isfinite(array) & (array != 0)].tolist()
    width = max((len(text(value)) for value in finite), default=1)
    return lambda value: text(value).rjust(width), width


def scientific(sizes, whole):
    if OPTIONS["sci_mode"] is not None or not sizes.size:
        return bool(OPTIONS["sci_mode"] and sizes.size)
    largest, least = sizes.max(), sizes.min()
    wide = largest / least > 1000 or largest > 1e8
    return bool(wide or (not whole and least < 1e-4))


def summarised(array):
    """The corners of an array that is too large to print."""
    edge = OPTIONS["edgeitems"]
    if array.size <= OPTIONS["threshold"]:
        return array
    for axis, size in enumerate(array.shape):
        if size > 2 * edge:
            ends = [*range(edge), *range(size - edge, size)]
            array = np.take(array, ends, axis)
    return array


def body(array, text, width, indent, shorten):
    """The brackets and numbers of an array, lines after the first indented."""
    if not array.ndim:
        return text(array.item())
    edge, size = OPTIONS["edgeitems"], len(array)
    cut = shorten and size > 2 * edge
    shown = [*array[:edge], ..., *array[-edge:]] if cut else array
    if array.ndim > 1:
        parts = [
            "..."
            if part is ...
            else body(part, text, width, indent + 1, shorten)
            for part in shown
        ]
        gap = "," + "\n" * (array.ndim - 1) + " " * (indent + 1)
        return "[" + gap.join(parts) + "]"
    words = [" ..." if word is ... else text(word.item()) for word in shown]
    count = max(1, (OPTIONS["linewidth"] - indent) // (width + 2))
    lines = [
        ", ".join(words[start : start + count])
        for start in range(0, len(words), count)
    ]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def __repr__(x):
    """tensor(values, and what is not as usual: type, history)"""
    array, head = x._array, "tensor("
    suffixes = []
    if array.size:
        text, width = formatter(summarised(array))
        shorten = array.size > OPTIONS["threshold"]
        values = body(array, text, width, len(head), shorten)
    else:
        values = "[]"
        if array.ndim != 1:
            suffixes.append(f"size={tuple(array.shape)}")
    usual = np.int64, np.bool_, dtypes.default
    if array.dtype not in (usual if array.size else usual[2:]):
        suffixes.append(f"dtype={x.dtype}")
    node = history(x)
    if node is LEAF:
        suffixes.append("requires_grad=True")
    elif node is not None:
        suffixes.append(f"grad_fn={node!r}")
    return joined(head + values, suffixes, len(head))


def joined(text, suffixes, indent):
    """The suffixes behind the values, on a new line where they do not fit."""
    length = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        length += len(suffix) + 2
        if length > OPTIONS["linewidth"]:
            text += ",\n" + " " * indent + suffix
            length = indent + len(suffix)
        else:
            text += ", " + suffix
    return text + ")"
