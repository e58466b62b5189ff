"""Base classes of one's own: how parameters are lost, and how found."""

from wrong.entry import Entry

import companion
from companion import nn
from companion.nn import Parameter


class Module:
    """What the wrong ones share: registries that __setattr__ fills."""

    def __init__(self):
        self.__dict__["own"] = {}
        self.__dict__["children"] = {}

    def __setattr__(self, name, value):
        registries = self.__dict__["own"], self.__dict__["children"]
        for registry in registries:
            registry.pop(name, None)
        self.__dict__.pop(name, None)
        if isinstance(value, Parameter):
            self.own[name] = value
        elif isinstance(value, Module):
            self.children[name] = value
        else:
            self.__dict__[name] = value

    def __getattr__(self, name):
        for registry in "own", "children":
            if name in self.__dict__.get(registry, {}):
                return self.__dict__[registry][name]
        raise AttributeError(name)

    def __delattr__(self, name):
        for registry in self.own, self.children, self.__dict__:
            if name in registry:
                del registry[name]
                return
        raise AttributeError(name)

    def named_parameters(self, prefix="", seen=None):
        seen = set() if seen is None else seen
        for name, parameter in self.own.items():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield prefix + name, parameter
        for name, child in self.children.items():
            yield from child.named_parameters(f"{prefix}{name}.", seen)

    def parameters(self):
        for _, parameter in self.named_parameters():
            yield parameter


class Stub:
    def parameters(self): ...


class Empty:
    pass


class FindsNothing(Module):
    def parameters(self):
        return []


class ReturnsItself(Module):
    def parameters(self):
        return [self]


class TakesEverything(Module):
    """Whatever is set is registered, an integer too."""

    def __setattr__(self, name, value):
        if isinstance(value, Module):
            self.children[name] = value
        else:
            self.own[name] = value


class OwnOnly(Module):
    def parameters(self):
        yield from self.own.values()


class OneLevelOnly(Module):
    def parameters(self):
        yield from self.own.values()
        for child in self.children.values():
            yield from child.own.values()


class MadeOnce(Module):
    def __init__(self):
        super().__init__()
        self.__dict__["parameters"] = []

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if isinstance(value, Parameter):
            self.__dict__["parameters"].append(value)


class GeneratorKept(Module):
    """A generator is walked once; the second time it is empty."""

    def __init__(self):
        super().__init__()
        self.__dict__["walk"] = super().parameters()

    def parameters(self):
        return self.walk


class CountsTwice(Module):
    def parameters(self):
        yield from self.own.values()
        for child in self.children.values():
            yield from child.parameters()


class ComparesValues(Module):
    def parameters(self):
        given = []
        for parameter in CountsTwice.parameters(self):
            if not any(
                bool((parameter == one).all())
                for one in given
                if one.shape == parameter.shape
            ):
                given.append(parameter)
        return given


class KeepsTheOld(Module):
    def __setattr__(self, name, value):
        if isinstance(value, Parameter):
            self.own[name] = value
        elif isinstance(value, Module):
            self.children[name] = value
        else:
            self.__dict__[name] = value


class DeletesHalf(Module):
    def __delattr__(self, name):
        if name not in self.own and name not in self.children:
            del self.__dict__[name]


class OneRegistryForAll(Module):
    own = {}  # noqa: RUF012 - the mistake

    def __init__(self):
        self.__dict__["children"] = {}
        self.__dict__["own"] = OneRegistryForAll.own


class NoneForUnknown(Module):
    def __getattr__(self, name):
        for registry in "own", "children":
            if name in self.__dict__.get(registry, {}):
                return self.__dict__[registry][name]


class SilentWithoutInit(Module):
    def __setattr__(self, name, value):
        if "own" in self.__dict__:
            super().__setattr__(name, value)
        else:
            self.__dict__[name] = value

    def named_parameters(self, prefix="", seen=None):
        if "own" in self.__dict__:
            yield from super().named_parameters(prefix, seen)


