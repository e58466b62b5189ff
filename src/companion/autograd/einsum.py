"""Einstein's sums: `einsum("ij,jk->ik", x, y)` is the product of matrices.

Everything is permutations, sums and one batched matrix product for each pair
of operands, so the derivatives come from these. A dimension's label is its
letter; the dimensions that ``...`` stands for are labelled -1, -2, ... from
the right, so that they broadcast.
"""

import math
import string

import numpy as np


def einsum(equation, *operands):
    """The sum over all labels that the part after ``->`` leaves out."""
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = tuple(operands[0])
    terms, output = parsed(equation, operands)
    result = None
    for place, (x, labels) in enumerate(zip(operands, terms, strict=True)):
        needed = {*output}.union(*terms[place + 1 :])
        x, labels = without_repeats(x, labels)
        wanted = needed if result is None else needed.union(result[1])
        x, labels = summed(x, labels, wanted)
        result = (
            (x, labels)
            if result is None
            else product(*result, x, labels, needed)
        )
    x, labels = summed(*result, set(output))
    return arranged(x, labels, output)


# The equation


def parsed(equation, operands):
    """(the labels of each operand, the labels of the result)."""
    inputs, arrow, output = equation.replace(" ", "").partition("->")
    texts = inputs.split(",")
    if len(texts) != len(operands):
        raise RuntimeError(
            f"einsum(): {equation!r} has {len(texts)} terms, but there are "
            f"{len(operands)} operands"
        )
    terms = [
        labels_of(text, x.ndim)
        for text, x in zip(texts, operands, strict=True)
    ]
    return terms, result_labels(equation, terms, arrow, output)


def result_labels(equation, terms, arrow, output):
    """Those after ``->``, or without it all that stand once, in order."""
    every = [label for labels in terms for label in labels]
    dots = sorted({label for label in every if isinstance(label, int)})
    if not arrow:
        once = {label for label in every if every.count(label) == 1}
        return [*dots, *sorted(once - {*dots})]
    before, found, after = output.partition("...")
    result = [*before, *(dots if found else []), *after]
    if len(set(result)) < len(result) or not set(result) <= set(every):
        raise RuntimeError(
            f"einsum(): each label of the result in {equation!r} must stand "
            "there once, and among the operands' labels"
        )
    return result


def labels_of(text, ndim):
    """The labels of an operand's dimensions."""
    before, dots, after = text.partition("...")
    if not set(before + after) <= set(string.ascii_letters):
        raise RuntimeError(f"einsum(): {text!r} holds more than letters")
    rest = ndim - len(before + after)
    if rest < 0 or (rest and not dots):
        raise RuntimeError(
            f"einsum(): {text!r} does not fit an operand of {ndim} dimensions"
        )
    return [*before, *range(-rest, 0), *after]


# Steps


def without_repeats(x, labels):
    """A label that stands twice, as in ``ii``, means the diagonal."""
    for label in {label for label in labels if labels.count(label) > 1}:
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            common_sizes([label], [x.shape[first]], [x.shape[second]])
            x = x.diagonal(0, first, second)
            labels = [
                other
                for place, other in enumerate(labels)
                if place not in (first, second)
            ] + [label]
    return x, labels


def common_sizes(labels, some, others):
    """The sizes that two operands' dimensions are broadcast to."""
    try:
        return np.broadcast_shapes(tuple(some), tuple(others))
    except ValueError:
        raise RuntimeError(
            f"einsum(): the labels {labels} stand for dimensions of sizes "
            f"{tuple(some)} and {tuple(others)}"
        ) from None


def summed(x, labels, needed):
    """The sum over the labels that are needed no more."""
    done = [d for d, label in enumerate(labels) if label not in needed]
    if done:
        x = x.sum(done)
    return x, [label for label in labels if label in needed]


def arranged(x, labels, order):
    """The dimensions in another order."""
    return x.permute([labels.index(label) for label in order])


def product(x, x_labels, y, y_labels, needed):
    """The product of two operands, summed over what is needed no more."""
    shared = [label for label in x_labels if label in y_labels]
    batch = [label for label in shared if label in needed]
    inner = [label for label in shared if label not in needed]
    left = [label for label in x_labels if label not in shared]
    right = [label for label in y_labels if label not in shared]
    x = arranged(x, x_labels, batch + left + inner)
    y = arranged(y, y_labels, batch + inner + right)

    many, start = tuple(x.shape[: len(batch)]), len(batch) + len(left)
    rows = tuple(x.shape[len(batch) : start])
    stop = len(batch) + len(inner)
    columns = tuple(y.shape[stop:])
    depth = common_sizes(inner, x.shape[start:], y.shape[len(batch) : stop])
    many_y = tuple(y.shape[: len(batch)])
    common_sizes(batch, many, many_y)
    x = x.expand(many + rows + depth)
    y = y.expand(many_y + depth + columns)
    x = x.reshape((*many, math.prod(rows), math.prod(depth)))
    y = y.reshape((*many_y, math.prod(depth), math.prod(columns)))
    result = x @ y
    shape = tuple(result.shape[:-2]) + rows + columns
    return result.reshape(shape), batch + left + right
