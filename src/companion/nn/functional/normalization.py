"""Normalisation: mean 0 and variance 1, over a batch, a layer or a group."""

from functools import partial

from companion._library import library


def normalized(input, mean, var, eps):
    """(x - μ) / √(σ² + ε)."""
    return (input - mean) * (var + eps).rsqrt()


def scaled(input, weight, bias):
    """γ x + β, each where it is given."""
    for given in weight, bias:
        if given is not None and given.dtype != input.dtype:
            raise RuntimeError(
                "all inputs must share the same dtype, "
                f"got {input.dtype} and {given.dtype}"
            )
    if weight is not None:
        input = input * weight
    return input if bias is None else input + bias


def batch_norm(
    input,
    running_mean,
    running_var,
    weight=None,
    bias=None,
    training=False,
    momentum=0.1,
    eps=1e-5,
):
    """Over all but the channels, dimension 1.

    In training with the batch's mean and variance, which the running ones
    then move towards by `momentum`; else with the running ones.
    """
    dims = [0, *range(2, input.ndim)]
    if eps <= 0:
        raise ValueError(f"batch_norm eps must be positive, but got {eps}")
    check_running(running_mean, running_var, training or not input.numel())
    if not input.numel():
        return input.clone()
    along = partial(along_channels, input)
    mean = along("running_mean", running_mean)
    var = along("running_var", running_var)
    if training:
        count = input.numel() // input.shape[1]
        if count == 1:
            raise ValueError(
                "Expected more than 1 value per channel when training, got "
                f"input size {input.shape}"
            )
        mean = input.mean(dims, keepdim=True)
        var = ((input - mean) ** 2).mean(dims, keepdim=True)
        if running_mean is not None:
            unbiased = var.detach() * (count / (count - 1))
            running_mean.lerp_(mean.detach().flatten(), momentum)
            running_var.lerp_(unbiased.flatten(), momentum)
    weight, bias = along("weight", weight), along("bias", bias)
    return scaled(normalized(input, mean, var, eps), weight, bias)


def check_running(mean, var, may_be_none):
    if (mean is None) != (var is None):
        raise ValueError(
            "running_mean and running_var must either both be None or neither"
        )
    if mean is None and not may_be_none:
        raise RuntimeError(
            "running_mean and running_var must be defined in evaluation mode"
        )


def along_channels(input, name, values):
    """One value for each channel, in a shape that broadcasts."""
    if values is None:
        return None
    channels = input.shape[1] if input.ndim > 1 else 0
    if tuple(values.shape) != (channels,):
        raise RuntimeError(
            f"{name} should contain {channels} elements, one for each "
            f"channel, not {list(values.shape)}"
        )
    return values.view(-1, *[1] * (input.ndim - 2))


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Over the last dimensions, of `normalized_shape`."""
    dims = normalized_dims(input, normalized_shape, weight, bias)
    mean = input.mean(dims, keepdim=True)
    var = ((input - mean) ** 2).mean(dims, keepdim=True)
    return scaled(normalized(input, mean, var, eps), weight, bias)


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """γ x / √(mean(x²) + ε): the mean is not taken away."""
    dims = normalized_dims(input, normalized_shape, weight)
    eps = library(input).finfo(input.dtype).eps if eps is None else eps
    square = (input * input).mean(dims, keepdim=True)
    result = input * (square + eps).rsqrt()
    return result if weight is None else result * weight


def normalized_dims(input, shape, *affine):
    if not shape or tuple(input.shape[-len(shape) :]) != tuple(shape):
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape "
            f"[*, {', '.join(map(str, shape))}], but got input of size"
            f"{list(input.shape)}"
        )
    for given in affine:
        if given is not None and tuple(given.shape) != tuple(shape):
            raise RuntimeError(
                "Expected weight and bias to be of the same shape as "
                f"normalized_shape={list(shape)}, got {list(given.shape)}"
            )
    return list(range(-len(shape), 0))


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Over each group of neighbouring channels, in each sample."""
    if input.ndim < 2 or input.shape[1] % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by "
            f"num_groups, but got input of shape {list(input.shape)} and "
            f"num_groups={num_groups}"
        )
    if 0 in input.shape[1:]:
        raise RuntimeError(
            "Expected number of channels and places to be greater than 0, "
            f"but got input of shape {list(input.shape)}"
        )
    size = input.shape[1:].numel() // num_groups
    groups = input.reshape(input.shape[0], num_groups, size)
    grouped = layer_norm(groups, (size,), eps=eps)
    along = partial(along_channels, input)
    weight, bias = along("weight", weight), along("bias", bias)
    return scaled(grouped.reshape(input.shape), weight, bias)
