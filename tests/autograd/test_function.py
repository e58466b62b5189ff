"""Functions written for torch run unchanged, and end as torch's do."""

import pytest
import torch
from both import assert_same

import companion


def leaf(L, *values):
    return L.tensor(
        values or (0.5, 1.0, 2.0), dtype=L.float64, requires_grad=True
    )


def derivatives(L, f, x):
    """f(x), and its first and second derivative."""
    y = f(x)
    (g,) = L.autograd.grad(y.sum(), x, create_graph=True)
    (h,) = L.autograd.grad(g.sum(), x, allow_unused=True)
    return y, g, h


def exponential_class(L):
    class Exp(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, g):
            (y,) = ctx.saved_tensors
            return g * y

    return Exp


def exponential(L):
    return derivatives(L, exponential_class(L).apply, leaf(L))


def output_used_and_saved(L):
    """The saved output and the one in use send back to one function."""
    exp = exponential_class(L).apply
    return derivatives(L, lambda x: exp(x) ** 2, leaf(L))


def relu(L):
    class ReLU(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.clamp(min=0)

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            g = g.clone()
            g[x < 0] = 0
            return g

    x = leaf(L, -1.0, 2.0)
    (ReLU.apply(x) * 3).sum().backward()
    return x.grad


def constants_and_attributes(L):
    class Scale(L.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor, name):
            ctx.factor = factor
            ctx.wanted = ctx.needs_input_grad
            return x * factor

        @staticmethod
        def backward(ctx, g):
            assert ctx.wanted == (True, False, False)
            return g * ctx.factor, None, None

    return derivatives(L, lambda x: Scale.apply(x, 3.0, "three"), leaf(L))


def several_outputs(L):
    class Both(L.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(x, y)
            return x * y, x + y

        @staticmethod
        def backward(ctx, g, h):
            x, y = ctx.saved_tensors
            return g * y + h, g * x + h

    x, y = leaf(L), leaf(L, 3.0, 4.0, 5.0)
    product, total = Both.apply(x, y)
    (product * total).sum().backward()
    only, _ = Both.apply(x, y)
    return x.grad, y.grad, L.autograd.grad(only.sum(), [x, y])


def no_zeros_wanted(L):
    class Second(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 1, x * 2

        @staticmethod
        def backward(ctx, g, h):
            assert g is None
            return h * 2

    x = leaf(L)
    Second.apply(x)[1].sum().backward()
    return x.grad


def not_differentiable(L):
    class Sorted(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            values, order = x.sort()
            ctx.mark_non_differentiable(order)
            ctx.save_for_backward(order)
            return values, order

        @staticmethod
        def backward(ctx, g, _):
            (order,) = ctx.saved_tensors
            return L.zeros_like(g).scatter(0, order, g)

    x = leaf(L, 3.0, 1.0, 2.0)
    values, order = Sorted.apply(x)
    (values * L.arange(3)).sum().backward()
    return x.grad, order.requires_grad


def separate_context(L):
    class Square(L.autograd.Function):
        @staticmethod
        def forward(x):
            return x * x

        @staticmethod
        def setup_context(ctx, inputs, output):
            (x,) = inputs
            ctx.save_for_backward(x)

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 2 * g * x

    return derivatives(L, Square.apply, leaf(L))


def once(L):
    differentiable = L.autograd.function.once_differentiable

    class Square(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @differentiable
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 2 * g * x

    x = leaf(L)
    Square.apply(x).sum().backward()
    kept = x.grad
    return kept, derivatives(L, Square.apply, leaf(L))


def changed_in_place(L):
    class Double(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = leaf(L)
    y = x * 1
    z = Double.apply(y)
    z.sum().backward()
    return z is y, y, x.grad


def none_for_a_gradient(L):
    class Forgetful(L.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * y

        @staticmethod
        def backward(ctx, g):
            return g, None

    x, y = leaf(L), leaf(L)
    Forgetful.apply(x, y).sum().backward()
    return x.grad, y.grad


def too_few_gradients(L):
    class Short(L.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * y

        @staticmethod
        def backward(ctx, g):
            return g

    Short.apply(leaf(L), leaf(L)).sum().backward()


def a_gradient_of_another_shape(L):
    class Wrong(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g[:2]

    Wrong.apply(leaf(L)).sum().backward()


def a_saved_value_changed(L):
    class Square(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 2 * g * x

    x = leaf(L) * 1
    y = Square.apply(x)
    x.add_(1)
    y.sum().backward()


def saving_what_is_no_tensor(L):
    class Bad(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(3)
            return x * 1

    Bad.apply(leaf(L))


def twice(L):
    class Square(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 2 * g * x

    y = Square.apply(leaf(L)).sum()
    y.backward()
    y.backward()


def no_backward(L):
    class Forward(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    Forward.apply(leaf(L)).sum().backward()


def nothing_recorded(L):
    class Double(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    with L.no_grad():
        y = Double.apply(leaf(L))
    return y.requires_grad, Double.apply(L.ones(2)).requires_grad


CASES = [
    value
    for value in list(vars().values())
    if callable(value)
    and getattr(value, "__module__", "") == __name__
    and value not in (leaf, derivatives, exponential_class)
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_function(case):
    assert_same(case, companion, torch)


def test_an_operation_is_one_step_of_the_graph():
    for L in (companion, torch):

        class Same(L.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x.clone()

        x = leaf(L)
        made = Same.apply(x)
        ((end, _),) = made.grad_fn.next_functions
        assert end.variable is x
