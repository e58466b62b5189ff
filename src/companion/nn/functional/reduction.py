"""From a loss for each sample to one number."""

import functools
import inspect
import warnings

REDUCTIONS = "none", "mean", "sum"  # in ATen's order


def check_reduction(reduction):
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")


def reduction_name(size_average, reduce, reduction):
    """`reduction`, or what torch's two older arguments mean by now."""
    if size_average is None and reduce is None:
        return reduction
    mean, one = size_average in (None, True), reduce in (None, True)
    name = ("mean" if mean else "sum") if one else "none"
    warnings.warn(
        "size_average and reduce args will be deprecated, "
        f"please use reduction='{name}' instead.",
        stacklevel=4,
    )
    return name


def reduced(
    loss, reduction="mean", size_average=None, reduce=None, scale=None
):
    """Σ loss / n, or Σ loss / Σ scale where each sample has a scale."""
    reduction = reduction_name(size_average, reduce, reduction)
    check_reduction(reduction)
    if reduction == "mean":
        return loss.mean() if scale is None else loss.sum() / scale.sum()
    return loss.sum() if reduction == "sum" else loss


def reducing(function):
    """Give a loss for each element torch's last three arguments."""
    own = inspect.signature(function)
    last = [
        inspect.Parameter(
            name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default
        )
        for name, default in (
            ("size_average", None),
            ("reduce", None),
            ("reduction", "mean"),
        )
    ]
    whole = own.replace(parameters=[*own.parameters.values(), *last])
    count, names = len(own.parameters), [parameter.name for parameter in last]

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        if len(args) > count:
            kwargs = whole.bind_partial(*args, **kwargs).arguments
            args = ()
        given = {name: kwargs.pop(name) for name in names if name in kwargs}
        return reduced(function(*args, **kwargs), **given)

    wrapper.__signature__ = whole
    return wrapper
