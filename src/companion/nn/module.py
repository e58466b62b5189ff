"""Module: a function that knows its parameters.

Setting an attribute registers it: a Parameter, a buffer or another Module
goes into a registry of its own, and everything else that a module can do
(list its parameters, save and load them, move them, print itself) is a walk
over these three registries.
"""

from collections import OrderedDict

from companion._library import is_parameter, is_tensor
from companion.nn import hooks, state
from companion.nn.names import check_name, missing_attribute

KINDS = {  # registry -> what its entries are called, their type, its test
    "_parameters": ("parameter", "Parameter", is_parameter),
    "_buffers": ("buffer", "Tensor", is_tensor),
    "_modules": ("child module", "Module", lambda x: isinstance(x, Module)),
}


class Module:
    """The base of all layers, losses and models.

    A subclass calls ``super().__init__()``, sets its parts as attributes,
    and says in `forward` what is computed of them.
    """

    training: bool

    def __init__(self):
        self.__dict__.update(
            {registry: {} for registry in KINDS},
            training=True,
            _not_saved=set(),  # names of buffers that state_dict leaves out
            _hooks={},  # handle -> (kind, hook); see hooks.py
        )

    def forward(self, *args, **kwargs):
        """What the module computes: the subclass says it."""
        raise NotImplementedError(
            f"Module [{type(self).__name__}] is missing the required "
            '"forward" function'
        )

    def __call__(self, *args, **kwargs):
        if not self._hooks:
            return self.forward(*args, **kwargs)
        return hooks.call(self, args, kwargs)

    # Registration ------------------------------------------------------

    def __setattr__(self, name, value):
        if is_parameter(value):
            return self._register("_parameters", name, value)
        if isinstance(value, Module):
            return self._register("_modules", name, value)
        for registry in KINDS:
            if name in self.__dict__.get(registry, ()):
                check_kind(registry, name, value)
                self.__dict__[registry][name] = value
                return None
        return object.__setattr__(self, name, value)

    def _register(self, registry, name, value):
        """Enter `value`, and take the name out of every other place."""
        if registry not in self.__dict__:
            raise AttributeError(
                f"cannot assign {KINDS[registry][0]} {name!r} before "
                f"Module.__init__() call: {type(self).__name__}.__init__ "
                "must call super().__init__() first"
            )
        for other in (self.__dict__, *map(self.__dict__.get, KINDS)):
            if other is not self.__dict__[registry]:
                other.pop(name, None)
        self._not_saved.discard(name)
        self.__dict__[registry][name] = value

    def __getattr__(self, name):
        # Only reached where the instance and its class have no such name.
        for registry in KINDS:
            if name in (entries := self.__dict__.get(registry, ())):
                return entries[name]
        raise AttributeError(missing_attribute(self, name))

    def __delattr__(self, name):
        for registry in KINDS:
            if name in self.__dict__[registry]:
                del self.__dict__[registry][name]
                self._not_saved.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self):
        names = {name for kind in KINDS for name in self.__dict__[kind]}
        return sorted({*super().__dir__(), *names})

    def register_parameter(self, name, param):
        """Add a parameter, or None for one that is left out."""
        check_name(self, "_parameters", name)
        check_kind("_parameters", name, param)
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"cannot assign a non-leaf tensor to parameter {name!r}: it "
                f"has a grad_fn, and would never be updated"
            )
        self._register("_parameters", name, param)

    def register_buffer(self, name, tensor, persistent=True):
        """Add a tensor that is state, yet not trained (a running mean)."""
        check_name(self, "_buffers", name)
        check_kind("_buffers", name, tensor)
        self._register("_buffers", name, tensor)
        if not persistent:
            self._not_saved.add(name)

    def register_module(self, name, module):
        """Add a child under a name, as setting an attribute does."""
        check_kind("_modules", name, module)
        check_name(self, "_modules", name)
        self._register("_modules", name, module)

    add_module = register_module

    # Walks -------------------------------------------------------------

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """This module and all below it, each once, with dotted names."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                dotted = f"{prefix}.{name}" if prefix else name
                yield from child.named_modules(memo, dotted, remove_duplicate)

    def modules(self, remove_duplicate=True):
        named = self.named_modules(remove_duplicate=remove_duplicate)
        return (module for _, module in named)

    def named_children(self):
        """The modules directly below this one, each once."""
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self):
        return (child for _, child in self.named_children())

    def _named_members(self, registry, prefix, recurse, remove_duplicate):
        seen = set()
        modules = self.named_modules(
            prefix=prefix, remove_duplicate=remove_duplicate
        )
        for dotted, module in modules if recurse else [(prefix, self)]:
            for name, value in getattr(module, registry).items():
                if value is None or id(value) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(value))
                yield f"{dotted}.{name}" if dotted else name, value

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """Names and parameters; one that is used twice is listed once."""
        return self._named_members(
            "_parameters", prefix, recurse, remove_duplicate
        )

    def parameters(self, recurse=True):
        """Its parameters, and with `recurse` those of all modules below."""
        return (value for _, value in self.named_parameters("", recurse))

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        return self._named_members(
            "_buffers", prefix, recurse, remove_duplicate
        )

    def buffers(self, recurse=True):
        return (value for _, value in self.named_buffers("", recurse))

    def get_submodule(self, target):
        """The module under a dotted name; the empty name is this one."""
        module = self
        for name in target.split(".") if target else ():
            module = getattr(module, name)
            if not isinstance(module, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def get_parameter(self, target):
        """The parameter under a dotted name."""
        path, _, name = target.rpartition(".")
        parameter = getattr(self.get_submodule(path), name)
        if not is_parameter(parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return parameter

    def get_buffer(self, target):
        """The buffer under a dotted name."""
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if name not in owner._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return owner._buffers[name]

    # What is done to all -----------------------------------------------

    def apply(self, fn):
        """Call `fn` on every module, children first."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def train(self, mode=True):
        """Dropout drops and BatchNorm uses the batch: for training only."""
        if not isinstance(mode, bool):
            raise ValueError(
                f"training mode is expected to be boolean, got {mode!r}"
            )
        for module in self.modules():
            module.training = mode
        return self

    def eval(self):
        """To the mode for measuring: ``train(False)``."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad = parameter.grad.detach().zero_()

    # State -------------------------------------------------------------

    def state_dict(self, *, destination=None, prefix="", keep_vars=False):
        """Names and detached values (sharing memory) of all that is saved."""
        result = OrderedDict() if destination is None else destination
        for registry in "_parameters", "_buffers":
            for name, value in self.__dict__[registry].items():
                if value is not None and name not in self._not_saved:
                    kept = value if keep_vars else value.detach()
                    result[prefix + name] = kept
        for name, child in self._modules.items():
            if child is not None:
                child.state_dict(
                    destination=result,
                    prefix=f"{prefix}{name}.",
                    keep_vars=keep_vars,
                )
        return result

    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Copy the values in; `assign` puts the given tensors themselves.

        Returns the names that were missing and those that were unexpected;
        RuntimeError if a shape differs, or, when `strict`, a name.
        """
        return state.load(self, state_dict, strict, assign)

    def to(self, *args, **kwargs):
        """Move to a device, or floating values to a dtype; in place."""
        return state.transform(
            self, lambda tensor: state.moved(tensor, *args, **kwargs)
        )

    def float(self):
        return state.transform(self, state.as_float)

    def double(self):
        return state.transform(self, state.as_double)

    def torch(self):
        """Make every parameter and buffer torch's, sharing memory."""
        return state.change_library(self, "torch")

    def numpy(self):
        """Make every parameter and buffer this package's again."""
        return state.change_library(self, "companion")

    # Hooks -------------------------------------------------------------

    def register_forward_pre_hook(
        self, hook, *, prepend=False, with_kwargs=False
    ):
        """`hook(module, args)` may answer with other arguments."""
        entry = hook, with_kwargs
        return hooks.add(self, "forward_pre", entry, prepend)

    def register_forward_hook(
        self, hook, *, prepend=False, with_kwargs=False, always_call=False
    ):
        """`hook(module, args, output)` may answer with another output."""
        entry = hook, with_kwargs, always_call
        return hooks.add(self, "forward", entry, prepend)

    def register_full_backward_pre_hook(self, hook, prepend=False):
        """`hook(module, grad_output)` may answer with another gradient."""
        return hooks.add(self, "backward_pre", hook, prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        """`hook(module, grad_input, grad_output)`, likewise."""
        return hooks.add(self, "backward", hook, prepend)

    # Printing ----------------------------------------------------------

    def extra_repr(self):
        """The settings that `repr` shows; a subclass says which."""
        return ""

    def _get_name(self):
        return type(self).__name__

    def __repr__(self):
        children = [
            f"({name}): {indented(child)}"
            for name, child in self._modules.items()
        ]
        settings = self.extra_repr()
        if not children and "\n" not in settings:
            return f"{self._get_name()}({settings})"
        lines = [*settings.splitlines(), *children]
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"


def check_kind(registry, name, value):
    """TypeError where the value is none that the registry holds."""
    kind, expected, fits = KINDS[registry]
    if value is not None and not fits(value):
        raise TypeError(
            f"cannot assign {type(value).__name__!r} as {kind} {name!r} "
            f"({expected} or None expected)"
        )


def indented(module):
    return repr(module).replace("\n", "\n  ")
