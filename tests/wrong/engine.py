"""Autograd engines of one's own: what goes wrong, and what is right.

The wrong ones are the right `Value` but for what they state.
"""

import numpy as np
from wrong.entry import Entry


def fitted(g, shape):
    """Undoes broadcasting: sums where an input was stretched."""
    g = np.sum(g, axis=tuple(range(np.ndim(g) - len(shape))))
    ones = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return g.sum(axis=ones, keepdims=True)


class Value:
    """Gradients on the way are in a dictionary of backward's own."""

    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.parents = parents  # pairs: a value, and g -> its gradient
        self.grad = None

    def __add__(self, other):
        return type(self)(
            self.data + other.data,
            [(self, lambda g: g), (other, lambda g: g)],
        )

    def __mul__(self, other):
        return type(self)(
            self.data * other.data,
            [(self, lambda g: g * other.data), (other, self.times)],
        )

    def times(self, g):
        return g * self.data

    def __matmul__(self, other):
        return type(self)(
            self.data @ other.data,
            [
                (self, lambda g: g @ other.data.T),
                (other, lambda g: self.data.T @ g),
            ],
        )

    def sum(self):
        spread = np.ones_like(self.data)
        return type(self)(self.data.sum(), [(self, lambda g: g * spread)])

    def relu(self):
        mask = self.data > 0
        return type(self)(self.data * mask, [(self, lambda g: g * mask)])

    def order(self):
        """Every value after all that was made from it."""
        order, seen, waiting = [], set(), [(self, False)]
        while waiting:
            value, done = waiting.pop()
            if done:
                order.append(value)
            elif id(value) not in seen:
                seen.add(id(value))
                waiting.append((value, True))
                waiting += [(parent, False) for parent, _ in value.parents]
        return order[::-1]

    def backward(self):
        arrived = {id(self): np.ones_like(self.data)}
        for value in self.order():
            g = arrived.pop(id(value))
            if not value.parents:
                value.receive(g)
            for parent, slope in value.parents:
                step = self.fit(slope(g), parent.data.shape)
                self.add(arrived, id(parent), step)

    fit = staticmethod(fitted)

    @staticmethod
    def add(arrived, key, step):
        arrived[key] = arrived.get(key, 0) + step

    def receive(self, g):
        self.grad = g if self.grad is None else self.grad + g


class Stub:
    def __init__(self, data): ...

    def backward(self): ...


class Empty:
    pass


class ReturnsItsInput(Value):
    def __add__(self, other):
        return self

    def __mul__(self, other):
        return self

    def sum(self):
        return self


class OverwritesWithinBackward(Value):
    @staticmethod
    def add(arrived, key, step):
        arrived[key] = step


class RecursesAndOverwrites(Value):
    """The algorithm as it is often outlined."""

    def backward(self, g=1.0):
        self.grad = g
        for parent, slope in self.parents:
            parent.backward(fitted(slope(g), parent.data.shape))


class PassesOnTooEarly(Value):
    """Adds what arrives, and passes the sum on at each visit."""

    def backward(self, g=1.0):
        self.grad = g if self.grad is None else self.grad + g
        for parent, slope in self.parents:
            parent.backward(fitted(slope(self.grad), parent.data.shape))


class WalksEachWay(Value):
    """Right, and endless: as many calls as there are ways."""

    def backward(self, g=1.0):
        self.grad = g if self.grad is None else self.grad + g
        for parent, slope in self.parents:
            parent.backward(fitted(slope(g), parent.data.shape))


class OrderByDepthFirst(Value):
    """Each value when it is first met, not after all its uses."""

    def order(self):
        order, waiting = [], [self]
        while waiting:
            value = waiting.pop()
            if value not in order:
                order.append(value)
                waiting += [parent for parent, _ in value.parents]
        return order

    def backward(self):
        arrived = {id(self): np.ones_like(self.data)}
        for value in self.order():
            g = arrived[id(value)]
            if not value.parents:
                value.grad = g
            for parent, slope in value.parents:
                step = fitted(slope(g), parent.data.shape)
                self.add(arrived, id(parent), step)


class RecursesForTheOrder(Value):
    def order(self):
        order, seen = [], set()

        def visit(value):
            if id(value) not in seen:
                seen.add(id(value))
                for parent, _ in value.parents:
                    visit(parent)
                order.append(value)

        visit(self)
        return order[::-1]


class BroadcastingNotUndone(Value):
    @staticmethod
    def fit(g, shape):
        return g


class KeepsGradientsInTheMiddle(Value):
    """Every value keeps what arrived, also between two backwards."""

    def backward(self):
        self.grad = np.ones_like(self.data)
        for value in self.order():
            for parent, slope in value.parents:
                parent.receive(fitted(slope(value.grad), parent.data.shape))


