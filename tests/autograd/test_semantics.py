"""How autograd behaves, beside torch: the same lines, the same ends."""

import copy

import numpy as np
import pytest
import torch
from both import assert_same

import companion


def leaf(L, *values, dtype="float32"):
    kind = getattr(L, dtype)
    return L.tensor(values or (1.0, 2.0, 3.0), dtype=kind, requires_grad=True)


def a_value_used_twice(L):
    x = leaf(L)
    y = x * x
    z = y + y * x
    z.sum().backward()
    return x.grad


def accumulation(L):
    x = leaf(L)
    for _ in range(3):
        (x * 2).sum().backward()
    kept = x.grad
    x.grad = None
    (x * 5).sum().backward()
    return kept, x.grad


def accumulation_is_in_place(L):
    x = leaf(L)
    (x * 2).sum().backward()
    kept = x.grad
    (x * 2).sum().backward()
    return kept, kept is x.grad


def gradients_share_nothing(L):
    x, y = leaf(L), leaf(L)
    (x + y).sum().backward()
    x.grad.zero_()
    return x.grad, y.grad


def a_gradient_can_be_written(L):
    x = leaf(L)
    x.sum().backward()
    x.grad.mul_(L.tensor([1.0, 2.0, 3.0]))
    return x.grad


def a_gradient_is_given(L):
    x, given = leaf(L), L.tensor([4.0, 5.0, 6.0])
    x.grad = given
    same = x.grad is given
    x.sum().backward()
    return same, x.grad, given


def a_number_as_gradient(L):
    leaf(L).grad = 3


def an_array_as_gradient(L):
    leaf(L).grad = np.ones(3, np.float32)


def an_assigned_gradient_of_another_shape(L):
    leaf(L).grad = L.ones(1, 3)


def an_assigned_gradient_of_another_type(L):
    leaf(L).grad = L.ones(3, dtype=L.float64)


def a_vector_needs_a_gradient(L):
    leaf(L).exp().backward()


def a_gradient_of_another_shape(L):
    leaf(L).exp().backward(L.ones(2))


def a_gradient_for_a_vector(L):
    x = leaf(L)
    (x * x).backward(gradient=L.tensor([1.0, 0.1, 0.01]))
    return x.grad


def twice(L):
    x = leaf(L)
    y = (x * x).sum()
    y.backward()
    y.backward()


def twice_with_nothing_saved(L):
    x = leaf(L)
    y = (x + x).sum()
    y.backward()
    y.backward()
    return x.grad


def twice_retained(L):
    x = leaf(L)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    return x.grad


def nothing_wants_a_gradient(L):
    L.ones(3).sum().backward()


def inputs_only(L):
    x, w = leaf(L), leaf(L)
    (x * w).sum().backward(inputs=[w])
    return x.grad, w.grad


def inputs_within_the_graph(L):
    x = leaf(L)
    y = x * 2
    (y * y).sum().backward(inputs=y)
    return x.grad, y.grad


def no_inputs(L):
    leaf(L).sum().backward(inputs=[])


def retained(L):
    x = leaf(L)
    y = x * 2
    y.retain_grad()
    (y * y).sum().backward()
    return y.grad, x.grad, y.retains_grad


def retained_on_a_constant(L):
    L.ones(3).retain_grad()


def hook_on_a_leaf(L):
    x = leaf(L)
    handle = x.register_hook(lambda g: g * 10)
    (x * 2).sum().backward()
    handle.remove()
    (x * 2).sum().backward()
    return x.grad


def hook_within_the_graph(L):
    x = leaf(L)
    y = x * 2
    y.register_hook(lambda g: g + 1)
    y.retain_grad()
    y.register_hook(lambda g: g * 3)
    y.sum().backward()
    return x.grad, y.grad


def hook_on_a_constant(L):
    L.ones(3).register_hook(print)


def integers_cannot(L):
    L.tensor([1, 2], requires_grad=True)


def integers_cannot_later(L):
    L.tensor([1, 2]).requires_grad_()


def results_cannot_stop(L):
    (leaf(L) * 2).requires_grad_(False)


