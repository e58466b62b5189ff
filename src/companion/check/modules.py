"""Is the reader's own layer right: its parameters, values and gradients?"""

import numpy as np

import companion
from companion import nn
from companion.check.case import generator
from companion.check.comparing import numbers, same
from companion.check.dropping import noise
from companion.check.leaves import gradient_at, leaves, send_back, tensor_of
from companion.check.matching import arranged, is_square, match, parameters_of
from companion.check.report import Wrong, suspecting
from companion.check.settings import changed
from companion.check.trial import attempt, checking, result, unchanged

TOLERANCE = 1e-4  # float32, summed in any order


def module(Layer, like, *args, at=None, initial=False, **settings):
    """Is `Layer` what ``companion.nn``'s layer of the name `like` is?

    Both are made with `args` and `settings`, as in ``check.module(MyLinear,
    "Linear", 3, 2)``; `like` may also be what makes such a layer. The
    reader's class is a subclass of a Module (the companion's, or one's own),
    or any class whose objects can be called and whose `parameters`, a method
    or a list, are the tensors to train. A matrix may be kept transposed, and
    a vector as a row. `at`, an array or a tuple of arrays, is what the layer
    is called with; without it, a few random rows, or images.

    Tried are the parameters; with the same values in them, the output and
    all gradients, in training and, if there is an ``eval()``, in evaluation;
    large and small inputs; other batch sizes; other settings, each number in
    turn; a second call; two layers side by side; starting values that leave
    all units the same, and if `initial`, that the same seed gives the same
    ones. Of a layer that drops at random, the share and the size of what is
    left are tried. The answer is a :class:`Report`.
    """
    reference = getattr(nn, like) if isinstance(like, str) else like
    pair = Pair(Layer, reference, args, settings)
    with checking(f"module like {reference.__name__}") as report:
        pair.choose_inputs(at)
        for tried, trial in TRIALS.items():
            with report.trying(tried, vital=True):
                trial(pair)
        if initial:
            with report.trying("starting values from the same seed"):
                initial_values(pair)
    return report


class Pair:
    """The reader's layer and the companion's, which share their values."""

    def __init__(self, Layer, reference, args, settings):
        self.classes = Layer, reference
        self.args, self.settings = args, settings

    def make_own(self):
        return self.classes[0](*self.args, **self.settings)

    def make_other(self):
        return self.classes[1](*self.args, **self.settings)

    def choose_inputs(self, at=None):
        """`at`, or what fits; ValueError if the companion's takes neither."""
        other, self.given = self.make_other(), at
        if at is None:
            at = first_accepted(other, self.args)
        at = at if isinstance(at, tuple) else (at,)
        self.at = [np.asarray(array) for array in at]
        self.random = isinstance(other, (nn.Dropout, nn.Dropout2d))

    def others(self):
        """(what is changed, the pair) for each setting that can be another."""
        for text, args, settings in changed(
            *self.classes, self.args, self.settings
        ):
            pair = Pair(*self.classes, args, settings)
            try:
                pair.choose_inputs(self.given)
                other = pair.make_other()
                other(*pair.inputs()[1]).detach()  # one tensor
            except (AttributeError, LookupError, RuntimeError, ValueError):
                continue  # the companion has no such layer
            if not any(map(is_square, other.parameters())):
                yield text, pair

    def made(self):
        """Both layers, fresh, with the same random values in them."""
        own, other = result(self.make_own), self.make_other()
        matched = match(own, other)
        for number, (parameter, theirs, _) in enumerate(matched):
            values = generator(number).normal(size=tuple(theirs.shape))
            array = arranged(values, parameter.shape)
            with companion.no_grad():
                theirs.copy_(companion.tensor(values))
                parameter.copy_(companion.tensor(array))
        return own, other, matched

    def fresh(self):
        """The parameters of both as they start, from the same seed."""
        companion.manual_seed(1)
        own = result(self.make_own)
        companion.manual_seed(1)
        return match(own, self.make_other())

    def inputs(self):
        """The same inputs twice; whole numbers stay such."""
        return [
            [
                companion.tensor(array)
                if array.dtype.kind in "iub"
                else leaves([array], companion.float32)[0]
                for array in self.at
            ]
            for _ in range(2)
        ]


def first_accepted(layer, args):
    """Rows or images that the layer takes."""
    size = next((n for n in args if isinstance(n, int)), 3)
    for shape in (5, size), (5, size, 6, 6), (5, size, 6):
        array = generator(9).normal(size=shape)
        try:
            layer(companion.tensor(array, dtype=companion.float32))
        except (RuntimeError, ValueError, TypeError):
            continue
        return array
    raise ValueError("say what the layer is called with: at=array")


def parameters(pair):
    for parameter, _, name in pair.made()[2]:
        if not parameter.requires_grad:
            raise Wrong(f"{name} wants no gradient", "requires_grad=True?")
        if parameter.grad_fn is not None:
            raise Wrong(
                f"{name} is no leaf: it was computed, so no .grad arrives",
                "scale the values first, and make the Parameter of the result",
            )


def output(pair):
    if pair.random:
        noise(pair)
    else:
        compare(pair, *pair.made())


