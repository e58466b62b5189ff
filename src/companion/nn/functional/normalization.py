"""Normalisation: mean 0 and variance 1, over a batch, a layer or a group."""

from companion._library import library


def normalized(input, mean, var, eps):
    """(x - μ) / √(σ² + ε)."""
    return (input - mean) * (var + eps).rsqrt()


def scaled(input, weight, bias):
    """γ x + β, each where it is given."""
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
    if not training:
        mean, var = (along(x, input) for x in (running_mean, running_var))
    else:
        count = input.numel() // input.shape[1]
        if count == 1:
            raise ValueError(
                "Expected more than 1 value per channel when training, got "
                f"input size {input.shape}"
            )
        mean = input.mean(dims, keepdim=True)
        var = ((input - mean) ** 2).mean(dims, keepdim=True)
        if running_mean is not None and count:
            unbiased = var.detach() * (count / (count - 1))
            running_mean.lerp_(mean.detach().flatten(), momentum)
            running_var.lerp_(unbiased.flatten(), momentum)
    weight, bias = along(weight, input), along(bias, input)
    return scaled(normalized(input, mean, var, eps), weight, bias)


def along(values, input):
    """One value for each channel, in a shape that broadcasts."""
    if values is None:
        return None
    return values.view(-1, *[1] * (input.ndim - 2))


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Over the last dimensions, of `normalized_shape`."""
    dims = normalized_dims(input, normalized_shape)
    mean = input.mean(dims, keepdim=True)
    var = ((input - mean) ** 2).mean(dims, keepdim=True)
    return scaled(normalized(input, mean, var, eps), weight, bias)


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """γ x / √(mean(x²) + ε): the mean is not taken away."""
    dims = normalized_dims(input, normalized_shape)
    eps = library(input).finfo(input.dtype).eps if eps is None else eps
    square = (input * input).mean(dims, keepdim=True)
    return scaled(input * (square + eps).rsqrt(), weight, None)


def normalized_dims(input, shape):
    if tuple(input.shape[-len(shape) :]) != tuple(shape):
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape "
            f"[*, {', '.join(map(str, shape))}], but got input of size"
            f"{list(input.shape)}"
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
    groups = input.reshape(input.shape[0], num_groups, -1)
    grouped = layer_norm(groups, groups.shape[2:], eps=eps)
    weight, bias = along(weight, input), along(bias, input)
    return scaled(grouped.reshape(input.shape), weight, bias)