class SecondOverwrites(Value):
    def receive(self, g):
        self.grad = g


class SharesMemory(Value):
    def receive(self, g):
        if self.grad is None:
            self.grad = g
        else:
            self.grad += g

    fit = staticmethod(
        lambda g, shape: g if g.shape == shape else fitted(g, shape)
    )

    @staticmethod
    def add(arrived, key, step):
        arrived[key] = arrived[key] + step if key in arrived else step


class OwnFactor(Value):
    def __mul__(self, other):
        return type(self)(
            self.data * other.data,
            [(self, self.times), (other, other.times)],
        )


class SlopeForgotten(Value):
    def __mul__(self, other):
        return type(self)(
            self.data * other.data,
            [(self, lambda g: g), (other, lambda g: g)],
        )


class IncomingForgotten(Value):
    def __mul__(self, other):
        return type(self)(
            self.data * other.data,
            [(self, lambda g: other.data), (other, lambda g: self.data)],
        )


class SumForgetsWhatComesIn(Value):
    def sum(self):
        spread = np.ones_like(self.data)
        return type(self)(self.data.sum(), [(self, lambda g: spread)])


class SumNotSpread(Value):
    def sum(self):
        return type(self)(self.data.sum(), [(self, lambda g: g)])


class AddForgetsWhatComesIn(Value):
    def __add__(self, other):
        return type(self)(
            self.data + other.data,
            [
                (self, lambda g: np.ones_like(g)),
                (other, lambda g: np.ones_like(g)),
            ],
        )


class MatmulNotTransposed(Value):
    def __matmul__(self, other):
        return type(self)(
            self.data @ other.data,
            [
                (self, lambda g: other.data @ g.T),
                (other, lambda g: self.data.T @ g),
            ],
        )


class MaskForgotten(Value):
    def relu(self):
        return type(self)(np.maximum(self.data, 0), [(self, lambda g: g)])


class OneTapeForAll(Value):
    tape = []  # noqa: RUF012 - the mistake

    def __init__(self, data, parents=()):
        super().__init__(data, parents)
        self.tape.append(self)
        self.grad = np.zeros_like(self.data)

    def backward(self):
        self.grad = np.ones_like(self.data)
        for value in reversed(self.tape):
            for parent, slope in value.parents:
                parent.grad = parent.grad + fitted(
                    slope(value.grad), parent.data.shape
                )


class AddsInPlace(Value):
    def __add__(self, other):
        self.data += other.data
        return type(self)(
            self.data, [(self, lambda g: g), (other, lambda g: g)]
        )


class BareArrays(Value):
    def __add__(self, other):
        return self.data + other.data


class WholeNumbers(Value):
    def __init__(self, data, parents=()):
        super().__init__(np.asarray(data, dtype=int), parents)


class Endless(Value):
    def order(self):
        order, waiting = [], [self]
        while waiting:
            value = waiting[0]
            order.append(value)
            waiting += [parent for parent, _ in value.parents]
        return order


class Misspelt(Value):
    def backward(self):
        self.gard += 1


class NothingArrives(Value):
    def receive(self, g):
        """Forgotten."""


class Longer(Value):
    """Every operation, each of which fits its gradients by itself."""

    fit = staticmethod(lambda g, shape: g)

    def taken(self, other):
        return other if isinstance(other, Value) else type(self)(other)

    def made(self, data, *slopes):
        parents = [
            (value, lambda g, v=value, f=slope: fitted(f(g), v.data.shape))
            for value, slope in slopes
        ]
        return type(self)(data, parents)

    def __add__(self, other):
        other = self.taken(other)
        data = self.data + other.data
        return self.made(data, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        other = self.taken(other)
        x, y = self.data, other.data
        slopes = (self, lambda g: g * y), (other, lambda g: g * x)
        return self.made(x * y, *slopes)

    __radd__, __rmul__ = __add__, __mul__

    def __sub__(self, other):
        data = self.data - other.data
        return self.made(data, (self, lambda g: g), (other, lambda g: -g))

    def __truediv__(self, other):
        x, y = self.data, other.data
        slopes = (self, lambda g: g / y), (other, lambda g: -g * x / y**2)
        return self.made(x / y, *slopes)

    def __neg__(self):
        return self.made(-self.data, (self, lambda g: -g))

    def __pow__(self, n):
        slope = n * self.data ** (n - 1)
        return self.made(self.data**n, (self, lambda g: g * slope))

    def exp(self):
        y = np.exp(self.data)
        return self.made(y, (self, lambda g: g * y))

    def log(self):
        return self.made(np.log(self.data), (self, lambda g: g / self.data))

    def tanh(self):
        y = np.tanh(self.data)
        return self.made(y, (self, lambda g: g * (1 - y**2)))

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.data))
        return self.made(y, (self, lambda g: g * y * (1 - y)))

    def mean(self):
        share = np.ones_like(self.data) / self.data.size
        return self.made(self.data.mean(), (self, lambda g: g * share))

    @property
    def T(self):
        return self.made(self.data.T, (self, lambda g: g.T))


