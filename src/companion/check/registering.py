"""Does the reader's own Module know its parameters?"""

import numpy as np

import companion
from companion.check.report import Wrong, suspecting
from companion.check.trial import attempt, checking, result


def registration(Module, names=True, parameter=None):
    """Does `Module`, a base class of the reader's, find its parameters?

    What it must have: subclasses call ``super().__init__()`` without
    arguments and set attributes; ``module.parameters()`` gives, in any
    order, each parameter of the module and of the modules in its attributes
    and theirs; and, unless `names` is false, ``module.named_parameters()``
    gives pairs of a dotted name, such as ``"first.weight"``, and the
    parameter. `parameter` makes one of an array; without it, parameters are
    :class:`companion.nn.Parameter`, and a plain tensor is none.

    Tried are children and their children, a parameter in two places, equal
    values, what is no parameter (numbers, texts, None, lists), attributes
    that are set anew or deleted, several modules side by side, names that do
    not exist, and a forgotten ``super().__init__()``, which must either make
    no difference or end in an error. The answer is a :class:`Report`.
    """
    own = Registry(Module, parameter or companion.nn.Parameter)
    with checking("registration") as report:
        for tried, (trial, cause) in TRIALS.items():
            with report.trying(tried, vital=True), suspecting(cause):
                trial(own)
        if parameter is None:
            with report.trying("a plain tensor is no parameter"):
                plain_tensor(own)
        if names:
            with report.trying("dotted names"):
                dotted(own)
            with report.trying("one name for a parameter in two places"):
                named_once(own)
    return report


class Registry:
    """The reader's base class, and what its subclasses are made of.

    Parameters live as long as it does: where one kept ids for good, a new
    parameter must not come by the id of one that is gone.
    """

    def __init__(self, Module, parameter):
        self.Module, self.make = Module, parameter
        self.alive = []

    def parameter(self, *values):
        made = self.make(companion.tensor(np.array(values, np.float32)))
        self.alive.append(made)
        return made

    def module(self, **attributes):
        """A module of a class of its own, with these attributes."""
        Module = self.Module

        def define():
            class Own(Module):
                def __init__(self):
                    super().__init__()
                    for name, value in attributes.items():
                        setattr(self, name, value)

            return Own()

        return result(define)

    def found(self, module, method="parameters"):
        given = attempt(getattr, module, method)
        if not callable(given):
            raise Wrong(
                f"{method} is a {type(given).__name__}, not a method",
                "is the list made once, in __init__? Then what is set later "
                "is not in it.",
            )
        return attempt(list, result(given))

    def expect(self, module, **expected):
        """These parameters, each once, and nothing else."""
        found = self.found(module)
        for one in found:
            if not any(one is known for known in expected.values()):
                kind = type(one).__name__
                raise Wrong(f"parameters() also gives a value of type {kind}")
        for name, parameter in expected.items():
            count = sum(one is parameter for one in found)
            if count != 1:
                times = f"comes {count} times" if count else "is not found"
                raise Wrong(f"the parameter {name} {times}")


def attributes(own):
    weight, bias = own.parameter(1, 2), own.parameter(3)
    own.expect(own.module())
    own.expect(own.module(weight=weight, bias=bias), weight=weight, bias=bias)


def underscored(own):
    weight = own.parameter(1)
    own.expect(own.module(_weight=weight), _weight=weight)


def frozen(own):
    weight, still = own.parameter(1), own.parameter(2).requires_grad_(False)
    own.expect(
        own.module(weight=weight, still=still), weight=weight, still=still
    )


def readable(own):
    weight, child = own.parameter(1, 2), own.module()
    values = {"weight": weight, "child": child, "size": 3, "layers": [child]}
    module = own.module(**values)
    for name, value in values.items():
        if attempt(getattr, module, name) is not value:
            raise Wrong(f"module.{name} is not what was set")


def no_parameters(own):
    weight = own.parameter(1)
    rest = {
        "size": 3,
        "title": "a layer",
        "nothing": None,
        "function": np.tanh,
        "several": [own.parameter(2), own.module(weight=own.parameter(3))],
    }
    own.expect(own.module(weight=weight, **rest), weight=weight)


def children(own):
    first, second, third = (own.parameter(n) for n in range(3))
    inner = own.module(third=third)
    middle = own.module(inner=inner, second=second)
    outer = own.module(middle=middle, first=first)
    own.expect(outer, first=first, second=second, third=third)


def set_later(own):
    first, weight, late = (own.parameter(n) for n in range(3))
    child = own.module()
    module = own.module(child=child, first=first)
    own.expect(module, first=first)
    attempt(setattr, child, "weight", weight)
    attempt(setattr, module, "late", late)
    for _ in range(2):
        own.expect(module, first=first, weight=weight, late=late)


def shared(own):
    weight = own.parameter(1)
    child = own.module(weight=weight)
    own.expect(
        own.module(encoder=weight, decoder=weight, one=child, two=child),
        weight=weight,
    )


