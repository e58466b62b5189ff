"""The worker's side: what runs in each process that a loader starts.

A worker reads a task from its pipe, fetches the batch, writes it back, until
it is told to go (SIGTERM), or the process that started it has died. It
answers every task: with a batch, with :data:`END` once its stream has ended,
or with the :class:`Failure` that the data set raised.
"""

import os
import pickle
import signal
import sys
import traceback
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.reduction import ForkingPickler
from typing import Any

from companion._library import seed_worker
from companion.utils.data import worker_info
from companion.utils.data.message import receive, send

TICK = 1.0  # seconds between two looks at whether the other side lives
END = StopIteration  # the class: it survives a pickle as the same object


@dataclass
class Job:
    """All that a worker is told once."""

    fetch: Any
    num_workers: int
    base_seed: int
    init_fn: Any


def serve(connection, number, parcel):
    """Answer tasks: the main program of a worker."""
    # Of a fork, the parent may have died before this line: do not ask who
    # it is now. Others inherit no pipe; to them, a closed pipe tells it.
    forked = parcel.pickled is None
    parent = parent_process().pid if forked else os.getppid()
    obey_signals()
    answer = Answers(number, parcel)
    while wait_for_task(connection, parent):
        try:
            task, epoch, index = receive(connection)
        except (EOFError, ConnectionError):  # the other side has gone
            return
        reply(connection, task, answer(epoch, index), number)


def obey_signals():
    # A wake-up descriptor, which a notebook's event loop sets, is inherited:
    # the loop would take this process's signals for its own.
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())


def wait_for_task(connection, parent):
    """True when there is one; False if the parent has died meanwhile."""
    while not connection.poll(TICK):
        # The pipe of a dead parent stays open while a process that it forked
        # later, and which inherited its end, lives on: so ask the system.
        if os.getppid() != parent:
            return False
    return True


def reply(connection, task, result, number):
    try:
        send(connection, (task, result))
    except ConnectionError:
        sys.exit()  # nobody is there to read it
    except Exception as error:  # the batch cannot be pickled
        send(connection, (task, Failure(error, number)))


class Answers:
    """What a worker knows from one task to the next."""

    def __init__(self, number, parcel):
        self.number = number
        self.parcel = parcel
        self.fetch = None
        self.epoch = None

    def __call__(self, epoch, index):
        try:
            if self.fetch is None:
                self._begin()
            if epoch != self.epoch:
                self.fetch.restart()
                self.epoch = epoch
            return self.fetch(index)
        except Exception as error:
            stream = self.fetch is not None and self.fetch.stream
            if stream and isinstance(error, StopIteration):
                return END
            return Failure(error, self.number)

    def _begin(self):
        """Seed every generator, then run ``worker_init_fn``."""
        job, number = self.parcel.open(), self.number
        seed_worker(job.base_seed, number)
        worker_info.current = worker_info.WorkerInfo(
            id=number,
            num_workers=job.num_workers,
            seed=job.base_seed + number,
            dataset=job.fetch.dataset,
        )
        if job.init_fn is not None:
            job.init_fn(number)
        self.fetch = job.fetch


class Parcel:
    """A value for another process: pickled only if it is not inherited.

    It is unpickled where somebody can be told that this has failed.
    """

    def __init__(self, content):
        self.content = content
        self.pickled = None

    def __getstate__(self):
        try:
            return bytes(ForkingPickler.dumps(self.content))
        except Exception as error:
            error.add_note(NOT_INHERITED)
            raise

    def __setstate__(self, pickled):
        self.pickled = pickled

    def open(self):
        if self.pickled is None:
            return self.content
        try:
            return pickle.loads(self.pickled)
        except Exception as error:
            error.add_note(NOT_INHERITED)
            raise


NOT_INHERITED = (
    "A worker that is not forked imports what it needs, and does not find "
    "what was defined in a notebook cell, at a prompt or inside a function: "
    "define the data set, collate_fn and worker_init_fn in a module, or pass "
    'multiprocessing_context="fork".'
)


class Failure:
    """An exception in a worker, as a type and a text, which travel."""

    def __init__(self, error, number):
        kind = type(error)
        self.kind = kind if is_importable(kind) else RuntimeError
        trace = "".join(traceback.format_exception(error))
        self.text = Text(
            f"Caught {kind.__name__} in DataLoader worker process {number}.\n"
            f"Original {trace}"
        )

    def exception(self):
        """One of the same type; a RuntimeError if that takes other arguments.

        Raised straight from this call: in a variable, it would be in a cycle
        with the frames that it refers to, and they hold the workers.
        """
        try:
            return self.kind(self.text)
        except Exception:
            return RuntimeError(self.text)


def is_importable(kind):
    """Whether the other process finds this class under its name."""
    home = sys.modules.get(kind.__module__)
    return getattr(home, kind.__qualname__, None) is kind


class Text(str):
    """A text that a KeyError, which shows its key's repr, shows as it is."""

    __repr__ = str.__str__
