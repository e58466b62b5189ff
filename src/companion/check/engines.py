"""Is the reader's own autograd engine right?"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from companion.check.case import Case, generator
from companion.check.comparing import numbers, same
from companion.check.report import Wrong, suspecting
from companion.check.trial import attempt, checking, is_class, result

OPERATIONS = {  # the word -> a program that uses this operation alone
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "@": lambda x, y: x @ y,
    "neg": lambda x: -x,
    "**": lambda x: x**3,
    "constants": lambda x: 1 + 2 * x * 3 + 4,
    "sum": lambda x: x.sum(),
    "mean": lambda x: x.mean(),
    "exp": lambda x: x.exp(),
    "log": lambda x: x.log(),
    "tanh": lambda x: x.tanh(),
    "sigmoid": lambda x: x.sigmoid(),
    "relu": lambda x: x.relu(),
    "T": lambda x: x.T,
}
POSITIVE = "/", "log"
SHAPES = [  # that broadcast
    ((3, 2), (2,)),
    ((3, 1), (1, 2)),
    ((), (3, 2)),
    ((1, 2), (4, 3, 2)),
]


def engine(Value, operations="sum + *", numbers_only=False, depth=1200):
    """Does `Value` find the right gradients, however its values are used?

    What the reader's class must have: ``Value(data)``, made of a float64
    array (or a number, if `numbers_only`); ``v.data``, an array or a number;
    ``v.backward()``, of one number; ``v.grad`` of a value made by hand, None
    or zero before the first backward, and after it an array or a number of
    the shape of ``v.data``; and the `operations`, words of

        + - * / @ neg ** constants sum mean exp log tanh sigmoid relu T

    where "constants" are Python's numbers on both sides of + and *, neg is
    ``-x``, and the names are methods, as in ``x.exp()``, but ``x.T``.
    ``x + y``, ``x * y`` and, where there are arrays, ``x.sum()`` are needed.

    Tried are the value and the gradient of each operation; a value used
    twice; shapes that broadcast; an order of steps that only a topological
    one gets right; doubling forty times, which takes forever if each way is
    walked by itself; two graphs side by side; a second backward, which adds;
    results that share a part of the graph; a chain of `depth` operations,
    which is too deep for recursion (0 leaves it out). The judge are central
    differences. The answer is a :class:`Report`.
    """
    own = Engine(Value, numbers_only, operations.split())
    with checking("engine") as report:
        with report.trying("a value holds its data", vital=True):
            holds_data(own)
        for word in operations.split():
            with report.trying(f"the operation {word}", vital=True):
                own.run(operation_case(own, word, weighted=False))
        for word in operations.split():
            with report.trying(f"{word} with a factor after it", vital=True):
                own.run(operation_case(own, word))
        for tried, trial in TRIALS.items():
            if trial is not broadcasting or not numbers_only:
                with report.trying(tried, vital=True):
                    trial(own)
        if depth:
            with report.trying(f"a chain of {depth} operations"):
                chain(own, depth)
    return report


@dataclass
class Engine:
    """The reader's class, and how it is used."""

    Value: type
    numbers_only: bool
    operations: list

    def array(self, *shape, seed=0):
        shape = () if self.numbers_only else shape
        return generator(seed).normal(size=shape) + 0.1

    def value(self, array):
        """A fresh value: the array is its own."""
        array = np.array(array, np.float64)
        made = result(self.Value, float(array) if self.numbers_only else array)
        if not hasattr(made, "data"):
            raise Wrong("the value has no attribute data")
        return made

    def data(self, value):
        if not isinstance(value, self.Value):
            raise Wrong(
                f"expected a {self.Value.__name__}, got "
                f"{type(value).__name__}",
                "does the operation return the bare array?",
            )
        return numbers(value.data)

    def grad(self, value, name="x"):
        grad = attempt(getattr, value, "grad", None)
        if grad is None:
            raise Wrong(
                f"no gradient arrives at {name}",
                "is the value left out of the walk, or grad never set?",
            )
        return numbers(grad.data if isinstance(grad, self.Value) else grad)

    def backward(self, output, case):
        """Of one number: Σ weights · output."""
        number = output
        if case.weighted:
            weights = self.value(case.weights)
            number = result(lambda: output * weights)
        if not self.numbers_only:
            number = result(lambda total=number: total.sum())
        attempt(lambda: number.backward())

    def run(self, case):
        """A program on fresh values: its value, and all gradients."""
        values = [self.value(array) for array in case.arrays]
        output = result(case.like, *values)
        case.same_value(self.data(output))
        self.backward(output, case)
        with suspecting(
            "does an operation write into the data of its inputs?"
        ):
            for value, array in zip(values, case.arrays, strict=True):
                same(self.data(value), array)
        self.compare(case, values)

    def compare(self, case, values):
        expected = case.gradients(case.arrays, case.weights)
        given = dict(enumerate(map(self.grad, values, case.names)))
        mistakes = partial(
            case.mistakes, case.arrays, case.weights, expected, given=given
        )
        for number, gradient in given.items():
            same(
                gradient,
                expected[number],
                case.inputs(),
                partial(mistakes, number),
            )

    def case(self, program, *arrays, weighted=True):
        return Case(None, program, arrays, weighted)