def equal(own):
    numbers = {name: own.parameter(1) for name in ("one", "other")}
    pairs = {name: own.parameter(1, 2) for name in ("several", "more")}
    own.expect(own.module(**numbers, **pairs), **numbers, **pairs)


def reassigned(own):
    old, new = own.parameter(1), own.parameter(2)
    module = own.module(weight=old, bias=old, child=own.module(weight=old))
    attempt(setattr, module, "weight", new)
    attempt(setattr, module, "bias", None)
    attempt(setattr, module, "child", None)
    own.expect(module, weight=new)
    if attempt(getattr, module, "weight") is not new:
        raise Wrong("module.weight is not what was set last")
    attempt(setattr, module, "weight", own.module(weight=old))
    own.expect(module, weight=old)


def deleted(own):
    weight, bias = own.parameter(1), own.parameter(2)
    module = own.module(
        weight=weight, bias=bias, child=own.module(weight=own.parameter(3))
    )
    attempt(delattr, module, "bias")
    attempt(delattr, module, "child")
    own.expect(module, weight=weight)
    if attempt(hasattr, module, "bias"):
        raise Wrong("module.bias is still there")


def side_by_side(own):
    weight, other = own.parameter(1), own.parameter(2)
    first, second = own.module(weight=weight), own.module(other=other)
    own.expect(first, weight=weight)
    own.expect(second, other=other)


def missing(own):
    module = own.module(weight=own.parameter(1))
    if attempt(hasattr, module, "wieght"):
        raise Wrong("module.wieght, which was never set, gives something")


def forgotten(own):
    weight = own.parameter(1)

    class Forgetful(own.Module):
        def __init__(self):
            self.weight = weight

    try:
        module = attempt(Forgetful)
    except Wrong as error:
        if str(error).startswith("it raised RecursionError"):
            raise
        return
    own.expect(module, weight=weight)


def plain_tensor(own):
    weight = own.parameter(1)
    mean = companion.zeros(2, requires_grad=True)
    with suspecting("is any tensor taken? Only a Parameter is one."):
        own.expect(own.module(weight=weight, mean=mean), weight=weight)


def dotted(own):
    weight, bias, scale = own.parameter(1), own.parameter(2), own.parameter(3)
    inner = own.module(weight=weight)
    module = own.module(scale=scale, first=own.module(inner=inner, bias=bias))
    expected = {
        "scale": scale,
        "first.bias": bias,
        "first.inner.weight": weight,
    }
    found = attempt(dict, own.found(module, "named_parameters"))
    if set(found) != set(expected):
        raise Wrong(
            f"expected the names {', '.join(sorted(expected))}, got "
            f"{', '.join(sorted(map(str, found))) or 'none'}",
            "a child's names begin with its own, and a dot: does each level "
            "add its part?",
        )
    for name, parameter in expected.items():
        if found[name] is not parameter:
            raise Wrong(f"{name} is the name of another parameter")


def named_once(own):
    weight = own.parameter(1)
    module = own.module(encoder=weight, decoder=weight)
    count = len(own.found(module, "named_parameters"))
    if count != 1:
        raise Wrong(
            f"a parameter in two places has {count} names; expected one",
            "does parameters() alone remember which were given?",
        )


TRIALS = {  # what is tried -> the function that tries it, the likely cause
    "parameters set as attributes": (
        attributes,
        "does __setattr__, or parameters(), look at every attribute? Names "
        "are for named_parameters().",
    ),
    "attributes can be read": (
        readable,
        "does __setattr__ keep every value where it is found again?",
    ),
    "a name that was never set": (
        missing,
        "__getattr__ must raise AttributeError for what it does not know",
    ),
    "two modules side by side": (
        side_by_side,
        "is the registry an attribute of the class, or a default argument? "
        "Make one in __init__.",
    ),
    "what is no parameter is left out": (
        no_parameters,
        "is everything taken that is set? Ask whether it is a Parameter or "
        "a Module; lists are for ModuleList.",
    ),
    "parameters of children, and theirs": (
        children,
        "does parameters() call that of each child, at any depth?",
    ),
    "a parameter that wants no gradient": (
        frozen,
        "it is not trained, and still a parameter, to be saved and loaded",
    ),
    "a name that begins with _": (
        underscored,
        "whatever its name, a parameter is one",
    ),
    "parameters set later": (
        set_later,
        "is something of an earlier walk kept, a list or a default argument? "
        "Walk at each call.",
    ),
    "a parameter in two places comes once": (
        shared,
        "remember which were given, by id, over the whole walk",
    ),
    "equal values are two parameters": (
        equal,
        "are parameters compared by their values? Compare with `is`, or by "
        "id.",
    ),
    "an attribute that is set anew": (
        reassigned,
        "does the old value stay registered under the name?",
    ),
    "an attribute that is deleted": (
        deleted,
        "does __delattr__ know where parameters and children are kept?",
    ),
    "a forgotten super().__init__()": (
        forgotten,
        "a parameter must not vanish silently: raise an error where there "
        "is no registry yet (and look for it in self.__dict__)",
    ),
}