class OnlySumsAndProductsFitted(Longer):
    def __sub__(self, other):
        data = self.data - other.data
        slopes = (self, lambda g: g), (other, lambda g: -g)
        return type(self)(data, slopes)

    def __truediv__(self, other):
        x, y = self.data, other.data
        slopes = (self, lambda g: g / y), (other, lambda g: -g * x / y**2)
        return type(self)(x / y, slopes)


class SignOfADifference(Longer):
    def __sub__(self, other):
        data = self.data - other.data
        return self.made(data, (self, lambda g: g), (other, lambda g: g))


class QuotientOneWay(Longer):
    def __truediv__(self, other):
        y = other.data
        return self.made(self.data / y, (self, lambda g: g / y))


class PowerWithoutItsFactor(Longer):
    def __pow__(self, n):
        slope = self.data ** (n - 1)
        return self.made(self.data**n, (self, lambda g: g * slope))


class MeanOverRows(Longer):
    def mean(self):
        share = np.ones_like(self.data) / len(self.data)
        return self.made(self.data.mean(), (self, lambda g: g * share))


class TransposedOneWay(Longer):
    @property
    def T(self):
        slope = self, lambda g: g
        return type(self)(self.data.T, [slope])


class NumbersOnTheLeftLost(Longer):
    def __radd__(self, other):
        return self


class NoNumbersOnTheLeft(Longer):
    __rmul__ = None


class ByAge:
    """Values are numbered as they are made: the youngest goes first."""

    made = 0

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = np.array(data, float), 0 * np.array(data)
        self.parents, self.slopes = parents, slopes
        ByAge.made += 1
        self.age = ByAge.made

    def __add__(self, other):
        other = other if isinstance(other, ByAge) else ByAge(other)
        return ByAge(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, ByAge) else ByAge(other)
        return ByAge(
            self.data * other.data, (self, other), (other.data, self.data)
        )

    __radd__, __rmul__ = __add__, __mul__

    def sum(self):
        return ByAge(self.data.sum(), (self,), (np.ones_like(self.data),))

    def backward(self):
        values, waiting = {self.age: self}, [self]
        while waiting:
            for parent in waiting.pop().parents:
                if parent.age not in values:
                    values[parent.age] = parent
                    waiting.append(parent)
        gradients = dict.fromkeys(values, 0.0) | {self.age: 1.0}
        for age in sorted(values, reverse=True):
            value = values[age]
            for parent, slope in zip(value.parents, value.slopes, strict=True):
                step = np.broadcast_to(gradients[age], value.data.shape)
                gradients[parent.age] = gradients[parent.age] + fitted(
                    step * slope, parent.data.shape
                )
            if not value.parents:
                value.grad = value.grad + gradients[age]


class ByCounting(Value):
    """A value's turn comes when all its uses have had theirs (Kahn)."""

    def order(self):
        uses, waiting = {id(self): 0}, [self]
        while waiting:
            for parent, _ in waiting.pop().parents:
                if id(parent) not in uses:
                    uses[id(parent)] = 0
                    waiting.append(parent)
                uses[id(parent)] += 1
        ready = [self]
        while ready:
            value = ready.pop()
            yield value
            for parent, _ in value.parents:
                uses[id(parent)] -= 1
                if not uses[id(parent)]:
                    ready.append(parent)


