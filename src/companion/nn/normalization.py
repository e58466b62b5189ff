"""Normalising layers: mean 0 and variance 1, then γ x + β, both learnt."""

from functools import partial

from companion.nn import functional as F
from companion.nn import init, parameter
from companion.nn.module import Module


class Norm(Module):
    """γ, at first 1, and β, at first 0, where they are wanted."""

    sizes: tuple[str, ...] = ("normalized_shape",)  # shown by their values
    shown: tuple[str, ...]  # with their names

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

    def extra_repr(self):
        values = vars(self) | {"bias": self.bias is not None}
        sizes = [str(values[name]) for name in self.sizes]
        return ", ".join(sizes + [f"{x}={values[x]}" for x in self.shown])


class BatchNorm(Norm):
    """Over the batch; remembers mean and variance for evaluation."""

    dims: tuple[int, ...]  # how many an input may have
    sizes = ("num_features",)
    shown = "eps", "momentum", "affine", "bias", "track_running_stats"

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
        for name, shape, kind in (
            ("running_mean", (num_features,), dtype),
            ("running_var", (num_features,), dtype),
            ("num_batches_tracked", (), "int64"),
        ):
            buffer = parameter.buffer(shape, kind, device)
            self.register_buffer(name, buffer if track_running_stats else None)
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
        momentum = 0.0 if self.momentum is None else self.momentum
        update = self.training and self.track_running_stats
        if update:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:  # the mean of all batches so far
                momentum = 1 / float(self.num_batches_tracked)
        use = update or not self.training
        running = (self.running_mean, self.running_var) if use else (None,) * 2
        from_batch = self.training or self.running_mean is None
        affine = self.weight, self.bias
        settings = from_batch, momentum, self.eps
        return F.batch_norm(input, *running, *affine, *settings)


class BatchNorm1d(BatchNorm):
    """(N, C) or (N, C, L), normalised over all but C."""

    dims = 2, 3


class BatchNorm2d(BatchNorm):
    """(N, C, H, W), normalised over all but C."""

    dims = (4,)


class LayerNorm(Norm):
    """Over the last dimensions, which have the shape `normalized_shape`."""

    shown = "eps", "elementwise_affine", "bias"

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
        self.normalized_shape = shape = shape_of(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.make_parameters(shape, elementwise_affine, bias, device, dtype)

    def forward(self, input):
        affine = self.weight, self.bias
        return F.layer_norm(input, self.normalized_shape, *affine, self.eps)


class RMSNorm(Norm):
    """x / √(mean(x²) + ε) over the last dimensions, times γ."""

    shown = "eps", "elementwise_affine"

    def __init__(
        self,
        normalized_shape,
        eps=None,
        elementwise_affine=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.normalized_shape = shape = shape_of(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.make_parameters(shape, elementwise_affine, False, device, dtype)

    def forward(self, input):
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)


class GroupNorm(Norm):
    """Over groups of neighbouring channels, each sample by itself."""

    sizes = "num_groups", "num_channels"
    shown = "eps", "affine", "bias"

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
        affine = self.weight, self.bias
        return F.group_norm(input, self.num_groups, *affine, self.eps)


def shape_of(value):
    return (value,) if isinstance(value, int) else tuple(value)
