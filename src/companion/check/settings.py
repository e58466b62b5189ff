"""Settings: which ones a class or a function takes, and how to change them."""

import inspect


def taken(function):
    """The names that a class or a function can be called with."""
    try:
        return set(inspect.signature(function).parameters)
    except Exception:  # not everything can be asked
        return set()


def is_class(value):
    """As ``isinstance(value, type)``, which asks the value itself too."""
    return issubclass(type(value), type)


def given_to(function, settings):
    """Those of the settings that a function takes."""
    return {k: settings[k] for k in taken(function) & settings.keys()}


def left_out(function, settings):
    """Each setting that has a default, and the settings without it."""
    found = inspect.signature(function).parameters
    for name in settings:
        if name in found and found[name].default is not found[name].empty:
            yield name, {k: v for k, v in settings.items() if k != name}


def words(settings):
    return ", ".join(f"{name}={value}" for name, value in settings.items())