class RecursesWithoutInit(Module):
    def __setattr__(self, name, value):
        if isinstance(value, Parameter):
            self.own[name] = value
        else:
            super().__setattr__(name, value)

    def __getattr__(self, name):
        if name in self.own:
            return self.own[name]
        if name in self.children:
            return self.children[name]
        raise AttributeError(name)


class LostToReading(Module):
    def __getattr__(self, name):
        raise AttributeError(name)


class TakesTensors(Module):
    def __setattr__(self, name, value):
        if isinstance(value, companion.Tensor):
            self.own[name] = value
        else:
            super().__setattr__(name, value)


class NamesWithoutTheChild(Module):
    def named_parameters(self, prefix="", seen=None):
        seen = set() if seen is None else seen
        for name, parameter in self.own.items():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield name, parameter
        for child in self.children.values():
            yield from child.named_parameters(seen=seen)


class FrozenLeftOut(Module):
    def __setattr__(self, name, value):
        if isinstance(value, Parameter) and not value.requires_grad:
            self.__dict__[name] = value
        else:
            super().__setattr__(name, value)


class UnderscoredLeftOut(Module):
    def parameters(self):
        for name, parameter in self.named_parameters():
            if not name.rpartition(".")[2].startswith("_"):
                yield parameter


class NoneChangesNothing(Module):
    def __setattr__(self, name, value):
        if value is not None or name not in self.own:
            super().__setattr__(name, value)


class NamedTwice(Module):
    def named_parameters(self, prefix="", seen=None):
        for name, parameter in self.own.items():
            yield prefix + name, parameter
        for name, child in self.children.items():
            yield from child.named_parameters(f"{prefix}{name}.")

    def parameters(self):
        return {id(one): one for _, one in self.named_parameters()}.values()


class LastPartOfTheName(Module):
    def named_parameters(self, prefix="", seen=None):
        seen = set() if seen is None else seen
        for name, parameter in self.own.items():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield prefix + name, parameter
        for name, child in self.children.items():
            yield from child.named_parameters(f"{name}.", seen)


class GivesPairs(Module):
    def parameters(self):
        return self.named_parameters()


class GivesNames(Module):
    def parameters(self):
        return dict(self.named_parameters())


class SeenInADefault(Module):
    def named_parameters(self, prefix="", seen=set()):  # noqa: B006
        yield from super().named_parameters(prefix, seen)


class RegistryInADefault(Module):
    def __init__(self, own={}, children={}):  # noqa: B006
        self.__dict__["own"] = own
        self.__dict__["children"] = children


class KeepsTheFirstWalk(Module):
    kept = None

    def parameters(self):
        self.__dict__["kept"] = self.kept or list(super().parameters())
        return self.kept


class WalksIntoLists(Module):
    def __setattr__(self, name, value):
        if isinstance(value, list):
            for number, one in enumerate(value):
                super().__setattr__(f"{name}.{number}", one)
        super().__setattr__(name, value)


class Endless(Module):
    def parameters(self):
        waiting = [self]
        while waiting:
            module = waiting[0]
            yield from module.own.values()
            waiting += module.children.values()


class Walks:
    """No registry at all: the attributes are looked at when asked."""

    def named_parameters(self):
        found, waiting = {}, [("", self)]
        while waiting:
            prefix, module = waiting.pop()
            for name, value in vars(module).items():
                if isinstance(value, Walks):
                    waiting.append((f"{prefix}{name}.", value))
                elif isinstance(value, Parameter):
                    found.setdefault(id(value), (prefix + name, value))
        return found.values()

    def parameters(self):
        return [parameter for _, parameter in self.named_parameters()]


class WithoutNames:
    """A set of names; the values stay where Python puts them."""

    def __init__(self):
        super().__setattr__("names", [])

    def __setattr__(self, name, value):
        if name not in self.names:
            self.names.append(name)
        super().__setattr__(name, value)

    def __delattr__(self, name):
        super().__delattr__(name)
        self.names.remove(name)

    def parameters(self):
        values = [getattr(self, name) for name in self.names]
        own = [value for value in values if isinstance(value, Parameter)]
        below = [
            parameter
            for value in values
            if isinstance(value, WithoutNames)
            for parameter in value.parameters()
        ]
        return {id(one): one for one in own + below}.values()


