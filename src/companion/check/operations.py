"""Is an operation of the reader's right, forward and backward?"""

from functools import partial

import numpy as np

import companion
from companion.check.blame import blaming
from companion.check.case import Case
from companion.check.comparing import numbers, same
from companion.check.differences import numerical_gradient
from companion.check.leaves import gradient_at, leaves, send_back, tensor_of
from companion.check.report import Wrong, suspecting
from companion.check.trial import attempt, checking, is_class, unchanged


def operation(function, like, at=None, second=False):
    """Is `function` the operation `like`, with the right gradient?

    `function` is a subclass of `companion.autograd.Function`, or any function
    that takes tensors and returns one. `like` says what it should compute:
    the name of a tensor's method, such as ``"exp"``, or a function of
    tensors, such as ``lambda x, w: (x @ w).relu()``. `at`, a tuple of arrays,
    are the inputs to try; without it, random ones of shape (2, 3).

    The value is compared with that of `like`, each gradient with central
    differences of `like`, in float64 and with a random gradient coming in.
    Then: two calls before the first backward, a second backward, strided
    memory, an input that wants no gradient, an input or the output changed
    before backward, zeros (where `like` is a name), float32, and, if
    `second`, the second derivative; without `at`, also 1000 and -1000, where
    `like` is finite there. The answer is a :class:`Report`.

    >>> from companion import check
    >>> bool(check.operation(lambda x: x.exp(), like="exp", second=True))
    True
    """
    if is_class(function):
        function = getattr(function, "apply", function)
    case = Case(function, like, at)
    with checking(case.title) as report:
        for tried, trial in trials(case, second).items():
            vital = trial in (value, gradients, second_derivative)
            with report.trying(tried, vital):
                trial(case)
    return report


def trials(case, second):
    """What is tried -> the function that tries it, in order."""
    trials = {
        "the value": value,
        f"the gradient of {' and '.join(case.names)}": gradients,
        "the gradient that comes in is left as it is": incoming,
        "two calls before the first backward": two_calls,
        "a second backward through a kept graph": twice,
        "strided memory": strided,
        "an input that wants no gradient": constant,
        "an input that is changed before backward": changed,
        "an output that is changed before backward": changed_output,
    }
    if case.entry_by_entry:
        trials["shapes that broadcast"] = broadcast
    if isinstance(case.like, str):
        trials["at zero"] = at_zero
    if case.at is None:
        trials["at 1000 and -1000"] = far_out
    trials["float32 stays float32"] = single
    if second:
        trials["the second derivative"] = second_derivative
        trials["the same through what comes in"] = through_what_comes_in
    return trials


def value(case):
    inputs = leaves(case.arrays)
    with unchanged(**case.inputs(inputs)):
        given = tensor_of(case.call, *inputs)
    case.same_value(given)


def gradients(case):
    inputs = leaves(case.arrays)
    pull(case, inputs, case.arrays)


def pull(case, inputs, arrays, weights=None):
    """Backward through the reader's operation; compare each gradient."""
    weights = case.weights if weights is None else weights
    send_back(tensor_of(case.call, *inputs), companion.tensor(weights))
    compare(case, inputs, arrays, weights)


def compare(case, inputs, arrays, weights):
    expected = case.gradients(arrays, weights)
    given = {
        number: gradient_at(leaf, case.names[number])
        for number, leaf in enumerate(inputs)
        if leaf.requires_grad
    }
    for number, gradient in given.items():
        same(
            gradient,
            expected[number],
            case.inputs(arrays),
            partial(case.mistakes, arrays, weights, expected, number, given),
        )


def incoming(case):
    """Others may hold the same memory, so backward must not write to it."""
    seen = []
    output = tensor_of(case.call, *leaves(case.arrays))
    output.register_hook(lambda g: seen.append((g, g.clone())))
    send_back(output, companion.tensor(case.weights))
    now, before = seen[0]
    if not now.equal(before):
        raise Wrong(
            "backward changed the gradient that came in",
            "does it write into it, as in g[mask] = 0 or g *= 2? Others may "
            "hold the same memory: make a new tensor.",
        )


def two_calls(case):
    """What forward leaves for backward belongs to one call alone."""
    others = [array * 0.5 + 0.1 for array in case.arrays]
    first, second = leaves(case.arrays), leaves(others)
    output = tensor_of(case.call, *first)
    tensor_of(case.call, *second)
    send_back(output, companion.tensor(case.weights))
    try:
        compare(case, first, case.arrays, case.weights)
    except Wrong as error:
        raise Wrong(
            f"the first call's gradient is wrong: {error}",
            "does the second call overwrite what the first one saved? Save "
            "it in ctx, not in the class or in a global name.",
        ) from None


def twice(case):
    """Backward leaves what forward saved: a graph may be kept."""
    inputs = leaves(case.arrays)
    output = tensor_of(case.call, *inputs)
    weights = companion.tensor(case.weights)
    send_back(output, weights, retain_graph=True)
    for leaf in inputs:
        leaf.grad = None
    with suspecting(
        "does the first backward change or use up what forward saved?"
    ):
        send_back(output, weights)
        compare(case, inputs, case.arrays, case.weights)


