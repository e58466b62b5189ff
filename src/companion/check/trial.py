"""Running the reader's code: whatever it does, the answer is a report.

An endless loop is ended by looking at every line (`sys.settrace`): signals
and threads, which the browser lacks, are not needed. Lines are counted, so
that a slow machine gives the same report as a fast one; the clocks are for
lines that take long. What cannot be ended is a loop inside one call of C,
such as ``sum(itertools.count())``, and one that catches all exceptions by a
bare ``except:``.
"""

import random
import sys
import time
import traceback
import warnings
from contextlib import ExitStack, contextmanager, suppress

import numpy as np

from companion.check.culprit import place
from companion.check.report import Report, Stop, Wrong

# For a whole check. Honest code stays well below, on a phone too.
LINES = 600_000
WORK = 1.5  # seconds of the processor, which other programs do not use up
# Calls within one another: what Python allows by itself; the browser's stack
# is small, and its overflow ends the page.
CALLS = 200 if sys.platform == "emscripten" else 1000
WAIT = 10  # seconds of the clock, for loops that sleep


class TooLong(BaseException):
    """Not an Exception, so that ``except Exception`` does not hold it."""


class Budget:
    """What the reader's code may still use; the checker's own is free."""

    def __init__(self):
        self.renew()

    def renew(self):
        self.lines, self.left = LINES, np.array([WORK, WAIT])

    def __call__(self, frame, event, arg):
        """Python calls this at each line."""
        self.lines -= 1
        if self.lines < 0 or time.perf_counter() > self.next_look:
            self.look()
        return self

    def look(self):
        """At both clocks; the processor's takes too long for each line."""
        left = np.min(self.end - clocks())
        if min(left, self.lines) < 0:
            raise TooLong
        self.next_look = time.perf_counter() + left

    @contextmanager
    def limiting(self):
        """Count what runs inside; a debugger's own tracing waits.

        Calls within calls are limited too, and from here: a notebook's own
        limit is another than the terminal's.
        """
        tracing, deepest = sys.gettrace(), sys.getrecursionlimit()
        self.end = clocks() + self.left
        self.look()
        sys.setrecursionlimit(CALLS + len(list(traceback.walk_stack(None))))
        sys.settrace(self)
        try:
            yield
        finally:
            sys.settrace(tracing)
            sys.setrecursionlimit(deepest)
            self.left = self.end - clocks()


def clocks():
    """The processor's and the wall's, in seconds."""
    return np.array([time.process_time(), time.perf_counter()])


budget = Budget()


@contextmanager
def checking(title):
    """A `Report` to fill. What the check does leaves no traces.

    The reader's random state is put back, and so is whether graphs are
    recorded; warnings are silent, and the random numbers of the reader's
    code are the same each time.
    """
    report = Report(title)
    with ExitStack() as scope:
        scope.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        scope.enter_context(np.errstate(all="ignore"))
        scope.enter_context(suppress(Stop))
        scope.enter_context(random_state())
        if "companion.autograd" in sys.modules:
            scope.enter_context(sys.modules["companion"].enable_grad())
        budget.renew()
        yield report


@contextmanager
def random_state(seed=0):
    """Seed every generator that is loaded, and put it back afterwards."""
    restore = [
        (random.setstate, random.getstate()),
        (np.random.set_state, np.random.get_state()),
    ]
    random.seed(seed)
    np.random.seed(seed)
    for name in "companion", "torch":
        library = sys.modules.get(name)
        if library and f"{name}.random" in sys.modules:
            generator = library.random.default_generator
            restore.append((generator.set_state, generator.get_state()))
            generator.manual_seed(seed)
    try:
        yield
    finally:
        for put_back, state in restore:
            put_back(state)


def attempt(function, *args, **kwargs):
    """What the reader's function returns; `Wrong` if it does not return."""
    try:
        with budget.limiting():
            return function(*args, **kwargs)
    except KeyboardInterrupt:
        raise
    except TooLong:
        raise Wrong(
            f"stopped after {LINES:,} lines of Python or {WORK} s of work",
            "does a loop never end?",
            final=True,
        ) from None
    except RecursionError:
        raise Wrong(
            "it raised RecursionError",
            "does a function call itself without end, or once for each step "
            "of a long chain?",
        ) from None
    except BaseException as error:
        raise Wrong(
            f"it raised {type(error).__name__}: {error}", place(error)
        ) from None


def result(function, *args, **kwargs):
    """As `attempt`, for a function that must return something."""
    given = attempt(function, *args, **kwargs)
    if given is None:
        raise Wrong(
            "it returned None",
            "is a return missing? or did what it returns get no value yet?",
        )
    if given is ...:
        raise Wrong("it returned ...", "the stub is still there")
    return given


def is_class(thing):
    """Also of an object that answers no question."""
    return issubclass(type(thing), type)


@contextmanager
def unchanged(**inputs):
    """`Wrong` if an array or tensor is changed inside: give them by name."""
    before = {name: np.array(plain(value)) for name, value in inputs.items()}
    yield
    for name, value in inputs.items():
        now = plain(value)
        if now.shape != before[name].shape or not np.array_equal(
            now, before[name], equal_nan=now.dtype.kind == "f"
        ):
            raise Wrong(f"it changed its argument {name} in place")


def plain(value):
    """An array, of anything that holds numbers."""
    if hasattr(value, "detach"):
        value = value.detach().numpy()
    return np.asarray(value)
