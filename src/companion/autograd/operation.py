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
import functools
import inspect

import numpy as np

from companion._tensor import dtypes
from companion.autograd.errors import explained
from companion.autograd.graph import LEAF, OUT, Node
from companion.autograd.modes import switch
from companion.autograd.tensor import Tensor, alias, history, wrap

# A context in which NumPy is silent about 1 / 0 and overflow, as torch is.
# To run in a copy of it costs a tenth of entering `np.errstate`.
QUIET = contextvars.copy_context()
QUIET.run(np.seterr, all="ignore")

NUMBERS = int, float, bool
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
        self.view = view  # may the value share the first input's storage?
        self.spread = spread  # x.view(2, 3) means x.view((2, 3))
        self.read_parameters(value)
        self.tensors = [self.parameters.index(name) for name in tensors]
        self.operands = len(derivatives) or len(self.parameters)
        self.derivatives = [
            (self.parameters.index(name), function, self.needs(function))
            for name, function in derivatives.items()
        ]

    def read_parameters(self, value):
        if isinstance(value, np.ufunc):
            self.parameters = ["x", "other"][: value.nin]
            self.defaults, self.takes_out = (), True
            return
        known = dict(inspect.signature(value).parameters)
        self.takes_out = known.pop("out", None) is not None
        self.parameters = list(known)
        self.defaults = tuple(  # of the last parameters
            parameter.default
            for parameter in known.values()
            if parameter.default is not parameter.empty
        )

    @property
    def reads_first(self):
        """Does a derivative need the first input's elements?"""
        return any((0, False) in needs for _, _, needs in self.derivatives)

    def needs(self, derivative):
        """What to save: OUT, or (position, whether its shape is enough)."""
        saved = []
        for name in wanted_by(derivative):
            if name == "out":
                saved.append((OUT, False))
            else:
                plain = name.removesuffix("_shape")
                saved.append((self.parameters.index(plain), plain != name))
        return saved

    def completed(self, args):
        """The arguments with the defaults of those left out."""
        missing = len(self.parameters) - len(args)
        if missing > len(self.defaults):
            raise TypeError(
                f"{self.name}() is missing {self.parameters[len(args)]!r}"
            )
        return args + self.defaults[len(self.defaults) - missing :]

    def bind(self, args, options):
        """The arguments in the order of the parameters, defaults filled."""
        parameters = self.parameters
        if self.spread and len(args) >= len(parameters):
            last = args[len(parameters) - 1 :]
            spread = last[0] if isinstance(last[0], (tuple, list)) else last
            args = (*args[: len(parameters) - 1], tuple(spread))
        bound = list(args)
        first_default = len(parameters) - len(self.defaults)
        for position in range(len(args), len(parameters)):
            name = parameters[position]
            if not position and "input" in options:  # torch's word for x
                bound.append(options.pop("input"))
            elif name in options:
                bound.append(options.pop(name))
            elif position >= first_default:
                bound.append(self.defaults[position - first_default])
            else:
                raise TypeError(f"{self.name}() is missing {name!r}")
        if options or len(bound) > len(parameters):
            raise TypeError(
                f"{self.name}() takes {', '.join(parameters)}, but got "
                f"{len(args)} values and {', '.join(options) or 'no names'}"
            )
        return tuple(bound)

    def apply(self, args, into=None):
        """Compute, and record if an input wants a gradient.

        With `into`, a tensor, the result is written to its storage.
        """
        value = self.compute(args, into)
        node = self.record(args) if switch.recording else None
        out = wrap(value) if into is None else changed(into)
        if self.view and into is None:
            self.share(out, args)
        if node is not None:
            attach(out, node)
        return out

    def compute(self, args, into=None):
        """The value, or None where it is written to a tensor's storage."""
        arrays = self.arrays(args)
        try:
            if into is None:
                return QUIET.copy().run(self.value, *arrays)
            return self.write(arrays, into._array)
        except (TypeError, ValueError) as error:
            raise explained(self.name, error, arrays) from None

    def arrays(self, args):
        """The arguments with arrays for tensors, in types that agree."""
        for place in self.tensors:
            if not isinstance(args[place], Tensor):
                raise TypeError(
                    f"{self.name}(): {self.parameters[place]} must be a "
                    f"Tensor, not {type(args[place]).__name__}"
                )
        arrays = [a._array if isinstance(a, Tensor) else a for a in args]
        if self.cast is not None:
            count = self.operands
            arrays[:count] = self.cast(*arrays[:count])
        if self.kinds and arrays[0].dtype.kind not in self.kinds:
            raise NotImplementedError(
                f"{self.name}() is not implemented for {arrays[0].dtype}"
            )
        return arrays

    def share(self, out, args):
        """Make `out` a view of the first input, if it shares its storage."""
        if share_storage(out._array, args[0]._array):
            out._counter = args[0]._counter
            out._view = View(self, args, out._counter[0])

    def write(self, arrays, out):
        if self.takes_out and arrays[0].dtype == out.dtype:
            QUIET.copy().run(self.value, *arrays, out=out)
        else:
            fill(out, QUIET.copy().run(self.value, *arrays))

    def record(self, args):
        """A node with an edge to each input that wants a gradient, or None."""
        edges, watch = [], []
        for position, derivative, needs in self.derivatives:
            source = args[position]
            if not isinstance(source, Tensor):
                continue
            node = source._node if source._view is None else history(source)
            if node is None:
                continue
            operands = saved(needs, args, watch)
            array = source._array
            edges.append(
                (
                    source if node is LEAF else node,
                    array.shape,
                    array.dtype,
                    derivative,
                    operands,
                )
            )
        return Node(self.node_name, edges, watch) if edges else None

    @functools.cached_property
    def node_name(self):
        words = self.name.strip("_").split("_")
        return "".join(word.capitalize() for word in words) + "Backward0"