def leaves(L):
    x = leaf(L)
    y = x * 2
    z = L.ones(3)
    flags = [t.is_leaf for t in (x, y, z, y.detach())]
    return flags, [t.requires_grad for t in (x, y, z, y.detach(), x > 1)]


def numpy_of_a_result(L):
    (leaf(L) * 2).numpy()


def not_recorded(L):
    x = leaf(L)
    with L.no_grad():
        y = x * 2
        with L.enable_grad():
            z = x * 2
    L.set_grad_enabled(False)
    w = x * 2
    L.set_grad_enabled(True)
    with L.set_grad_enabled(False):
        v = x * 2
    flags = [t.requires_grad for t in (y, z, w, v, x * 2)]
    return flags, L.is_grad_enabled()


def decorators(L):
    x = leaf(L)

    @L.no_grad()
    def f():
        return x * 2

    @L.no_grad
    def g():
        return x * 2

    @L.inference_mode()
    def h():
        return x * 2

    @L.set_grad_enabled(False)
    def k():
        return x * 2

    flags = [call().requires_grad for call in (f, g, h, k)]
    return flags, L.is_grad_enabled(), g.__name__


def an_error_restores_the_mode(L):
    try:
        with L.no_grad():
            raise ValueError
    except ValueError:
        return L.is_grad_enabled()


def grad_of_unused(L):
    x, y = leaf(L), leaf(L)
    L.autograd.grad(x.sum(), y)


def grad_of_unused_allowed(L):
    x, y = leaf(L), leaf(L)
    return L.autograd.grad(x.sum(), [x, y], allow_unused=True)


def grad_materialized(L):
    x, y = leaf(L), leaf(L)
    return L.autograd.grad(x.sum(), [x, y], materialize_grads=True)


def grad_of_a_constant(L):
    L.autograd.grad(leaf(L).sum(), L.ones(3))


def grad_of_several(L):
    x = leaf(L)
    outputs = [x * 2, (x * x).sum()]
    return L.autograd.grad(outputs, x, [L.ones(3), L.tensor(2.0)])


def grad_leaves_grad_alone(L):
    x = leaf(L)
    L.autograd.grad((x * x).sum(), x)
    return x.grad


def grad_within_the_graph(L):
    x = leaf(L)
    y = x * 2
    z = (y * y).sum()
    return L.autograd.grad(z, [y, x])


def third_derivative(L):
    x = leaf(L, dtype="float64")
    y = (x**4).sum()
    for _ in range(3):
        (g,) = L.autograd.grad(y, x, create_graph=True)
        y = g.sum()
    return g


def second_derivative_of_saved_outputs(L):
    x = leaf(L, 0.3, 0.6, dtype="float64")
    y = x.exp().tanh().sigmoid().sqrt().reciprocal().log_softmax(0)[0]
    (g,) = L.autograd.grad(y, x, create_graph=True)
    (h,) = L.autograd.grad(g[0] + 2 * g[1], x)
    return g, h


def backward_through_grad(L):
    x = leaf(L)
    (x**3).sum().backward(create_graph=True)
    penalty = (x.grad**2).sum()
    g = x.grad
    x.grad = None
    penalty.backward()
    return x.grad, g.requires_grad


def mixed_types(L):
    x = leaf(L)
    y = leaf(L, dtype="float64")
    z = x * y * L.tensor([1, 2, 3])
    z.sum().backward()
    return z, x.grad, y.grad


def a_cast(L):
    x = leaf(L)
    (x.double() ** 2).sum().backward()
    return x.grad


def ties_of_maximum(L):
    x, y = leaf(L, 1.0, 2.0, 3.0), leaf(L, 3.0, 2.0, 1.0)
    (L.maximum(x, y) + 2 * L.minimum(x, y)).sum().backward()
    return x.grad, y.grad


def ties_of_amax(L):
    x = leaf(L, 2.0, 2.0, 1.0)
    (x.amax() + 3 * x.max() + 5 * x.max(0).values).backward()
    return x.grad


def corners_at_zero(L):
    x = leaf(L, 0.0, -0.0, 1.0)
    y = x.relu() + 2 * x.abs() + 4 * x.clamp(min=0) + 8 * x.norm()
    y.sum().backward()
    z = leaf(L, 0.0, 0.0)
    z.norm().backward()
    return x.grad, z.grad


