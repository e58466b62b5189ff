"""The one switch of the engine: are operations recorded?

It belongs to the thread, as in torch, and every context manager puts back
what it found.
"""

import functools
import inspect
import threading


class Switch(threading.local):
    recording = True
    inference = False


switch = Switch()


class Mode:
    """A setting of the switch, for a `with` block or a decorated function."""

    recording = True
    inference = None  # None: as it is

    def __enter__(self):
        self._before = switch.recording, switch.inference
        switch.recording = self.recording
        if self.inference is not None:
            switch.inference = self.inference

    def __exit__(self, *exception):
        switch.recording, switch.inference = self._before

    def __call__(self, function):
        if inspect.isclass(function):
            raise TypeError(
                f"{type(self).__name__} decorates functions, not classes: "
                f"decorate the methods of {function.__name__}"
            )

        @functools.wraps(function)
        def within(*args, **options):
            with self._again():
                return function(*args, **options)

        return within

    def _again(self):
        return type(self)()


class FunctionOrFactory(Mode):
    """`@no_grad` means what `@no_grad()` means."""

    def __new__(cls, function=None):
        mode = super().__new__(cls)
        return mode if function is None else mode(function)


class no_grad(FunctionOrFactory):
    """Within it nothing is recorded: results do not require gradients."""

    recording = False


class enable_grad(FunctionOrFactory):
    """Within it operations are recorded, also inside a `no_grad`."""


class set_grad_enabled(Mode):
    """Recording on or off by `mode`: at once, or until a block ends."""

    def __init__(self, mode):
        self.recording = bool(mode)
        self._before = switch.recording, switch.inference
        switch.recording = self.recording

    def __enter__(self):
        switch.recording = self.recording

    def __call__(self, function):
        switch.recording = self._before[0]  # a decorator sets nothing yet
        return super().__call__(function)

    def _again(self):
        return type(self)(self.recording)


class inference_mode(Mode):
    """`no_grad` for tensors that no gradient will ever reach."""

    def __new__(cls, mode=True):
        decorated = super().__new__(cls)
        return decorated(mode) if callable(mode) else decorated

    def __init__(self, mode=True):
        self.inference = mode if isinstance(mode, bool) else True
        self.recording = not self.inference

    def _again(self):
        return type(self)(self.inference)


def is_grad_enabled():
    """Are operations recorded here?"""
    return switch.recording


def is_inference_mode_enabled():
    """Is this inside an `inference_mode`?"""
    return switch.inference
