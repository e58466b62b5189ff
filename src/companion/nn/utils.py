"""What is done to all parameters' gradients, or to their values, at once."""

from companion._library import is_tensor, library


def gradients(parameters):
    parameters = [parameters] if is_tensor(parameters) else parameters
    return [p.grad for p in parameters if p.grad is not None]


def clip_grad_norm_(
    parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None
):
    """Scale all gradients so that together they are at most `max_norm` long.

    Returns the length before. `foreach` is torch's, and changes nothing.
    """
    grads = gradients(parameters)
    if not grads:
        return library(None).tensor(0.0)
    norms = [grad.norm(norm_type) for grad in grads]
    total = library(norms[0]).stack(norms).norm(norm_type)
    if error_if_nonfinite and not total.isfinite():
        raise RuntimeError(
            f"The total norm of order {float(norm_type)} for gradients from "
            "`parameters` is non-finite, so it cannot be clipped."
        )
    factor = (max_norm / (total + 1e-6)).clamp(max=1.0)
    for grad in grads:
        grad.mul_(factor)
    return total


def clip_grad_value_(parameters, clip_value, foreach=None):
    """Hold every element of every gradient between ±clip_value."""
    for grad in gradients(parameters):
        grad.clamp_(-float(clip_value), float(clip_value))


def parameters_to_vector(parameters):
    """All values in one row, as a tensor with a history."""
    rows = [parameter.reshape(-1) for parameter in parameters]
    return library(rows[0]).cat(rows)


def vector_to_parameters(vec, parameters):
    """Give the parameters the values in one row: views of it."""
    if not is_tensor(vec):
        raise TypeError(
            f"expected torch.Tensor, but got: {type(vec).__name__}"
        )
    start = 0
    for parameter in parameters:
        end = start + parameter.numel()
        parameter.data = vec[start:end].view(parameter.shape).data
        start = end
