"""A module's tensors as a whole: loaded, moved, changed to another library.

A parameter keeps its identity wherever it can, so that an optimizer that
holds it goes on working; only a change of library makes new ones.
"""

from collections import namedtuple

from companion._library import converted, is_parameter, library, named


class IncompatibleKeys(
    namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])
):
    def __repr__(self):
        if not (self.missing_keys or self.unexpected_keys):
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


def load(module, state_dict, strict=True, assign=False):
    """Put the values of `state_dict` into the module's own tensors."""
    if not hasattr(state_dict, "keys"):
        raise TypeError(
            "Expected state_dict to be dict-like, "
            f"got {type(state_dict).__name__}."
        )
    own = module.state_dict(keep_vars=True)
    keys = IncompatibleKeys(
        [name for name in own if name not in state_dict],
        [name for name in state_dict if name not in own],
    )
    problems = name_problems(keys) if strict else []
    for name, tensor in own.items():
        if name in state_dict:
            value = state_dict[name]
            if tuple(value.shape) != tuple(tensor.shape):
                problems.append(
                    f"size mismatch for {name}: copying a param with shape "
                    f"{value.shape} from checkpoint, the shape in current "
                    f"model is {tensor.shape}."
                )
            elif assign:
                put(module, name, value)
            else:
                copy(tensor, value)
    if problems:
        raise RuntimeError(
            f"Error(s) in loading state_dict for {module._get_name()}:\n\t"
            + "\n\t".join(problems)
        )
    return keys


def name_problems(keys):
    texts = "Missing key(s) in state_dict", "Unexpected key(s) in state_dict"
    return [
        text + ": " + ", ".join(f'"{name}"' for name in names) + ". "
        for text, names in zip(texts, keys, strict=True)
        if names
    ]


def copy(tensor, value):
    with library(tensor).no_grad():
        tensor.copy_(converted(value, library(tensor)))


def put(module, name, value):
    """Make `value` itself the module's parameter or buffer `name`."""
    path, _, last = name.rpartition(".")
    owner = module.get_submodule(path)
    old = getattr(owner, last)
    if is_parameter(old) and not is_parameter(value):
        value = library(value).nn.Parameter(value, old.requires_grad)
    setattr(owner, last, value)


def transform(module, change):
    """Give every parameter and buffer the value `change` makes of it."""
    for tensor in (*module.parameters(), *module.buffers()):
        grad, tensor.grad = tensor.grad, None  # must fit the value it is for
        tensor.data = change(tensor.data)
        if grad is not None:
            tensor.grad = change(grad)
    return module


def moved(tensor, *args, **kwargs):
    """`tensor.to(...)`, where a dtype is meant for floating values only."""
    result = tensor.to(*args, **kwargs)
    if tensor.is_floating_point():
        if not result.is_floating_point():
            raise TypeError(
                "nn.Module.to only accepts floating point or complex "
                f"dtypes, but got desired dtype={result.dtype}"
            )
        return result
    return tensor.to(device=result.device)


def as_float(tensor):
    return tensor.float() if tensor.is_floating_point() else tensor


def as_double(tensor):
    return tensor.double() if tensor.is_floating_point() else tensor


def change_library(module, name):
    """Replace every tensor by one of the library `name`, sharing memory."""
    new = named(name)
    changed = {}  # a tensor used twice stays one tensor
    for part in module.modules():
        for registry in part._parameters, part._buffers:
            for key, old in registry.items():
                if old is not None:
                    if id(old) not in changed:
                        changed[id(old)] = in_library(new, old)
                    registry[key] = changed[id(old)]
    return module


def in_library(new, old):
    value = converted(old, new)
    if is_parameter(old) and not is_parameter(value):
        value = new.nn.Parameter(value, old.requires_grad)
        if old.grad is not None:
            value.grad = converted(old.grad, new)
    return value
