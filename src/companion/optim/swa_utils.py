"""Averages of a model's weights over its training.

Sources: Izmailov et al., "Averaging weights leads to wider optima", 2018
(stochastic weight averaging, SWA); Polyak and Juditsky, 1992.
"""

from copy import deepcopy
from itertools import chain
from math import cos, pi

from companion import nn
from companion._library import library
from companion.optim.lr_scheduler.base import LRScheduler, for_each_group
from companion.optim.lr_scheduler.cycles import checked_strategy


def get_swa_avg_fn():
    """a ← a + (θ - a) / (n + 1): the mean of all n + 1 models."""
    return lambda mean, p, n: mean + (p - mean) / (n + 1)


def get_ema_avg_fn(decay=0.999):
    """a ← decay·a + (1 - decay)·θ: recent models weigh more."""
    check_decay(decay)
    return lambda mean, p, n: decay * mean + (1 - decay) * p


def get_swa_multi_avg_fn():
    """`get_swa_avg_fn` for lists of tensors, in place."""

    def average(means, params, n):
        for mean, p in zip(means, params, strict=True):
            mean.lerp_(p, 1 / (float(n) + 1))

    return average


def get_ema_multi_avg_fn(decay=0.999):
    """`get_ema_avg_fn` for lists of tensors, in place."""
    check_decay(decay)

    def average(means, params, n):
        for mean, p in zip(means, params, strict=True):
            mean.lerp_(p, 1 - decay)

    return average


def check_decay(decay):
    if not 0 <= decay <= 1:
        raise ValueError(f"Invalid decay value {decay} provided, not 0 to 1")


class AveragedModel(nn.Module):
    """A copy of `model` whose weights are averages of the model's.

    Call ``update_parameters(model)`` when a model is to be counted in.
    Buffers are averaged with `use_buffers`, else copied; for those of batch
    normalization see :func:`update_bn`.
    """

    def __init__(self, model, device=None, avg_fn=None, multi_avg_fn=None,
                 use_buffers=False):  # fmt: skip
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError(
                "Only one of avg_fn and multi_avg_fn should be provided"
            )
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        home = library(next(model.parameters(), None))
        count = home.tensor(0, dtype=home.int64, device=device)
        self.register_buffer("n_averaged", count)
        self.avg_fn, self.multi_avg_fn = avg_fn, multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args, **kwargs):
        return self.module(*args, **kwargs)

    def update_parameters(self, model):
        """Count in the weights that `model` has now."""
        means, new = averaged(self, self.module), averaged(self, model)
        if self.n_averaged == 0:
            for mean, p in zip(means, new, strict=True):
                mean.copy_(p)
        elif self.multi_avg_fn is not None:
            self.multi_avg_fn(means, new, self.n_averaged)
        else:
            average = self.avg_fn or get_swa_avg_fn()
            for mean, p in zip(means, new, strict=True):
                mean.copy_(average(mean, p, self.n_averaged))
        if not self.use_buffers:
            for own, other in zip(
                self.module.buffers(), model.buffers(), strict=True
            ):
                own.detach().copy_(other)
        self.n_averaged += 1


def averaged(average, model):
    """The tensors that take part, detached."""
    buffers = model.buffers() if average.use_buffers else ()
    return [p.detach() for p in chain(model.parameters(), buffers)]


def update_bn(loader, model, device=None):
    """Let batch normalization measure its inputs anew, for these weights.

    `loader` gives batches, or lists that begin with one; the means of all
    batches replace the running statistics.
    """
    layers = [m for m in model.modules() if hasattr(m, "reset_running_stats")]
    if not layers:
        return
    momenta, training = [m.momentum for m in layers], model.training
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the plain mean
    model.train()
    with library(next(model.parameters(), None)).no_grad():
        for batch in loader:
            features = batch[0] if isinstance(batch, (list, tuple)) else batch
            model(features if device is None else features.to(device))
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    model.train(training)


class SWALR(LRScheduler):
    """From the learning rate of now to `swa_lr`, in `anneal_epochs` epochs."""

    def __init__(self, optimizer, swa_lr, anneal_epochs=10,
                 anneal_strategy="cos", last_epoch=-1):  # fmt: skip
        rates = for_each_group("swa_lr", optimizer, swa_lr)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["swa_lr"] = rate
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be >= 0: {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        self._anneal_strategy = checked_strategy(anneal_strategy)
        super().__init__(optimizer, last_epoch)

    def share(self, step):
        """How much of swa_lr is in the learning rate after `step` steps."""
        done = max(0, min(1, step / max(1, self.anneal_epochs)))
        linear = self._anneal_strategy == "linear"
        return done if linear else (1 - cos(pi * done)) / 2

    def rate(self, i, lr):
        goal = self.optimizer.param_groups[i]["swa_lr"]
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self.share(step - 1), self.share(step)
        start = goal if before == 1 else (lr - before * goal) / (1 - before)
        return goal * now + start * (1 - now)