class Number:
    """Numbers alone; the graph is given up after backward."""

    def __init__(self, data, parents=()):
        self.data, self.parents, self.grad = data, parents, 0.0
        self.gone = False

    def __add__(self, other):
        return Number(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        pairs = [(self, other.data), (other, self.data)]
        return Number(self.data * other.data, pairs)

    def backward(self):
        order = Value.order(self)
        if any(value.gone for value in order):
            raise RuntimeError("the graph is gone")
        leaves = {id(v): v.grad for v in order if not v.parents}
        for value in order:
            value.grad = 0.0
        self.grad = 1.0
        for value in order:
            for parent, slope in value.parents:
                parent.grad += slope * value.grad
            value.gone = bool(value.parents)
        for value in order:
            value.grad += leaves.get(id(value), 0.0)


def row(name, code, cause, operations="sum + *"):
    return Entry(name, code, cause, {"operations": operations})


WRONG = [
    row("the stub", Stub, "has no attribute data"),
    row("an empty answer", Empty, "it raised TypeError"),
    row("the input returned", ReturnsItsInput, "it returns its input"),
    row(
        "one use overwrites another",
        OverwritesWithinBackward,
        "does each use add to the gradient (+=)",
    ),
    row(
        "recursion that overwrites",
        RecursesAndOverwrites,
        "does each use add to the gradient (+=)",
    ),
    row(
        "passed on before all has arrived",
        PassesOnTooEarly,
        "is a value passed on before all its uses have added to it?",
    ),
    row(
        "each way walked by itself",
        WalksEachWay,
        "is each way through the graph walked by itself?",
    ),
    row(
        "not in topological order",
        OrderByDepthFirst,
        "Walk in topological order",
    ),
    row(
        "recursion as deep as the graph",
        RecursesForTheOrder,
        "call itself once for each step?",
    ),
    row(
        "broadcasting not undone",
        BroadcastingNotUndone,
        "is broadcasting undone on the way back?",
    ),
    row(
        "gradients kept in the middle",
        KeepsGradientsInTheMiddle,
        "left in the middle passed on again?",
    ),
    row(
        "the second backward overwrites",
        SecondOverwrites,
        "the second backward overwrites what the first one left",
    ),
    row(
        "two gradients in one array",
        SharesMemory,
        "do the two inputs share one array of gradients",
    ),
    row(
        "each factor's own value",
        OwnFactor,
        "are they in the wrong order?",
    ),
    row(
        "the slope forgotten",
        SlopeForgotten,
        "the operation's own derivative is missing",
    ),
    row(
        "what comes in forgotten",
        IncomingForgotten,
        "the gradient that comes in is not used",
    ),
    row(
        "a sum's gradient not spread out",
        SumNotSpread,
        "expected shape (2, 3), got ()",
    ),
    row(
        "a sum that forgets what comes in",
        SumForgetsWhatComesIn,
        "the gradient that comes in is not used",
    ),
    row(
        "an addition that forgets what comes in",
        AddForgetsWhatComesIn,
        "the gradient that comes in is not used",
    ),
    row(
        "numbers of Python's not taken",
        Value,
        "it raised TypeError",
        "sum + * constants",
    ),
    row(
        "a product's gradient transposed",
        MatmulNotTransposed,
        "is something transposed?",
        "sum + * @",
    ),
    row(
        "the mask of the ReLU forgotten",
        MaskForgotten,
        "the operation's own derivative is missing",
        "sum + * relu",
    ),
    row(
        "one list for all graphs",
        OneTapeForAll,
        "is the graph kept in one list for all",
    ),
    row(
        "differences and quotients not fitted",
        OnlySumsAndProductsFitted,
        "is broadcasting undone on the way back?",
        "sum + * - /",
    ),
    row(
        "the sign of a difference forgotten",
        SignOfADifference,
        "the sign is reversed",
        "sum + * -",
    ),
    row(
        "a quotient with one way back",
        QuotientOneWay,
        "no gradient arrives at y",
        "sum + * /",
    ),
    row(
        "a power's factor forgotten",
        PowerWithoutItsFactor,
        "is a factor missing",
        "sum + * **",
    ),
    row(
        "a mean over the rows",
        MeanOverRows,
        "a mean taken over the wrong number?",
        "sum + * mean",
    ),
    row(
        "transposed on the way out only",
        TransposedOneWay,
        "expected shape (2, 3), got (3, 2)",
        "sum + * T",
    ),
    row(
        "a number on the left lost",
        NumbersOnTheLeftLost,
        "is a term missing?",
        "sum + * constants",
    ),
    row(
        "no number on the left",
        NoNumbersOnTheLeft,
        "it raised TypeError",
        "sum + * constants",
    ),
    row("the data changed", AddsInPlace, "write into the data of its inputs?"),
    row("a bare array returned", BareArrays, "return the bare array?"),
    row("whole numbers", WholeNumbers, "is the data kept as it is given?"),
    row("an endless loop", Endless, "does a loop never end?"),
    row("an exception", Misspelt, "it raised AttributeError"),
    row("no gradient kept", NothingArrives, "no gradient arrives at x"),
]
RIGHT = [
    row("a list for the walk", Value, "", "sum + * @ relu"),
    row(
        "every operation",
        Longer,
        "",
        "+ - * / @ neg ** constants sum mean exp log tanh sigmoid relu T",
    ),
    row("by the values' age", ByAge, "", "sum + * constants"),
    row("by counting the uses", ByCounting, ""),
    Entry(
        "numbers alone",
        Number,
        "",
        {
            "operations": "+ *",
            "numbers_only": True,
        },
    ),
]
