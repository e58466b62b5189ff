"""Normalising layers: mean 0 and variance 1, then γ x + β, both learnt."""

from functools import partial

from companion.nn import functional as F
from companion.nn import init, parameter
from companion.nn.module import Module


class Norm(Module):
    """γ, at first 1, and β, at first 0, where they are wanted."""

    def make_parameters(self, shape, weight, bias, device, dtype):
        make = partial(parameter.empty, *shape, device=device, dtype=dtype)
        self.weight = make() if weight else None
        self.bias = make() if weight and bias else None
        self.reset_parameters()

    def reset_parameters(self):
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)


class BatchNorm(Norm):
    """Over the batch; remembers mean and variance for evaluation."""

    dims: tuple[int, ...]  # how many an input may have

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=True,
        track_running_stats=True,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        super().__init__()
        self.num_features, self.eps = num_features, eps
        self.momentum, self.affine = momentum, affine
        self.track_running_stats = track_running_stats
        buffers = {}
        if track_running_stats:
            make = partial(parameter.buffer, device=device)
            buffers = {
                "running_mean": make((num_features,), dtype),
                "running_var": make((num_features,), dtype),
                "num_batches_tracked": make((), "int64"),
            }
        for name in "running_mean", "running_var", "num_batches_tracked":
            self.register_buffer(name, buffers.get(name))
        self.make_parameters((num_features,), affine, bias, device, dtype)

    def reset_running_stats(self):
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self):
        self.reset_running_stats()
        super().reset_parameters()

    def forward(self, input):
        if input.ndim not in self.dims:
            wanted = " or ".join(f"{dims}D" for dims in self.dims)
            raise ValueError(
                f"expected {wanted} input (got {input.ndim}D input)"
            )
        if input.shape[1] != self.num_features:
            raise RuntimeError(
                f"running_mean should contain {input.shape[1]} elements not "
                f"{self.num_features}"
            )
        momentum = 0.0 if self.momentum is None else self.momentum
        update = self.training and self.track_running_stats
        if update:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:  # the mean of all batches so far
                momentum = 1 / float(self.num_batches_tracked)
        return F.batch_norm(
            input,
            *(self.running_mean, self.running_var)
            if update or not self.training
            else (None, None),
            self.weight,
            self.bias,
            self.training or self.running_mean is None,
            momentum,
            self.eps,
        )

    def extra_repr(self):
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(BatchNorm):
    """(N, C) or (N, C, L), normalised over all but C."""

    dims = 2, 3


class BatchNorm2d(BatchNorm):
    """(N, C, H, W), normalised over all but C."""

    dims = (4,)


class LayerNorm(Norm):
    """Over the last dimensions, which have the shape `normalized_shape`."""

    def __init__(
        self,
        normalized_shape,
        eps=1e-5,
        elementwise_affine=True,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.normalized_shape = shape_of(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.make_parameters(
            self.normalized_shape, elementwise_affine, bias, device, dtype
        )

    def forward(self, input):
        return F.layer_norm(
            input, self.normalized_shape, self.weight, self.bias, self.eps
        )

    def extra_repr(self):
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Norm):
    """x / √(mean(x²) + ε) over the last dimensions, times γ."""

    def __init__(
        self,
        normalized_shape,
        eps=None,
        elementwise_affine=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.normalized_shape = shape_of(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.make_parameters(
            self.normalized_shape, elementwise_affine, False, device, dtype
        )

    def forward(self, input):
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}"
        )


class GroupNorm(Norm):
    """Over groups of neighbouring channels, each sample by itself."""

    def __init__(
        self,
        num_groups,
        num_channels,
        eps=1e-5,
        affine=True,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(
                f"num_channels ({num_channels}) must be divisible by "
                f"num_groups ({num_groups})"
            )
        self.num_groups, self.num_channels = num_groups, num_channels
        self.eps, self.affine = eps, affine
        self.make_parameters((num_channels,), affine, bias, device, dtype)

    def forward(self, input):
        return F.group_norm(
            input, self.num_groups, self.weight, self.bias, self.eps
        )

    def extra_repr(self):
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, "
            f"affine={self.affine}, bias={self.bias is not None}"
        )


def shape_of(value):
    return (value,) if isinstance(value, int) else tuple(value)
