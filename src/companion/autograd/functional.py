"""Whole Jacobians and Hessians, a backward for each row."""

from companion._library import library
from companion.autograd.checks import as_tuple


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False):
    """J[i..., j...] = d func(x)[i...] / d x[j...]

    Shape: the output's, then the input's. Several inputs, or outputs, give a
    tuple of Jacobians each, outputs first.
    """
    given = as_tuple(inputs)
    home = library(given[0])
    with home.enable_grad():
        x = tuple(watched(one, create_graph) for one in given)
        outputs = func(*x)
        rows = tuple(
            by_inputs(home, y, x, create_graph, strict)
            for y in as_tuple(outputs)
        )
    if not isinstance(inputs, (tuple, list)):
        rows = tuple(row[0] for row in rows)
    return rows if isinstance(outputs, (tuple, list)) else rows[0]


def watched(x, create_graph):
    """A tensor of the values of x whose gradient can be asked for."""
    if create_graph and x.requires_grad:
        return x.view(x.shape)
    return x.detach().requires_grad_()


def by_inputs(home, y, x, create_graph, strict):
    """The Jacobians of one output by each input."""
    found = [[] for _ in x]
    for element in y.reshape(-1):
        grads = (None,) * len(x)
        if element.requires_grad:
            grads = home.autograd.grad(
                element,
                x,
                retain_graph=True,
                create_graph=create_graph,
                allow_unused=True,
            )
        for rows, one, g in zip(found, x, grads, strict=True):
            if g is None and strict:
                raise RuntimeError(
                    "an output of the function given to jacobian is "
                    "independent of an input: not allowed in strict mode"
                )
            rows.append(home.zeros_like(one) if g is None else g)
    return tuple(
        home.stack(rows).reshape((*y.shape, *one.shape))
        for rows, one in zip(found, x, strict=True)
    )


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False):
    """H[i..., j...] = d² func(x) / d x[i...] d x[j...], func scalar"""

    def gradient(*x):
        y = func(*x)
        if y.numel() != 1:
            raise RuntimeError(
                "hessian: the function must return a single number, but "
                f"returned shape {tuple(y.shape)}"
            )
        grads = library(y).autograd.grad(
            y.reshape(()), x, create_graph=True, allow_unused=not strict
        )
        found = tuple(
            library(y).zeros_like(one) if g is None else g
            for one, g in zip(x, grads, strict=True)
        )
        return found if isinstance(inputs, (tuple, list)) else found[0]

    return jacobian(gradient, inputs, create_graph, strict)
