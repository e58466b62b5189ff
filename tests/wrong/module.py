"""Layers of one's own: what goes wrong, and what is right."""

import math

from wrong.entry import Entry

import companion
from companion import nn
from companion.nn import Module, Parameter


class Linear(Module):
    """The right layer; most of the wrong ones differ from it in a line."""

    def __init__(self, inputs, outputs):
        super().__init__()
        bound = 1 / math.sqrt(inputs)
        self.weight = Parameter(companion.empty(outputs, inputs))
        self.bias = Parameter(companion.empty(outputs))
        for parameter in self.weight, self.bias:
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x):
        return x @ self.weight.T + self.bias


class Stub(Module):
    def __init__(self, inputs, outputs):
        super().__init__()

    def forward(self, x): ...


class Empty:
    pass


class ReturnsItsInput(Linear):
    def forward(self, x):
        return x


class NothingDone(Linear):
    def forward(self, x): ...


class InitForgotten(Module):
    def __init__(self, inputs, outputs):
        self.weight = Parameter(companion.randn(outputs, inputs))
        self.bias = Parameter(companion.zeros(outputs))


class BiasForgotten(Linear):
    def forward(self, x):
        return x @ self.weight.T


class BiasPlainTensor(Linear):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        del self.bias
        self.bias = companion.zeros(outputs, requires_grad=True)


class HiddenInAList(Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.both = [
            Parameter(companion.randn(outputs, inputs)),
            Parameter(companion.zeros(outputs)),
        ]

    def forward(self, x):
        weight, bias = self.both
        return x @ weight.T + bias


class NotTransposed(Linear):
    def forward(self, x):
        return x @ self.weight + self.bias


class Detached(Linear):
    def forward(self, x):
        return x @ self.weight.detach().T + self.bias


class UnderNoGrad(Linear):
    def forward(self, x):
        with companion.no_grad():
            return x @ self.weight.T + self.bias


class NewEachTime(Linear):
    def forward(self, x):
        weight = Parameter(companion.randn(*self.weight.shape))
        return x @ weight.T + self.bias


class WantsNoGradient(Linear):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.weight.requires_grad_(False)


class ScaledAfterwards:
    """No leaf any more: the scaling is in the graph."""

    def __init__(self, inputs, outputs):
        weight = companion.randn(outputs, inputs, requires_grad=True)
        self.weight = weight / math.sqrt(inputs)
        self.bias = companion.zeros(outputs, requires_grad=True)
        self.parameters = [self.weight, self.bias]

    def __call__(self, x):
        return x @ self.weight.T + self.bias


class BatchOfFive(Linear):
    def forward(self, x):
        return x @ self.weight.T + self.bias.expand(5, -1)


class ChangesItsInput(Linear):
    def forward(self, x):
        x.data.mul_(2)
        return (x / 2) @ self.weight.T + self.bias


class CountsCalls(Linear):
    calls = 0

    def forward(self, x):
        self.calls += 1
        return self.calls * (x @ self.weight.T + self.bias)


SHARED = Parameter(companion.randn(2, 3)), Parameter(companion.zeros(2))


class SharedByAll(Linear):
    def __init__(self, inputs, outputs):
        Module.__init__(self)
        self.weight, self.bias = SHARED


class AllTheSame(Linear):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        nn.init.ones_(self.weight)


class NarrowStart(Linear):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / inputs, 1 / inputs)


class SoftmaxOverTheBatch(Module):
    def forward(self, x):
        return x.softmax(0)


class KeepsWithProbabilityP(Module):
    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        return x * (companion.rand_like(x) < self.p) / self.p


class DropsUnscaled(KeepsWithProbabilityP):
    def forward(self, x):
        if not self.training:
            return x
        return x * (companion.rand_like(x) >= self.p)


class DropsAlways(KeepsWithProbabilityP):
    def forward(self, x):
        return x * (companion.rand_like(x) >= self.p) / (1 - self.p)


class Drops(KeepsWithProbabilityP):
    def forward(self, x):
        if not self.training:
            return x
        return x * (companion.rand_like(x) >= self.p) / (1 - self.p)


class Endless(Linear):
    def forward(self, x):
        while True:
            x = x + 0


class RaisesInForward(Linear):
    def forward(self, x):
        return self.wieght @ x


