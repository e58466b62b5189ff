"""From an output to gradients: `backward` and `grad`.

Both seed the walk with the outputs' gradients, and differ in where the
result goes: added to the leaves' `.grad`, or returned. First derivatives run
on bare arrays; with `create_graph` the walk runs on tensors and is recorded.
"""

import numpy as np

from companion.autograd.graph import walk
from companion.autograd.modes import enable_grad
from companion.autograd.tensor import Tensor, accumulate, target, wrap


def output_of(node):
    """A saved output as a tensor: linked to its node again."""
    out = wrap(node.out)
    out._node = node
    return out


def seeds(outputs, gradients, create_graph):
    """Pairs (target, gradient) to start the walk from."""
    outputs = (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)
    if gradients is None or isinstance(gradients, Tensor):
        several = len(outputs) if gradients is None else 1
        gradients = (gradients,) * several
    if len(gradients) != len(outputs):
        raise RuntimeError(
            f"got {len(outputs)} tensors and {len(gradients)} gradients"
        )
    roots = []
    for output, gradient in zip(outputs, gradients, strict=True):
        end = target(output)
        if end is None:
            raise RuntimeError(
                "a tensor does not require grad and does not have a grad_fn: "
                "nothing that computed it requires a gradient"
            )
        roots.append((end, seed(output, gradient, create_graph)))
    return roots


def seed(output, gradient, create_graph):
    if gradient is None:
        one = one_for(output._array)
        return wrap(one) if create_graph else one
    if not isinstance(gradient, Tensor):
        raise TypeError(
            "gradients can be either Tensors or None, but got "
            f"{type(gradient).__name__}"
        )
    if gradient.shape != output.shape:
        raise RuntimeError(
            "Mismatch in shape: the gradient has shape "
            f"{tuple(gradient.shape)} and the output {tuple(output.shape)}"
        )
    if create_graph:
        return gradient.to(output.dtype)
    return gradient._array.astype(output._array.dtype)


def one_for(array):
    """d(output)/d(output), which only a single number has."""
    if array.size != 1:
        raise RuntimeError(
            "grad can be implicitly created only for scalar outputs, and "
            f"this one has shape {array.shape}: pass gradient="
        )
    return np.array(1, array.dtype).reshape(array.shape)


def travel(outputs, gradients, retain_graph, create_graph, wanted=None):
    roots = seeds(outputs, gradients, create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    if not create_graph:  # on arrays: nothing to record
        return walk(roots, wanted, keep)
    with enable_grad():
        return walk(roots, wanted, keep, output_of)


def backward(
    tensors,
    grad_tensors=None,
    retain_graph=None,
    create_graph=False,
    inputs=None,
):
    """Add the gradients of `tensors` to the `.grad` of leaves, or `inputs`."""
    if inputs is not None:
        inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
        if not inputs:
            raise RuntimeError("inputs argument to backward cannot be empty.")
    wanted = inputs and [target(tensor) for tensor in inputs]
    found = travel(tensors, grad_tensors, retain_graph, create_graph, wanted)
    if inputs is not None:
        ends = zip(inputs, map(found.get, wanted), strict=True)
    else:
        ends = found.items()
    for leaf, g in ends:
        if g is not None:
            accumulate(leaf, hooked(leaf, g) if leaf._hooks else g)


def hooked(leaf, g):
    for hook in tuple(leaf._hooks.values()):
        g = hook(g)
    return g


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph=None,
    create_graph=False,
    allow_unused=None,
    materialize_grads=False,
):
    """The gradients of `outputs` with respect to each of `inputs`."""
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    for tensor in inputs:
        if not tensor.requires_grad:
            raise RuntimeError(
                "One of the differentiated Tensors does not require grad"
            )
    wanted = [target(tensor) for tensor in inputs]
    found = travel(outputs, grad_outputs, retain_graph, create_graph, wanted)
    return tuple(
        answer(tensor, found.get(end), allow_unused, materialize_grads)
        for tensor, end in zip(inputs, wanted, strict=True)
    )


def answer(tensor, g, allow_unused, materialize_grads):
    if g is not None:
        g = hooked(tensor, g) if tensor._hooks else g
        return g if isinstance(g, Tensor) else wrap(g)
    if materialize_grads:
        return wrap(np.zeros_like(tensor._array))
    if not allow_unused:
        raise RuntimeError(
            "One of the differentiated Tensors appears to not have been used "
            "in the graph. Set allow_unused=True if this is the desired "
            "behavior."
        )
    return None
