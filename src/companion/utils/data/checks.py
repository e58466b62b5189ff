"""What an argument must be."""


def require(condition, text, error=ValueError):
    if not condition:
        raise error(text)


def require_positive(name, value):
    """A positive integer; True, which Python takes for 1, is none."""
    require(
        type(value) is not bool and isinstance(value, int) and value > 0,
        f"{name} should be a positive integer value, got {value!r}",
    )


def require_boolean(name, value, error=ValueError):
    text = f"{name} should be a boolean value, got {value!r}"
    require(isinstance(value, bool), text, error)
