"""Where something went wrong, and why, where more is known."""

from contextlib import contextmanager

from companion.check.report import Wrong


@contextmanager
def blaming(place="", cause=str):
    """A `Wrong` inside is said of `place`; ``cause()``, if any, goes first."""
    try:
        yield
    except Wrong as error:
        text, _, guess = str(error).partition("\n")
        raise Wrong(place + text, cause() or guess, error.final) from None