def strided(case):
    """The same numbers, stored in another order and with gaps."""
    inputs = leaves([spread(array) for array in case.arrays])
    views = [gathered(leaf) for leaf in inputs]
    given = tensor_of(case.call, *views)
    same(given, case.values(case.arrays), case.inputs())
    send_back(given, companion.tensor(case.weights))
    expected = case.gradients(case.arrays, case.weights)
    for leaf, e, name in zip(inputs, expected, case.names, strict=True):
        gradient_at(leaf, name)
        same(gathered(leaf.grad), e, case.inputs())


def spread(array):
    return np.repeat(array.T, 2, axis=0) if array.ndim else array


def gathered(tensor):
    """Undoes `spread`, as a view."""
    if not tensor.ndim:
        return tensor
    return tensor[::2].permute(*reversed(range(tensor.ndim)))


def constant(case):
    """Each input alone wants a gradient; then none does."""
    constants = leaves(case.arrays, wanted=False)
    if tensor_of(case.call, *constants).requires_grad:
        raise Wrong(
            "the result wants a gradient though no input does",
            "is requires_grad set by hand?",
        )
    if len(constants) > 1:
        for number, array in enumerate(case.arrays):
            inputs = list(constants)
            inputs[number] = leaves([array])[0]
            pull(case, inputs, case.arrays)


def changed(case):
    """A change in place is noticed, or does no harm."""
    inputs = leaves(case.arrays)
    output = tensor_of(case.call, *inputs)
    noticed_or_right(case, inputs, output, inputs)


def changed_output(case):
    inputs = leaves(case.arrays)
    output = tensor_of(case.call, *inputs)
    noticed_or_right(case, inputs, output, [output.detach()])


def noticed_or_right(case, inputs, output, victims):
    with companion.no_grad():
        for tensor in victims:
            tensor.mul_(0.5)
    try:
        send_back(output, companion.tensor(case.weights))
        compare(case, inputs, case.arrays, case.weights)
    except Wrong as error:
        if "modified by an inplace operation" not in str(error):
            found = str(error).partition("\n")[0]  # without its own guess
            raise Wrong(
                f"the gradient is silently wrong: {found}",
                "is a tensor kept as an attribute of ctx? Only what goes "
                "through ctx.save_for_backward is guarded.",
            ) from None


def broadcast(case):
    """Inputs of other shapes: each gradient has the shape of its input."""
    arrays = [*case.arrays]
    arrays[1] = arrays[1][..., :1]
    pull(case, leaves(arrays), arrays)


def at_zero(case):
    """Where there may be a corner, torch's choice counts."""
    as_reference(case, [np.zeros_like(array) for array in case.arrays])


def far_out(case):
    """Where an exponential overflows, if `like` does not."""
    as_reference(case, [np.copysign(1000, array) for array in case.arrays])


def as_reference(case, arrays):
    """Compare with the backward of `like`, if all of it is finite."""
    inputs, own = leaves(arrays), leaves(arrays)
    weights = companion.tensor(case.weights)
    output = case.reference(*own)
    output.backward(weights)
    expected = [leaf.grad.numpy() for leaf in own]
    if not all(np.isfinite(numbers(a)).all() for a in (output, *expected)):
        return
    given = tensor_of(case.call, *inputs)
    same(given, output, case.inputs(arrays))
    send_back(given, weights)
    for leaf, slope, name in zip(inputs, expected, case.names, strict=True):
        same(gradient_at(leaf, name), slope, case.inputs(arrays))


def single(case):
    inputs = leaves(case.arrays, companion.float32)
    given = tensor_of(case.call, *inputs)
    weights = companion.tensor(case.weights, dtype=companion.float32)
    send_back(given, weights)
    for tensor in given, *(leaf.grad for leaf in inputs):
        if tensor.dtype != companion.float32:
            raise Wrong(
                f"expected {companion.float32}, got {tensor.dtype}",
                "does an array of 64 bits take part?",
            )


def second_derivative(case):
    """The derivative of the gradients of Σ weights · y."""
    weights = companion.tensor(case.weights)
    differentiated_twice(case, lambda output: (output * weights).sum())


def through_what_comes_in(case):
    """The same for Σ y²: what comes in, 2 y, depends on the inputs too."""
    with blaming("", CUT_OFF.format):
        differentiated_twice(case, lambda output: output.square().sum())


def differentiated_twice(case, loss):
    """Compare with differences of what `like` gives."""
    first = partial(slopes, loss)
    expected = numerical_gradient(
        lambda *arrays: first(case.reference, leaves(arrays)).item(),
        *case.arrays,
    )
    inputs = leaves(case.arrays)
    total = attempt(first, case.call, inputs)
    if not total.requires_grad:
        if any(e.any() for e in expected):
            raise Wrong(
                "the first derivative has no history",
                "is it made of saved arrays, or of detached values? Then it "
                "cannot be derived again. Save tensors.",
            )
        return
    send_back(total)
    for leaf, e in zip(inputs, expected, strict=True):
        zero = np.zeros_like(e)
        same(zero if leaf.grad is None else leaf.grad, e, case.inputs())


def slopes(loss, call, inputs):
    """Σ cos(k) · dL/dx over all inputs: one number made of the gradients."""
    found = companion.autograd.grad(
        loss(call(*inputs)), inputs, create_graph=True
    )
    return sum(
        (g * companion.arange(g.numel()).reshape(g.shape).cos()).sum()
        for g in found
    )


CUT_OFF = (
    "is the gradient that comes in detached, or made an array? It depends on "
    "the input too."
)