def leaf(tensor):
    return tensor.clone().requires_grad_()


class OfTensors(Walks):
    def parameters(self):
        found = {}
        for value in vars(self).values():
            if isinstance(value, companion.Tensor):
                found[id(value)] = value
            if isinstance(value, OfTensors):
                found |= {id(p): p for p in value.parameters()}
        return list(found.values())


WRONG = [
    Entry("the stub", Stub, "does __setattr__, or parameters(), look"),
    Entry("an empty answer", Empty, "it raised AttributeError"),
    Entry("nothing found", FindsNothing, "the parameter weight is not found"),
    Entry(
        "the module for its parameters",
        ReturnsItself,
        "also gives a value of type Own",
    ),
    Entry(
        "whatever is set is taken",
        TakesEverything,
        "is everything taken that is set?",
    ),
    Entry("children forgotten", OwnOnly, "call that of each child"),
    Entry("one level only", OneLevelOnly, "at any depth?"),
    Entry("a list that is kept", MadeOnce, "is a list, not a method"),
    Entry("a generator that is kept", GeneratorKept, "Walk at each call"),
    Entry(
        "shared parameters twice",
        CountsTwice,
        "remember which were given, by id",
    ),
    Entry(
        "equal values taken for one",
        ComparesValues,
        "are parameters compared by their values?",
    ),
    Entry(
        "the old value stays",
        KeepsTheOld,
        "does the old value stay registered",
    ),
    Entry("deletion forgotten", DeletesHalf, "does __delattr__ know"),
    Entry(
        "one registry for all",
        OneRegistryForAll,
        "is the registry an attribute of the class",
    ),
    Entry(
        "None for what is unknown",
        NoneForUnknown,
        "__getattr__ must raise AttributeError",
    ),
    Entry(
        "silent without super().__init__()",
        SilentWithoutInit,
        "a parameter must not vanish silently",
    ),
    Entry(
        "endless without super().__init__()",
        RecursesWithoutInit,
        "a parameter must not vanish silently",
    ),
    Entry("not to be read", LostToReading, "where it is found again?"),
    Entry("every tensor taken", TakesTensors, "is any tensor taken?"),
    Entry(
        "names without the child's",
        NamesWithoutTheChild,
        "does each level add its part?",
    ),
    Entry(
        "what wants no gradient left out",
        FrozenLeftOut,
        "not trained, and still a parameter",
    ),
    Entry(
        "names that begin with _ left out",
        UnderscoredLeftOut,
        "whatever its name, a parameter is one",
    ),
    Entry(
        "None that changes nothing",
        NoneChangesNothing,
        "does the old value stay registered",
    ),
    Entry(
        "two names for one",
        NamedTwice,
        "does parameters() alone remember which were given?",
    ),
    Entry(
        "the last part of the name",
        LastPartOfTheName,
        "does each level add its part?",
    ),
    Entry("pairs for parameters", GivesPairs, "a value of type tuple"),
    Entry("names for parameters", GivesNames, "a value of type str"),
    Entry(
        "what was seen in a default argument",
        SeenInADefault,
        "a default argument? Walk at each call",
    ),
    Entry(
        "a registry in a default argument",
        RegistryInADefault,
        "or a default argument? Make one in __init__",
    ),
    Entry("the first walk kept", KeepsTheFirstWalk, "an earlier walk kept"),
    Entry("lists walked into", WalksIntoLists, "lists are for ModuleList"),
    Entry("an endless loop", Endless, "does a loop never end?"),
]
RIGHT = [
    Entry("two registries", Module),
    Entry("a walk over the attributes", Walks),
    Entry("a list of names", WithoutNames, settings={"names": False}),
    Entry(
        "parameters that are tensors",
        OfTensors,
        settings={"names": False, "parameter": leaf},
    ),
    Entry("the companion's", nn.Module),
]