def wanted_by(derivative):
    """The names of the parameters after `g`."""
    return list(inspect.signature(derivative).parameters)[1:]


def share_storage(view, array):
    """Is one array a view of the other's elements?"""
    base = view.base
    return (
        base is array
        or (base is not None and base is array.base)
        or np.may_share_memory(view, array)
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
        return self.operation.apply(self.args)


def saved(needs, args, watch):
    """What a derivative needs; the tensors' versions are noted in `watch`."""
    operands = []
    for place, shape_only in needs:
        value = OUT if place is OUT else args[place]
        if value is OUT:
            watch.append(OUT)  # there is no output yet: `attach` sees to it
        elif shape_only:
            value = value._array.shape
        elif isinstance(value, Tensor):
            watch.append((value._counter, value._counter[0]))
        operands.append(value)
    return operands


def changed(tensor):
    """The tensor's storage after a change, without a history yet."""
    tensor._counter[0] += 1
    return alias(tensor, None)


def attach(out, node):
    """Give an output its history; save it, if a derivative needs it."""
    out._node = node
    if OUT in node.watch:
        node.out = out._array
        own = out._counter, out._counter[0]
        node.watch = [own if pair is OUT else pair for pair in node.watch]


def operation(
    value,
    cast=None,
    /,
    *,
    name=None,
    kinds=None,
    tensors=(),
    view=False,
    spread=False,
    **derivatives,
):
    """A function on tensors (and arrays) from one row of the table.

    `cast` makes the operands' types agree: `common` to the promoted type,
    `floating` to a float at least, `alike` raises where they differ. `kinds`
    says which types it takes where not all: "iuf" means all but bool.
    `tensors` names what may not be an array of NumPy's.
    """
    row = Operation(
        value, name, cast, kinds, tensors, view, spread, derivatives
    )
    arity, apply, compute = len(row.parameters), row.apply, row.value

    def call(*args, **options):
        if options or spread or len(args) > arity:
            args = row.bind(args, rename(options))
        elif len(args) < arity:
            args = row.completed(args)
        for value in args:
            if isinstance(value, Tensor):
                return apply(args)
        if type(args[0]) in NUMBERS and not any(map(is_array, args)):
            raise TypeError(f"{row.name}() takes tensors, but got {args}")
        return compute(*args)

    row.function = call
    call.operation = row
    call.__name__ = call.__qualname__ = row.name
    call.__doc__, call.__wrapped__ = value.__doc__, value
    return call


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


def rename(options):
    """NumPy's words for options, in torch's."""
    return {ALIASES.get(name, name): value for name, value in options.items()}
