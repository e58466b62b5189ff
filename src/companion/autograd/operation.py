"""How an operation is made, called and recorded.

To add one, write a row: the value as a function of arrays, and for each
input that has a derivative a function from the output's gradient `g`.

    exp = operation(np.exp, floating, x=lambda g, out: g * out)
    mul = operation(np.multiply, common,
                    x=lambda g, other: g * other,
                    other=lambda g, x: g * x)

What a derivative needs, it names: an input, an option, ``out`` for the
output, ``x_shape`` for the shape of an input `x`. That, and no more, is
saved, and only for the inputs that want a gradient. It returns a new array,
or `g`, or a view of `g`; broadcasting and casts are undone by the engine.
A derivative is written with operators and other operations, so that it runs
on arrays (first derivatives) and on tensors (which are recorded: second).

The row's name is all that is needed: `methods` binds it as a method of
`Tensor` and, where torch has one, makes the in-place form with a trailing
underscore; a line in ``companion/__init__.pyi`` makes it ``companion.exp``.
Called with arrays alone, an operation computes and returns arrays.
"""

import contextvars
import inspect

import numpy as np

from companion._tensor import dtypes
from companion.autograd.errors import explained
from companion.autograd.graph import LEAF, OUT, Node
from companion.autograd.modes import switch
from companion.autograd.tensor import Tensor, history, wrap

# A context in which NumPy is silent about 1 / 0 and overflow, as torch is.
# To run in a copy of it costs a tenth of entering `np.errstate`.
QUIET = contextvars.copy_context()
QUIET.run(np.seterr, all="ignore")

NUMBERS = int, float, bool
PLAIN = int, float, type(None)  # what leaves a floating type as it is
MISSING = inspect.Parameter.empty  # the default of what must be given
ALIASES = {"axis": "dim", "keepdims": "keepdim"}  # torch takes NumPy's words


class Operation:
    """One row of the table, as the engine uses it."""

    def __init__(
        self, value, name, cast, kinds, tensors, view, spread, derivatives
    ):
        self.value = value
        self.name = name or value.__name__
        self.cast = cast
        self.kinds = kinds  # of the types it takes: NumPy's b, i, u, f
        self.takes_floats = not kinds or "f" in kinds
        self.strict = bool(cast or kinds or tensors)
        self.view = view  # may the value share the first input's storage?
        self.spread = spread  # x.view(2, 3) means x.view((2, 3))
        self.read_parameters(value)
        self.tensors = tensors  # so many of the first must be tensors
        self.operands = len(derivatives) or len(self.parameters)
        self.derivatives = []
        for name, function in derivatives.items():
            place, needs = self.parameters.index(name), self.needs(function)
            of_output = (-1, False) in needs
            self.derivatives.append((place, function, needs, of_output))
        words = self.name.strip("_").split("_")
        self.node_name = "".join(map(str.capitalize, words)) + "Backward0"

    def read_parameters(self, value):
        """The names of the parameters, their places and their defaults."""
        known = {
            name: each.default
            for name, each in signature_of(value).parameters.items()
        }
        has_out = known.pop("out", MISSING) is not MISSING
        self.takes_out = has_out or isinstance(value, np.ufunc)
        self.parameters, self.defaults = list(known), list(known.values())
        self.required = self.defaults.count(MISSING)
        # Behind so many arguments follow the other defaults and the output.
        self.rest = [
            (*self.defaults[given:], OUT) for given in range(len(known) + 1)
        ]
        self.places = {name: i for i, name in enumerate(known)}
        self.places["input"] = 0  # torch's word for x
        for word, name in ALIASES.items():
            if name in known:
                self.places[word] = self.places[name]

    @property
    def reads_first(self):
        """Does a derivative need the first input's elements?"""
        return any((0, False) in needs for _, _, needs, _ in self.derivatives)

    def needs(self, derivative):
        """What to save: (place, whether its shape is enough); OUT is last."""
        saved = []
        for name in wanted_by(derivative):
            if name == "out":
                saved.append((-1, False))
            else:
                plain = name.removesuffix("_shape")
                saved.append((self.parameters.index(plain), plain != name))
        return saved

    def bind(self, args, options):
        """The arguments in the order of the parameters, defaults filled."""
        parameters = self.parameters
        if self.spread and len(args) >= len(parameters):
            last = args[len(parameters) - 1 :]
            spread = last[0] if isinstance(last[0], (tuple, list)) else last
            args = (*args[: len(parameters) - 1], tuple(spread))
        bound = [*args, *self.defaults[len(args) :]]
        for name, value in options.items():
            place = self.places.get(name, -1)
            if place < len(args):
                raise TypeError(f"{self.name}() got an unexpected {name!r}")
            bound[place] = value
        if len(bound) > len(parameters):
            raise TypeError(
                f"{self.name}() takes {', '.join(parameters)}, but got "
                f"{len(args)} values"
            )
        if len(args) < self.required:
            for name, value in zip(parameters, bound, strict=True):
                if value is MISSING:
                    raise TypeError(f"{self.name}() is missing {name!r}")
        return tuple(bound)

    def arrays(self, args):
        """The arguments with arrays for tensors; None if there are none.

        Where they share a floating type, and only numbers join them, NumPy's
        result is torch's, and there is nothing to cast or to refuse.
        """
        arrays, kind, alike = [], None, self.takes_floats
        for value in args:
            if isinstance(value, Tensor):
                value = value._array
                if value.dtype is not kind:
                    alike = alike and kind is None
                    kind = value.dtype
            elif type(value) not in PLAIN or len(arrays) < self.tensors:
                alike = False
            arrays.append(value)
        if kind is None:
            if type(args[0]) in NUMBERS and not any(map(is_array, args)):
                raise TypeError(f"{self.name}() takes tensors, but got {args}")
            return None
        if self.strict and not (alike and kind.kind == "f"):
            self.agree(args, arrays)
        return arrays

    def compute(self, arrays, out=None):
        """The value; with `out`, an array, it is written there."""
        run = QUIET.copy().run
        try:
            if out is None:
                return run(self.value, *arrays)
            if self.takes_out and arrays[0].dtype is out.dtype:
                return run(self.value, *arrays, out=out)
            return fill(out, run(self.value, *arrays))
        except (TypeError, ValueError, IndexError) as error:
            raise explained(self.name, error, arrays) from None

    def agree(self, args, arrays):
        """Bring the operands to one type, or say why they have none."""
        for place, value in enumerate(args[: self.tensors]):
            if not isinstance(value, Tensor):
                raise TypeError(
                    f"{self.name}(): {self.parameters[place]} must be a "
                    f"Tensor, not {type(value).__name__}"
                )
        if self.cast is not None:
            count = self.operands
            arrays[:count] = self.cast(*arrays[:count])
        if self.kinds and arrays[0].dtype.kind not in self.kinds:
            raise NotImplementedError(
                f"{self.name}() is not implemented for {arrays[0].dtype}"
            )

    def share(self, out, args):
        """Make `out` a view of the first input, if it shares its storage."""
        if share_storage(out._array, args[0]._array):
            out._counter = args[0]._counter
            out._view = View(self, args, out._counter[0])

    def record(self, args, out, written=False):
        """Give `out` a node with an edge to each input that wants a gradient.

        A result `written` to an input's storage counts that up afterwards.
        """
        edges, watch, kept = [], [], None
        known = args + self.rest[len(args)]
        for place, derivative, needs, of_output in self.derivatives:
            source = known[place]
            if not isinstance(source, Tensor):
                continue
            node = source._node if source._view is None else history(source)
            if node is None:
                continue
            operands = saved(known, needs, watch) if needs else ()
            if of_output:
                own, kept = out._counter, out._array
                watch.append((own, own[0] + written))
            target, array = source if node is LEAF else node, source._array
            edges.append(
                (target, array.shape, array.dtype, derivative, operands)
            )
        if edges:
            out._node = Node(self.node_name, edges, watch, kept)


