"""Where something went wrong, and why, where more is known."""

from contextlib import contextmanager

from companion.check.report import Wrong


@contextmanager
def blaming(place="", cause=str, *known):
    """A `Wrong` inside is said of `place`; ``cause(*known)`` goes first."""
    try:
        yield
    except Wrong as error:
        text, _, guess = str(error).partition("\n")
        raise Wrong(
            place + text, cause(*known) or guess, error.final
        ) from None
