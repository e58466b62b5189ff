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
    found = inspect.signature(function).parameters if settings else {}
    for name in settings:
        if name in found and found[name].default is not found[name].empty:
            yield name, {k: v for k, v in settings.items() if k != name}


def changed(function, reference, args, settings):
    """(words, args, settings) for each number or switch, made another one.

    Those given are changed, and those that both take. Done in place or not,
    the result is the same.
    """
    defaults = inspect.signature(reference).parameters
    given = dict(zip(defaults, args, strict=False))
    both = (taken(function) - {"inplace"}) & defaults.keys()
    for place, name in enumerate(defaults):
        default = settings.get(name, defaults[name].default)
        value = another(given.get(name, default))
        if value is None:
            continue
        text = f"{name}={value}"
        if name in given:
            yield text, (*args[:place], value, *args[place + 1 :]), settings
        elif name in both:
            yield text, args, {**settings, name: value}


def another(value):
    """A number or a switch becomes another one, all else None."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return value + 0.25 if isinstance(value, float) else None


def words(settings):
    return ", ".join(f"{name}={value}" for name, value in settings.items())