def saved(known, needs, watch):
    """What a derivative needs; the tensors' versions go to `watch`."""
    operands = []
    for place, shape_only in needs:
        value = known[place]
        if shape_only:
            value = value._array.shape
        elif isinstance(value, Tensor):
            watch.append((value._counter, value._counter[0]))
        operands.append(value)
    return operands


def wanted_by(derivative):
    """The names of the parameters after `g`."""
    return list(inspect.signature(derivative).parameters)[1:]


def share_storage(view, array):
    """Is one array a view of the other's elements?"""
    base = view.base  # None: the elements are its own
    return base is not None and (
        base is array or base is array.base or np.may_share_memory(view, array)
    )


class View:
    """How a tensor was taken from the storage of another: an operation."""

    def __init__(self, operation, args, version):
        self.operation = operation
        self.args = args
        self.version = version
        self.recorded = switch.recording

    def again(self):
        """The same view of what the other tensor is now."""
        return self.operation.function(*self.args)


def operation(
    value,
    cast=None,
    /,
    *,
    name=None,
    kinds=None,
    tensors=0,
    view=False,
    spread=False,
    **derivatives,
):
    """A function on tensors (and arrays) from one row of the table.

    `cast` makes the operands' types agree: `common` to the promoted type,
    `floating` to a float at least, `alike` raises where they differ. `kinds`
    says which types it takes where not all: "iuf" means all but bool.
    So many of the first arguments as `tensors` says may not be numbers.
    """
    row = Operation(
        value, name, cast, kinds, tensors, view, spread, derivatives
    )
    least, most = row.required, len(row.parameters)

    def call(*args, **options):
        if options or spread or not least <= len(args) <= most:
            args = row.bind(args, options)
        arrays = row.arrays(args)
        if arrays is None:  # no tensor among them: first derivatives
            return value(*args)
        out = wrap(row.compute(arrays))
        if view:
            row.share(out, args)
        if switch.recording:
            row.record(args, out)
        return out

    row.function = call
    call.operation = row
    call.__name__ = call.__qualname__ = row.name
    call.__doc__, call.__wrapped__ = value.__doc__, value
    if isinstance(value, np.ufunc):  # whose own text is NumPy's, and long
        call.__doc__ = f"NumPy's ``{value.__name__}``, element by element"
        call.__signature__ = signature_of(value)
    return call


def signature_of(value):
    """A ufunc has a dozen options of NumPy's more than an operation."""
    if isinstance(value, np.ufunc):
        value = (lambda x: x) if value.nin == 1 else (lambda x, other: x)
    return inspect.signature(value)


def is_array(value):
    return isinstance(value, (np.ndarray, np.generic))


def fill(out, value):
    """Write an operation's value to the storage of its input."""
    if dtypes.category(value.dtype) > dtypes.category(out.dtype):
        raise RuntimeError(
            f"result type {value.dtype} can't be cast to the desired output "
            f"type {out.dtype}"
        )
    out[...] = value
    return out
