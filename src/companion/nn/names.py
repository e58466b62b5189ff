"""Names of a module's parts: which are allowed, which was meant."""


def check_name(module, registry, name):
    kind = registry.strip("_").removesuffix("s")
    if not isinstance(name, str):
        raise TypeError(
            f"{kind} name should be a string. Got {type(name).__name__}"
        )
    # Not hasattr: where there is none, it would look for what was meant.
    if name in dir(module) and name not in module.__dict__[registry]:
        raise KeyError(f"attribute {name!r} already exists")
    if "." in name or not name:
        problem = 'contain "."' if name else 'be empty string ""'
        raise KeyError(f"{kind} name can't {problem}, got {name!r}")


def missing_attribute(module, name):
    text = f"{type(module).__name__!r} object has no attribute {name!r}"
    if "_modules" not in module.__dict__:
        return f"{text}: its __init__ must call super().__init__() first"
    from difflib import get_close_matches  # only a mistake pays for it

    near = get_close_matches(name, dir(module), n=1)
    return f"{text}; did you mean {near[0]!r}?" if near else text