def holds_data(own):
    if not is_class(own.Value):
        raise Wrong(f"expected a class, got {own.Value!r}")
    array = own.array(2, 3)
    with suspecting("is the data kept as it is given?"):
        same(own.data(own.value(array)), array)


def operation_case(own, word, weighted=True):
    count = OPERATIONS[word].__code__.co_argcount
    shapes = [(2, 3)] * count
    if word == "@":
        shapes[1] = (3, 2)
    return case_at(own, word, shapes, weighted)


def case_at(own, word, shapes, weighted=True):
    arrays = [own.array(*s, seed=n) for n, s in enumerate(shapes)]
    if word in POSITIVE:
        arrays = [np.abs(array) + 0.5 for array in arrays]
    return own.case(OPERATIONS[word], *arrays, weighted=weighted)


def used_twice(own):
    with suspecting(
        "does each use add to the gradient (+=), or does the last one "
        "overwrite what the others gave?"
    ):
        own.run(own.case(lambda x: x + x, own.array(2, 3)))
        own.run(own.case(lambda x: x * x, own.array(2, 3)))


def broadcasting(own):
    with suspecting(
        "is broadcasting undone on the way back? Where an input was "
        "stretched, its gradient is a sum."
    ):
        for word in "+-*/":
            if word in own.operations:
                for shapes in SHAPES:
                    own.run(case_at(own, word, shapes))


def order(own):
    def diamond(x):
        y = x * x
        z = y * x
        return (z + y) * z + y * x

    with suspecting(
        "is a value passed on before all its uses have added to it? Walk "
        "in topological order: a value after everything made from it."
    ):
        own.run(own.case(diamond, own.array(2, 3)))
        own.run(own.case(lambda x: diamond(diamond(x)), own.array(2, 3)))


def doubling(own):
    def forty(x):
        for _ in range(40):
            x = x + x
        return x

    with suspecting(
        "is each way through the graph walked by itself? Here are 2**40: "
        "visit each value once.",
        endless=True,
    ):
        own.run(own.case(forty, own.array(2, 3)))


def side_by_side(own):
    """Backward of one graph leaves the other alone."""
    cases = [
        own.case(lambda x: x * x, own.array(2, 3, seed=n)) for n in (1, 2)
    ]
    values = [own.value(case.arrays[0]) for case in cases]
    outputs = [
        result(case.like, x) for case, x in zip(cases, values, strict=True)
    ]
    with suspecting(
        "is the graph kept in one list for all, or in a default argument? "
        "Keep it in the values."
    ):
        for case, x, output in zip(cases, values, outputs, strict=True):
            own.backward(output, case)
            own.compare(case, [x])
        own.compare(cases[0], values[:1])


def second_backward(own):
    """A fresh graph on the same leaves: its gradients add to the first."""
    arrays = own.array(2, 3), own.array(2, 3, seed=1)
    case = own.case(lambda x, y: x + y, *arrays)
    values = [own.value(array) for array in arrays]
    for _ in range(2):
        own.backward(result(case.like, *values), case)
    for value, name in zip(values, case.names, strict=True):
        same(
            own.grad(value, name),
            2 * case.weights,
            mistakes={
                "the second backward overwrites what the first one left; it "
                "should add": case.weights,
                "do the two inputs share one array of gradients, which both "
                "add to? Each needs its own.": 4 * case.weights,
                "do the two inputs share one array of gradients?": 3
                * case.weights,
            },
        )


def shared_part(own):
    """Two results with a common part, or an error that says it is gone."""
    array = own.array(2, 3)
    square = own.case(lambda x: x * x, array, weighted=False)
    x = own.value(array)
    middle = result(square.like, x)
    results = middle, result(square.like, middle)
    with suspecting(
        "is what the first backward left in the middle passed on again? "
        "Keep the gradients on the way in a dictionary of backward's own."
    ):
        for output in results:
            try:
                own.backward(output, square)
            except Wrong as error:
                if str(error).startswith("it raised RuntimeError"):
                    return
                raise
        same(own.grad(x), 2 * array + 4 * array**3)


def chain(own, depth):
    def program(x):
        for _ in range(depth):
            x = x + one
        return x

    array = own.array(2, 3)
    x, one = own.value(array), own.value(array)
    with suspecting(
        "does backward, or the search for the order, call itself once for "
        "each step? Use a loop with a list of its own."
    ):
        own.backward(
            result(program, x), own.case(program, array, weighted=False)
        )
        same(own.grad(x), np.ones_like(array))
        same(own.grad(one), np.full_like(array, depth))


TRIALS = {
    "a value used twice": used_twice,
    "shapes that broadcast": broadcasting,
    "each value after all its uses": order,
    "doubling, forty times": doubling,
    "two graphs side by side": side_by_side,
    "a second backward adds": second_backward,
    "two results that share a part": shared_part,
}