class InArrays(Linear):
    def forward(self, x):
        return x.detach().numpy() @ self.weight.detach().numpy().T


class ByFunction(nn.Linear):
    def forward(self, x):
        return nn.functional.linear(x, self.weight, self.bias)


class ByHand:
    """Before there is any Module: a list of parameters, a row as bias."""

    def __init__(self, inputs, outputs):
        self.w = companion.normal(
            0, 0.1, (outputs, inputs), requires_grad=True
        )
        self.b = companion.zeros(1, outputs, requires_grad=True)
        self.parameters = [self.w, self.b]

    def __call__(self, x):
        return x @ self.w.T + self.b


class KeptTransposed(Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.shift = Parameter(companion.zeros(outputs))
        self.matrix = Parameter(companion.randn(inputs, outputs))

    def forward(self, x):
        return companion.einsum("ni,io->no", x, self.matrix) + self.shift


class Rectifier(Module):
    def forward(self, x):
        return x.clamp(min=0)


class SigmoidByItsFormula(Module):
    def forward(self, x):
        return 1 / (1 + (-x).exp())


class Normalized(Module):
    """A BatchNorm1d in its formulas."""

    def __init__(self, size):
        super().__init__()
        self.gamma = Parameter(companion.ones(size))
        self.beta = Parameter(companion.zeros(size))
        self.register_buffer("mean", companion.zeros(size))
        self.register_buffer("var", companion.ones(size))

    def forward(self, x):
        mean, var = self.mean, self.var
        if self.training:
            mean, var = x.mean(0), x.var(0, correction=0)
            with companion.no_grad():
                self.mean.lerp_(mean, 0.1)
                self.var.lerp_(x.var(0), 0.1)
        return self.gamma * (x - mean) / (var + 1e-5).sqrt() + self.beta


class NormalizedWithTheBatch(Normalized):
    def forward(self, x):
        mean, var = x.mean(0), x.var(0, correction=0)
        return self.gamma * (x - mean) / (var + 1e-5).sqrt() + self.beta


class ShiftFirst(Normalized):
    """The parameters in another order, and of one shape."""

    def __init__(self, size):
        Module.__init__(self)
        self.beta = Parameter(companion.zeros(size))
        self.gamma = Parameter(companion.ones(size))
        self.register_buffer("mean", companion.zeros(size))
        self.register_buffer("var", companion.ones(size))


class DragsItsGraph(Normalized):
    def forward(self, x):
        mean, var = self.mean, self.var
        if self.training:
            mean, var = x.mean(0), x.var(0, correction=0)
            self.mean = 0.9 * self.mean + 0.1 * mean
            self.var = 0.9 * self.var + 0.1 * x.var(0)
        return self.gamma * (x - mean) / (var + 1e-5).sqrt() + self.beta


class KeptInPlainTensors(Normalized):
    def __init__(self, size):
        super().__init__(size)
        del self.mean, self.var
        self.mean, self.var = companion.zeros(size), companion.ones(size)


class MomentumExchanged(Normalized):
    def forward(self, x):
        kept = self.mean.clone(), self.var.clone()
        y = super().forward(x)
        for now, before in zip((self.mean, self.var), kept, strict=True):
            now.copy_(before + 9 * (now - before))
        return y


class LearnsInEvaluation(Normalized):
    def forward(self, x):
        training = self.training
        y = super().forward(x)
        if not training:
            self.training = True
            super().forward(x)
            self.training = False
        return y


class EpsOutsideTheRoot(Module):
    def __init__(self, size):
        super().__init__()
        self.weight = Parameter(companion.ones(size))
        self.bias = Parameter(companion.zeros(size))

    def forward(self, x):
        mean, std = x.mean(-1, keepdim=True), x.std(-1, 0, keepdim=True)
        return self.weight * (x - mean) / (std + 1e-5) + self.bias


class NaiveLogSoftmax(Module):
    def forward(self, x):
        return (x.exp() / x.exp().sum(1, keepdim=True)).log()


class FixedConvolution(Module):
    def __init__(self, inputs, outputs, size, stride=1, padding=0):
        super().__init__()
        weight = companion.randn(outputs, inputs, size, size)
        self.weight = Parameter(weight)
        self.bias = Parameter(companion.zeros(outputs))
        self.stride, self.padding = 2, 1

    def forward(self, x):
        at = self.stride, self.padding
        return nn.functional.conv2d(x, self.weight, self.bias, *at)


class FixedStride(FixedConvolution):
    def __init__(self, inputs, outputs, size, stride=1, padding=0):
        super().__init__(inputs, outputs, size)
        self.stride, self.padding = 1, padding


class FixedPadding(FixedConvolution):
    def __init__(self, inputs, outputs, size, stride=1, padding=0):
        super().__init__(inputs, outputs, size)
        self.stride, self.padding = stride, 0


class Convolution(FixedConvolution):
    def __init__(self, inputs, outputs, size, stride=1, padding=0):
        super().__init__(inputs, outputs, size)
        self.stride, self.padding = stride, padding


class FixedWindow(Module):
    def __init__(self, size):
        super().__init__()

    def forward(self, x):
        return x.unfold(2, 2, 2).unfold(3, 2, 2).amax((-2, -1))


class Window(FixedWindow):
    def __init__(self, size):
        super().__init__(size)
        self.size = size

    def forward(self, x):
        for dim in 2, 3:
            x = x.unfold(dim, self.size, self.size)
        return x.amax((-2, -1))


class BiasAlways(Linear):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__(inputs, outputs)


class DropsThreeTenths(Drops):
    def __init__(self, p):
        super().__init__(0.3)


class DropsColumns(Drops):
    def forward(self, x):
        if not self.training:
            return x
        kept = companion.rand(x.shape[-1]) >= self.p
        return x * kept / (1 - self.p)


class DropsTheSameAgain(Drops):
    kept = None

    def forward(self, x):
        if not self.training:
            return x
        if self.kept is None or self.kept.shape != x.shape:
            self.kept = companion.rand_like(x) >= self.p
        return x * self.kept / (1 - self.p)


class DropsWithoutGradient(Drops):
    def forward(self, x):
        return x + (super().forward(x) - x).detach()


class SoftmaxOfClasses(Module):
    def forward(self, x):
        return x.softmax(1)


def row(name, code, cause="", like="Linear", arguments=(3, 2), **settings):
    return Entry(name, code, cause, settings, (like, *arguments))


def softmax():
    return nn.Softmax(1)


def log_softmax():
    return nn.LogSoftmax(1)


WRONG = [
    row("the stub", Stub, "no parameter of the shape of weight"),
    row("an empty answer", Empty, "it raised TypeError"),
    row("the input returned", ReturnsItsInput, "expected shape (5, 2)"),
    row(
        "the input returned, a square",
        ReturnsItsInput,
        "it returns its input",
        arguments=(3, 3),
    ),
    row("forward without return", NothingDone, "is a return missing?"),
    row(
        "super().__init__() forgotten",
        InitForgotten,
        "must call super().__init__() first",
    ),
    row("the bias forgotten", BiasForgotten, "is bias left out?"),
    row(
        "a plain tensor as bias",
        BiasPlainTensor,
        "a Parameter rather than a plain tensor or one in a list?",
    ),
    row(
        "parameters in a list",
        HiddenInAList,
        "a Parameter rather than a plain tensor or one in a list?",
    ),
    row("not transposed", NotTransposed, "it raised RuntimeError"),
    row(
        "not transposed, a square",
        NotTransposed,
        "is weight transposed?",
        arguments=(3, 3),
    ),
    row("detached", Detached, "no gradient arrives at weight"),
    row("under no_grad", UnderNoGrad, "is the work done under no_grad"),
    row("new values at each call", NewEachTime, "entries are wrong"),
    row(
        "a parameter without gradient",
        WantsNoGradient,
        "weight wants no gradient",
    ),
    row("scaled after it was made", ScaledAfterwards, "weight is no leaf"),
    row(
        "one size of batch",
        BatchOfFive,
        "is the size of the batch written into the layer?",
    ),
    row("the input changed", ChangesItsInput, "it changed its argument 1"),
    row(
        "a call leaves something behind",
        CountsCalls,
        "does the first call leave something behind",
    ),
    row(
        "parameters shared by all layers",
        SharedByAll,
        "two layers share their parameters",
    ),
    row("all weights alike", AllTheSame, "units that start alike stay alike"),
    row(
        "another start",
        NarrowStart,
        "another distribution, another bound",
        initial=True,
    ),
    row(
        "softmax over the batch",
        SoftmaxOverTheBatch,
        "entries are wrong",
        softmax,
        (),
    ),
    row(
        "a dropout that keeps with p",
        KeepsWithProbabilityP,
        "is p the probability to drop, or to keep?",
        "Dropout",
        (0.3,),
    ),
    row(
        "a dropout that does not scale",
        DropsUnscaled,
        "must be divided by 1 - p",
        "Dropout",
        (0.3,),
    ),
    row(
        "a dropout in evaluation",
        DropsAlways,
        "is self.training asked",
        "Dropout",
        (0.3,),
    ),
    row(
        "evaluation by the batch's mean",
        NormalizedWithTheBatch,
        "is what training has seen kept?",
        "BatchNorm1d",
        (3,),
    ),
    row(
        "a mean that drags its graph along",
        DragsItsGraph,
        "what is kept drags its graph along",
        "BatchNorm1d",
        (3,),
    ),
    row(
        "plain tensors for buffers",
        KeptInPlainTensors,
        "register_buffer makes it so",
        "BatchNorm1d",
        (3,),
    ),
    row(
        "the momentum exchanged",
        MomentumExchanged,
        "is what training has seen kept? In the same shares",
        "BatchNorm1d",
        (3,),
    ),
    row(
        "a mean that goes on in evaluation",
        LearnsInEvaluation,
        "in training alone?",
        "BatchNorm1d",
        (3,),
    ),
    row(
        "epsilon outside the root",
        EpsOutsideTheRoot,
        "entries are wrong",
        "LayerNorm",
        (3,),
    ),
    row(
        "the logarithm of a softmax",
        NaiveLogSoftmax,
        "does an exponential overflow",
        log_softmax,
        (),
    ),
    row(
        "stride and padding fixed",
        FixedConvolution,
        "is it used, or a number in its place?",
        "Conv2d",
        (2, 3, 3),
        stride=2,
        padding=1,
    ),
    row(
        "the stride fixed",
        FixedStride,
        "with stride=2: is it used, or a number in its place?",
        "Conv2d",
        (2, 3, 3),
    ),
    row(
        "the padding fixed",
        FixedPadding,
        "with padding=1: is it used, or a number in its place?",
        "Conv2d",
        (2, 3, 3),
    ),
    row(
        "the window fixed",
        FixedWindow,
        "with kernel_size=3: is it used",
        "MaxPool2d",
        (2,),
    ),
    row(
        "a bias that is always there",
        BiasAlways,
        "with bias=False: is it used",
    ),
    row(
        "the share fixed",
        DropsThreeTenths,
        "with p=0.55: is it used",
        "Dropout",
        (0.3,),
    ),
    row(
        "a dropout of whole columns",
        DropsColumns,
        "is the draw of x's shape?",
        "Dropout",
        (0.3,),
    ),
    row(
        "a dropout drawn once",
        DropsTheSameAgain,
        "is it drawn once, and then kept?",
        "Dropout",
        (0.3,),
    ),
    row(
        "a dropout with another way back",
        DropsWithoutGradient,
        "on the way back, the same entries are dropped",
        "Dropout",
        (0.3,),
    ),
    row("an endless loop", Endless, "does a loop never end?"),
    row("an exception", RaisesInForward, "it raised AttributeError"),
    row("a NumPy array", InArrays, "expected a tensor, got ndarray"),
]
RIGHT = [
    row("as the formula says", Linear, initial=True),
    row("by a function", ByFunction, initial=True),
    row("without a Module", ByHand),
    row("with the matrix transposed", KeptTransposed),
    row("a rectifier", Rectifier, "", "ReLU", ()),
    row("a softmax", SoftmaxOfClasses, "", softmax, ()),
    row("a sigmoid", SigmoidByItsFormula, "", "Sigmoid", ()),
    row("a dropout", Drops, "", "Dropout", (0.3,)),
    row("a normalization", Normalized, "", "BatchNorm1d", (3,)),
    row("scale and shift exchanged", ShiftFirst, "", "BatchNorm1d", (3,)),
    row("a convolution", Convolution, "", "Conv2d", (2, 3, 3)),
    row("a largest of windows", Window, "", "MaxPool2d", (2,)),
    row("the companion's", nn.Conv2d, "", "Conv2d", (2, 3, 3)),
    row("its normalization", nn.BatchNorm1d, "", "BatchNorm1d", (3,)),
]
