"""Operations of one's own: what goes wrong, and what is right.

Most are an exponential, whose backward needs the value alone; some a product
or a ReLU.
"""

import numpy as np
from wrong.entry import Entry

import companion
from companion.autograd import Function
from companion.autograd.function import once_differentiable


class Exponential(Function):
    """What the wrong ones below share: the right forward."""

    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y


class Product(Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return g * y, g * x


class Stub(Function):
    @staticmethod
    def forward(ctx, x): ...

    @staticmethod
    def backward(ctx, g): ...


class Empty(Function):
    pass


def returns_its_input(x):
    return x


class IgnoresWhatComesIn(Exponential):
    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return y


class PassesItOn(Exponential):
    @staticmethod
    def backward(ctx, g):
        return g


class SignReversed(Exponential):
    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return -g * y


class ReturnsNone(Exponential):
    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        y.mul(g)


class OneGradientForTwo(Product):
    @staticmethod
    def backward(ctx, g):
        _, y = ctx.saved_tensors
        return g * y


class WrongOrder(Product):
    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return g * x, g * y


class SameForBoth(Product):
    @staticmethod
    def backward(ctx, g):
        _, y = ctx.saved_tensors
        return g * y, g * y


class Difference(Function):
    @staticmethod
    def forward(ctx, a, b):
        return a - b

    @staticmethod
    def backward(ctx, g):
        return g, -g


class SignForgotten(Difference):
    @staticmethod
    def backward(ctx, g):
        return g, g


class OtherSign(Difference):
    @staticmethod
    def backward(ctx, g):
        return -g, g


class SquareForgotten(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a / b

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        return g / b, -g * a / b


class AsksForTheFirstOnly(Product):
    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        if ctx.needs_input_grad[0]:
            return g * y, g * x
        return None, None


class UndoneAlongOneAxis(Product):
    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        if y.shape == g.shape:
            return g * y, g * x
        return g * y, (g * x).sum(0, keepdim=True)


def wants_a_gradient(x):
    return x.exp().requires_grad_()


class SavesInTheClass(Exponential):
    @staticmethod
    def forward(ctx, x):
        SavesInTheClass.y = x.exp()
        return SavesInTheClass.y

    @staticmethod
    def backward(ctx, g):
        return g * SavesInTheClass.y


class WritesIntoTheGradient(Exponential):
    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g.mul_(y)


class WritesIntoWhatItSaved(Exponential):
    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        y.data.mul_(g)
        return y


class UsesUpWhatItSaved(Exponential):
    @staticmethod
    def forward(ctx, x):
        ctx.kept = [x.exp()]
        return ctx.kept[0].clone()

    @staticmethod
    def backward(ctx, g):
        return g * ctx.kept.pop()


class ChangesItsInput(Exponential):
    @staticmethod
    def forward(ctx, x):
        y = x.exp_()
        ctx.save_for_backward(y)
        return y.clone()


class SavesAsAttribute(Exponential):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x
        return x.exp()

    @staticmethod
    def backward(ctx, g):
        return g * ctx.x.exp()


class SavesTheOutputArray(Exponential):
    @staticmethod
    def forward(ctx, x):
        ctx.y = x.exp().numpy()
        return companion.from_numpy(ctx.y.copy())

    @staticmethod
    def backward(ctx, g):
        return g * companion.from_numpy(ctx.y)


def outside_the_graph(x):
    return companion.tensor(np.exp(x.detach().numpy()))


def in_numpy(x):
    return np.exp(x.detach().numpy())


class InMemoryOrder(Exponential):
    @staticmethod
    def forward(ctx, x):
        in_a_row = x.detach().numpy().ravel(order="K")
        y = companion.tensor(np.exp(in_a_row).reshape(x.shape))
        ctx.save_for_backward(y)
        return y


class DoublePrecision(Exponential):
    @staticmethod
    def forward(ctx, x):
        y = x.double().exp()
        ctx.save_for_backward(y)
        return y


class CornerTakenAsOne(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (x >= 0)


class MaskForgotten(CornerTakenAsOne):
    @staticmethod
    def backward(ctx, g):
        return g


class MaskOfTheGradient(CornerTakenAsOne):
    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g.clamp(min=0) * (x > 0)


def squares_instead(x):
    return x**2


class Endless(Exponential):
    @staticmethod
    def forward(ctx, x):
        y, term, n = x * 0 + 1, x * 0 + 1, 1
        while term.abs().max() >= 0:
            term, n = term * x / n, n + 1
            y = y + term
        return y


class Misspelt(Exponential):
    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensor
        return g * y


class SavesInput(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.exp()

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * x.exp()


class InTwoParts(Function):
    """torch's newer form: forward knows no ctx."""

    @staticmethod
    def forward(x):
        return companion.tensor(np.exp(x.detach().numpy()))

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0]


class OnceOnly(Exponential):
    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y


class ByMask(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mask = x > 0
        return x * ctx.mask

    @staticmethod
    def backward(ctx, g):
        return g * ctx.mask


def in_other_words(x):
    return (x / 2).exp() ** 2


class OutputAsAttribute(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.out = x.exp()
        return ctx.out

    @staticmethod
    def backward(ctx, g):
        return g * ctx.out


class ForgetsWhereItCameFrom(Exponential):
    """Right once; its gradient has lost how g hangs on the input."""

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g.detach() * y


def overflowing_softplus(x):
    return (1 + x.exp()).log()


EXP, RELU = {"like": "exp"}, {"like": "relu"}
MUL, SUB = {"like": "mul"}, {"like": "sub"}
TWICE = {"like": "exp", "second": True}
WRONG = [
    Entry("the stub", Stub, "is a return missing?", EXP),
    Entry("an empty answer", Empty, "You must implement the forward", EXP),
    Entry("the input returned", returns_its_input, "returns its input", EXP),
    Entry("another function", squares_instead, "of 6 entries are wrong", EXP),
    Entry(
        "what comes in is not used",
        IgnoresWhatComesIn,
        "the gradient that comes in is not used",
        EXP,
    ),
    Entry(
        "what comes in is passed on",
        PassesItOn,
        "the operation's own derivative is missing",
        EXP,
    ),
    Entry("the sign reversed", SignReversed, "the sign is reversed", EXP),
    Entry("backward without return", ReturnsNone, "is a None returned", EXP),
    Entry(
        "one gradient for two inputs",
        OneGradientForTwo,
        "incorrect number of gradients",
        MUL,
    ),
    Entry(
        "gradients in the wrong order",
        WrongOrder,
        "the gradient of y should be: are they in the wrong order?",
        MUL,
    ),
    Entry(
        "one gradient twice",
        SameForBoth,
        "what the gradient of x should be",
        MUL,
    ),
    Entry("a sign forgotten", SignForgotten, "the sign is reversed", SUB),
    Entry("the other sign", OtherSign, "the sign is reversed", SUB),
    Entry(
        "a square forgotten",
        SquareForgotten,
        "for a = 0.12573, b = 1.304: expected",
        {"like": "div"},
    ),
    Entry(
        "the first input's wish taken for both",
        AsksForTheFirstOnly,
        "is a None returned for it",
        MUL,
    ),
    Entry(
        "broadcasting undone along one axis",
        UndoneAlongOneAxis,
        "returned an invalid gradient",
        MUL,
    ),
    Entry(
        "a gradient that nobody wants",
        wants_a_gradient,
        "is requires_grad set by hand?",
        EXP,
    ),
    Entry(
        "saved in the class",
        SavesInTheClass,
        "Save it in ctx, not in the class",
        EXP,
    ),
    Entry(
        "backward writes into what comes in",
        WritesIntoTheGradient,
        "backward changed the gradient that came in",
        EXP,
    ),
    Entry(
        "backward writes into what was saved",
        WritesIntoWhatItSaved,
        "change or use up what forward saved?",
        EXP,
    ),
    Entry(
        "backward uses up what was saved",
        UsesUpWhatItSaved,
        "change or use up what forward saved?",
        EXP,
    ),
    Entry(
        "the input changed",
        ChangesItsInput,
        "it changed its argument x in place",
        EXP,
    ),
    Entry(
        "the input kept as an attribute",
        SavesAsAttribute,
        "Only what goes through ctx.save_for_backward is guarded",
        EXP,
    ),
    Entry(
        "the output's array saved",
        SavesTheOutputArray,
        "the first derivative has no history",
        TWICE,
    ),
    Entry(
        "derivable once, wanted twice",
        OnceOnly,
        "the first derivative has no history",
        TWICE,
    ),
    Entry("outside the graph", outside_the_graph, "has no history", EXP),
    Entry("a NumPy array", in_numpy, "expected a tensor, got ndarray", EXP),
    Entry(
        "entries in the order of memory",
        InMemoryOrder,
        "the right numbers stand in the wrong order",
        EXP,
    ),
    Entry(
        "64 bits out of 32",
        DoublePrecision,
        "does an array of 64 bits take part?",
        EXP,
    ),
    Entry(
        "a slope of 1 at the corner",
        CornerTakenAsOne,
        "expected 0, got",
        RELU,
    ),
    Entry(
        "the mask of the ReLU forgotten",
        MaskForgotten,
        "the operation's own derivative is missing",
        RELU,
    ),
    Entry(
        "negative gradients cut off",
        MaskOfTheGradient,
        "of 6 entries are wrong",
        RELU,
    ),
    Entry(
        "the output kept as an attribute",
        OutputAsAttribute,
        "Only what goes through ctx.save_for_backward is guarded",
        EXP,
    ),
    Entry(
        "a formula that overflows far out",
        overflowing_softplus,
        "does an exponential overflow",
        {"like": companion.nn.functional.softplus},
    ),
    Entry(
        "what comes in cut off from its past",
        ForgetsWhereItCameFrom,
        "is the gradient that comes in detached",
        TWICE,
    ),
    Entry("an endless loop", Endless, "does a loop never end?", EXP),
    Entry("an exception", Misspelt, "it raised AttributeError", EXP),
]
RIGHT = [
    Entry("the output saved", Exponential, settings=TWICE),
    Entry("the input saved", SavesInput, settings=TWICE),
    Entry("in two parts", InTwoParts, settings=TWICE),
    Entry("derivable once, wanted once", OnceOnly, settings=EXP),
    Entry("composed", in_other_words, settings=TWICE),
    Entry("apply itself", Exponential.apply, settings=TWICE),
    Entry("a product", Product, settings={**MUL, "second": True}),
    Entry("a difference", Difference, settings={**SUB, "second": True}),
    Entry("a ReLU by its mask", ByMask, settings={**RELU, "second": True}),
    Entry(
        "a function of several inputs",
        lambda x, w, b: companion.nn.functional.linear(x, w, b),
        settings={
            "like": lambda x, w, b: x @ w.t() + b,
            "at": (np.eye(4, 3), np.ones((2, 3)) / 3, np.zeros(2)),
            "second": True,
        },
    ),
]
