"""Modules made of modules: in a row, in a list, in a dict."""

from collections import OrderedDict
from itertools import chain

from companion._library import is_parameter, is_tensor, library
from companion.nn.module import Module, indented


class Listed(Module):
    """Children (or parameters) named "0", "1", … that behave like a list."""

    registry = "_modules"

    def _fill(self, items):
        """Hold these items alone, named anew."""
        self.__dict__[self.registry].clear()
        for index, item in enumerate(items):
            self._put(str(index), item)
        return self

    def _put(self, name, item):
        self.register_module(name, item)

    def _key(self, index):
        """The name of the item at `index`, counted from the end if < 0."""
        names = list(self.__dict__[self.registry])
        if not -len(names) <= index < len(names):
            raise IndexError(f"index {index} is out of range")
        return names[index]

    def __len__(self):
        return len(self.__dict__[self.registry])

    def __iter__(self):
        return iter(self.__dict__[self.registry].values())

    def __getitem__(self, index):
        if isinstance(index, slice):
            return self._selected(index)
        return self.__dict__[self.registry][self._key(index)]

    def _selected(self, index):
        return type(self)(list(self)[index])

    def __setitem__(self, index, item):
        self._put(self._key(index), item)

    def __delitem__(self, index):
        items = list(self)
        if not isinstance(index, slice):
            self._key(index)  # IndexError where there is none
        del items[index]
        self._fill(items)

    def append(self, item):
        self._put(str(len(self)), item)
        return self

    def extend(self, items):
        for item in list(items):
            self.append(item)
        return self

    def insert(self, index, item):
        items = list(self)
        items.insert(index, item)
        return self._fill(items)

    def pop(self, index=-1):
        item = self[index]
        del self[index]
        return item

    def __add__(self, other):
        return type(self)(chain(self, other))

    def __iadd__(self, other):
        return self.extend(other)


class Sequential(Listed):
    """y = fₙ(… f₂(f₁(x))): modules, or one ordered dict of named modules."""

    def __init__(self, *modules):
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], OrderedDict):
            for name, module in modules[0].items():
                self.register_module(name, module)
        else:
            self.extend(modules)

    def forward(self, input):
        for module in self:
            input = module(input)
        return input

    def _selected(self, index):
        return type(self)(OrderedDict(list(self._modules.items())[index]))

    def __add__(self, other):
        if not isinstance(other, Sequential):
            raise ValueError(
                "add operator supports only objects of Sequential class, "
                f"but {type(other).__name__} is given."
            )
        return type(self)(*self, *other)


class ModuleList(Listed):
    """A list of modules, each of them registered."""

    def __init__(self, modules=None):
        super().__init__()
        self.extend(modules or ())

    def __repr__(self):
        """As a module, but equal neighbours in one line."""
        runs = []  # [first, last, text] of equal neighbours
        for i, module in enumerate(self):
            if runs and runs[-1][2] == indented(module):
                runs[-1][1] = i
            else:
                runs.append([i, i, indented(module)])
        if not runs:
            return f"{self._get_name()}()"
        lines = [
            f"({first}): {text}"
            if first == last
            else f"({first}-{last}): {last - first + 1} x {text}"
            for first, last, text in runs
        ]
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"


class ParameterList(Listed):
    """A list of parameters; a tensor put in becomes a Parameter."""

    registry = "_parameters"

    def __init__(self, values=None):
        super().__init__()
        self.extend(values or ())

    def _put(self, name, item):
        if is_tensor(item) and not is_parameter(item):
            item = library(item).nn.Parameter(item)
        setattr(self, name, item)

    def extra_repr(self):
        return "\n".join(
            f"  ({i}): Parameter containing: [{parameter.dtype} of size "
            f"{'x'.join(map(str, parameter.shape))}]"
            for i, parameter in enumerate(self)
        )


class ModuleDict(Module):
    """A dict of modules, each of them registered."""

    def __init__(self, modules=None):
        super().__init__()
        self.update(modules or {})

    def update(self, modules):
        pairs = modules.items() if hasattr(modules, "items") else modules
        for name, module in pairs:
            self[name] = module

    def __getitem__(self, name):
        return self._modules[name]

    def __setitem__(self, name, module):
        self.register_module(name, module)

    def __delitem__(self, name):
        del self._modules[name]

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)

    def __contains__(self, name):
        return name in self._modules

    def keys(self):
        return self._modules.keys()

    def values(self):
        return self._modules.values()

    def items(self):
        return self._modules.items()

    def clear(self):
        self._modules.clear()

    def pop(self, name):
        module = self[name]
        del self[name]
        return module
