"""Derivatives against finite differences, for tensors of both libraries.

    (f(x + eps) - f(x - eps)) / (2 eps)

has an error of the order of eps², and by rounding one of 1e-16 / eps in
float64: with eps = 1e-6 it is good to about nine digits. In float32 hardly
three are left, so check in float64.
"""

import itertools

from companion._library import is_tensor, library


class GradcheckError(RuntimeError):
    """The derivative by backward and the numerical one differ."""


def as_tuple(values):
    return tuple(values) if isinstance(values, (tuple, list)) else (values,)


def differentiable(values):
    """Those among the values that want, or have, a gradient."""
    return [x for x in as_tuple(values) if is_tensor(x) and x.requires_grad]


def numerical(f, x, eps):
    """For each element of x, a row: the change of all outputs by it."""
    free, rows = x.detach(), []  # x's storage, open to changes
    with library(x).no_grad():
        for place in itertools.product(*map(range, x.shape)):
            value, ends = free[place].item(), []
            for shifted in (value + eps, value - eps):
                free[place] = shifted
                ends.append([y.clone() for y in f()])
            free[place] = value
            rows.append(
                [(a - b) / (2 * eps) for a, b in zip(*ends, strict=True)]
            )
    return rows


def analytical(y, x):
    """dy/dx by backward: for each element of y, a gradient of x's shape."""
    found = []
    for place in itertools.product(*map(range, y.shape)):
        (g,) = library(x).autograd.grad(
            y[place], x, retain_graph=True, allow_unused=True
        )
        found.append(library(x).zeros_like(x) if g is None else g)
    return found


def gradcheck(
    func,
    inputs,
    *,
    eps=1e-06,
    atol=1e-05,
    rtol=0.001,
    raise_exception=True,
    **unused,
):
    """Are the derivatives of `func` right, for each input that wants one?

    True, or a `GradcheckError` that names output, input and both Jacobians
    (False with raise_exception=False).
    """
    inputs = as_tuple(inputs)
    wanted = differentiable(inputs)
    if not wanted:
        raise ValueError(
            "gradcheck expects at least one input tensor to require "
            "gradient, but none of them has requires_grad=True."
        )
    try:
        for number, x in enumerate(wanted):
            check_input(func, inputs, x, number, eps, atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def check_input(func, inputs, x, number, eps, atol, rtol):
    """Compare the Jacobians of all outputs by one input."""
    rows = numerical(lambda: as_tuple(func(*inputs)), x, eps)
    for index, y in enumerate(as_tuple(func(*inputs))):
        if not is_tensor(y) or not y.requires_grad:
            continue
        by_output = analytical(y, x)
        for place, row in zip(
            itertools.product(*map(range, x.shape)), rows, strict=True
        ):
            expected = row[index].reshape(-1)
            for j, g in enumerate(by_output):
                got, near = g[place].item(), expected[j].item()
                if not abs(got - near) <= atol + rtol * abs(near):
                    raise GradcheckError(
                        f"Jacobian mismatch for output {index} with respect "
                        f"to input {number}: d(output[{j}]) / d(input"
                        f"{list(place)}) is {got:.6g} by backward, and "
                        f"{near:.6g} numerically"
                    )


def gradgradcheck(func, inputs, grad_outputs=None, **options):
    """Are the second derivatives right? The first ones, gradchecked."""
    inputs = as_tuple(inputs)
    outputs = differentiable(func(*inputs))
    home = library(outputs[0])
    if grad_outputs is None:
        grad_outputs = [home.randn_like(y).requires_grad_() for y in outputs]

    def first(*args):
        with home.enable_grad():
            values = differentiable(func(*args[: len(inputs)]))
            found = home.autograd.grad(
                values,
                differentiable(args[: len(inputs)]),
                args[len(inputs) :],
                create_graph=True,
                allow_unused=True,
            )
        return tuple(g for g in found if g is not None)

    return gradcheck(first, (*inputs, *as_tuple(grad_outputs)), **options)