def deep_copies(L):
    x = leaf(L)
    (x * x).sum().backward()
    y = copy.deepcopy(x)
    y.grad.zero_()
    return y, y.requires_grad, x.grad, y.grad


def deep_copy_of_a_result(L):
    copy.deepcopy(leaf(L) * 2)


def keys_of_a_dict(L):
    x, y = L.ones(2), L.ones(2)
    d = {x: 1, y: 2}
    return d[x], d[y], x in d, L.ones(2) in d


def comparison_with_what_is_no_tensor(L):
    x = L.ones(2)
    return x == None, x != None, (x == 1), x != L.zeros(2)  # noqa: E711


def truth_of_several(L):
    bool(L.ones(2) == 1)


def truth_of_one(L):
    return bool(L.ones(1)), bool(L.zeros(())), int(L.tensor(3.7))


def item_of_several(L):
    L.ones(2).item()


def a_list_of_values(L):
    return list(L.arange(3)), L.arange(6).reshape(2, 3).tolist()


def detached_shares_storage(L):
    x = leaf(L)
    x.detach()[0] = 9
    return x


def data_replaced(L):
    x = leaf(L)
    x.data = L.zeros(2)
    return x, x.requires_grad, x.is_leaf


def numbers_keep_the_type(L):
    x = L.ones(2)
    half = L.ones(2, dtype=L.float16)
    return x * 2, x / 3.0, 2 - x, x + True, half * 2.5, L.ones(2).double() * 2


def numbers_raise_the_category(L):
    x, mask = L.tensor([1, 2]), L.tensor([True, False])
    return x * 2, x * 2.5, x / 2, x // 2, mask + 1, mask * 0.5, 2**x


def a_0d_tensor_gives_way(L):
    x, d = L.ones(2), L.tensor(2.0, dtype=L.float64)
    return x * d, d * x, d * L.tensor(3.0), L.tensor([1]) * d, L.tensor(2) * x


def nested_data(L):
    return (
        L.tensor([L.tensor(1.0), L.tensor(2)]),
        L.tensor([[1, 2.5], [True, 3]]),
        L.tensor([]),
        L.tensor([True, False]),
    )


def ragged_data(L):
    L.tensor([[1, 2], [3]])


def a_mask_of_numpy(L):
    L.ones(2).masked_fill(np.array([True, False]), 0)


def a_negative_power_of_integers(L):
    L.tensor([1, 2]) ** -1


def powers_of_a_number(L):
    x = leaf(L, 2.0, 0.0, -1.0)
    (2**x + 0.0**x + (-3.0) ** x).sum().backward()
    return x.grad, 2 ** L.tensor([3, 0]), 2.5 ** L.tensor([1, 2])


def large_logits(L):
    x = leaf(L, 1e4, -1e4, 0.0)
    y = x.log_softmax(0)
    (y[1] + x.softmax(0)[0] + x.logsumexp(0) + x.sigmoid().sum()).backward()
    return y, x.grad


def a_quotient_of_large_numbers(L):
    """The square of the divisor would be more than float32 holds."""
    x, y = (L.tensor([1e25, 1e-25], requires_grad=True) for _ in range(2))
    (x / y).sum().backward()
    return x.grad, y.grad


def torch_s_keywords(L):
    x = L.ones(2, 3)
    return L.sum(input=x, dim=1), x.sum(axis=1, keepdims=True), L.exp(input=x)


def shapes_that_do_not_fit(L):
    L.ones(2) + L.ones(3)


def matrices_that_do_not_fit(L):
    L.ones(2, 3) @ L.ones(2, 3)


def a_dimension_too_far(L):
    L.ones(2).sum(1)


def next_functions(L):
    x = leaf(L)
    y = (x * 2).exp().sum()
    names = []
    node = y.grad_fn
    while node.next_functions:
        names.append(node.name())
        node = node.next_functions[0][0]
    return names, node.variable is x


CASES = [
    value
    for value in list(vars().values())
    if callable(value)
    and getattr(value, "__module__", "") == __name__
    and value is not leaf
]


@pytest.mark.filterwarnings("ignore:.*backward.. with create_graph")
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_semantics(case):
    assert_same(case, companion, torch)