def compare(pair, own, other, matched):
    """Output and gradients of one call, the same values being in both."""
    for mine, theirs, _ in matched:
        mine.grad = theirs.grad = None
    given, expected = pair.inputs()
    with unchanged(**{f"{n}": x for n, x in enumerate(given, 1)}):
        found = tensor_of(own, *given)
    known = mistakes(other, matched, expected)
    wanted = other(*expected)
    same(found, wanted, mistakes=known, tolerance=TOLERANCE)
    if not wanted.requires_grad:
        return
    weights = generator(5).uniform(0.5, 1.5, tuple(wanted.shape))
    weights = companion.tensor(weights, dtype=companion.float32)
    wanted.backward(weights)
    send_back(found, weights)
    rows = [(x, y, "the input") for x, y in zip(given, expected, strict=True)]
    for mine, theirs, name in matched + rows:
        if theirs.grad is not None:
            same_gradient(mine, theirs, name)


def same_gradient(mine, theirs, name):
    expected = arranged(numbers(theirs.grad), mine.shape)
    try:
        same(gradient_at(mine, name), expected, tolerance=TOLERANCE)
    except Wrong as error:
        raise Wrong(f"the gradient of {name}, {error}") from None


def mistakes(other, matched, inputs):
    """What comes out if a parameter is left out, or nothing is done."""
    known = {"it returns its input": inputs[0]}
    with companion.no_grad():
        for _, parameter, name in matched:
            kept = parameter.clone()
            for text, value in (("left out", 0), ("used twice", 2 * kept)):
                parameter.copy_(companion.zeros_like(kept) + value)
                known[f"is {name} {text}?"] = other(*inputs)
            if is_square(kept):
                parameter.copy_(kept.t())
                known[f"is {name} transposed?"] = other(*inputs)
            parameter.copy_(kept)
    return known


def other_sizes(pair):
    whole = pair.at
    with suspecting("is the size of the batch written into the layer?"):
        for size in 4, 7:
            pair.at = [np.resize(a, (size, *a.shape[1:])) for a in whole]
            if pair.random:
                tensor_of(result(pair.make_own), *pair.inputs()[0])
            else:
                output(pair)
    pair.at = whole


def large_and_small(pair):
    """Only the output: a sigmoid by its formula has no gradient far out."""
    if pair.random:
        return
    whole = pair.at
    for scale in 100, 0.001:
        pair.at = [a if a.dtype.kind in "iub" else scale * a for a in whole]
        same_values(pair, *pair.made()[:2])
    pair.at = whole


def other_settings(pair):
    for text, other in pair.others():
        with suspecting(f"with {text}: is it used, or a number in its place?"):
            output(other)
            evaluation(other)


def second_call(pair):
    """Also of what a layer remembers between calls, such as a mean."""
    made = pair.made()
    with suspecting(
        "does the first call leave something behind, or leave out what the "
        "second one needs?"
    ):
        for _ in range(0 if pair.random else 2):
            compare(pair, *made)


def evaluation(pair):
    own, other, matched = pair.made()
    if not hasattr(own, "eval"):
        return
    seen, wanted = pair.inputs()
    if not pair.random:
        attempt(own, *seen), other(*wanted)
    attempt(own.eval), other.eval()
    for _ in range(2):
        with suspecting(
            "in evaluation mode: is self.training asked, and is what "
            "training has seen kept? In the same shares, and in training "
            "alone?"
        ):
            compare(pair, own, other, matched)
        if any(x.grad is not None for x in seen):
            raise Wrong(
                "a gradient arrives at what training has seen",
                "what is kept drags its graph along: detach it, or update "
                "it under no_grad",
            )
    saved(pair, own, other)


def saved(pair, own, other):
    """What a fresh layer answers that has loaded the state."""
    if hasattr(own, "state_dict") and hasattr(own, "load_state_dict"):
        twin = result(pair.make_own)
        attempt(lambda: twin.load_state_dict(own.state_dict()))
        attempt(twin.eval)
        with suspecting(
            "after load_state_dict: is all that evaluation needs saved? A "
            "plain tensor is not; register_buffer makes it so."
        ):
            same_values(pair, twin, other)


def same_values(pair, own, other):
    given, expected = pair.inputs()
    same(tensor_of(own, *given), other(*expected), tolerance=TOLERANCE)


def side_by_side(pair):
    first, second = (
        [p for _, p in parameters_of(result(pair.make_own))] for _ in "ab"
    )
    if any(one is other for one in first for other in second):
        raise Wrong(
            "two layers share their parameters",
            "are they made in the class, or in a default argument? Make "
            "them in __init__.",
        )


def starting_values(pair):
    """All units alike get the same gradients, and stay alike."""
    for parameter, _, name in pair.fresh():
        values = numbers(parameter)
        if not np.isfinite(values).all():
            raise Wrong(f"{name} starts with values that are no numbers")
        is_matrix = values.size > max(values.shape, default=1)
        if is_matrix and np.ptp(values) == 0:
            raise Wrong(
                f"every entry of {name} starts as {values.flat[0]:g}",
                "units that start alike stay alike: start with random numbers",
            )


def initial_values(pair):
    for mine, theirs, name in pair.fresh():
        with suspecting(
            f"{name} does not start as the companion's: another "
            "distribution, another bound, or another order of drawing?"
        ):
            same(mine, arranged(numbers(theirs), mine.shape))


TRIALS = {
    "its parameters": parameters,
    "the output and the gradients": output,
    "two layers side by side": side_by_side,
    "large and small inputs": large_and_small,
    "other batch sizes": other_sizes,
    "a second call": second_call,
    "starting values": starting_values,
    "evaluation mode": evaluation,
    "other settings": other_settings,
}
