"""Dropout layers: they drop in training mode only."""

from companion.nn import functional as F
from companion.nn.functional.noise import check_probability
from companion.nn.layer import Layer


class DropoutLayer(Layer):
    def remember(self, settings):
        super().remember(settings)
        check_probability(self.p)

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(DropoutLayer, function=F.dropout): ...


class Dropout2d(DropoutLayer, function=F.dropout2d): ...
