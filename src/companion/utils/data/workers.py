"""The loader's side of its workers: who gets which task, and what comes back.

One pipe to each worker; no threads, no locks, no queues. The loader numbers
its tasks, keeps ``prefetch_factor`` of them at each worker, and gives the
batches out by number. A worker owns nothing that outlives it, so any of them
may be killed at any time.
"""

import math
import signal
import time
from collections import deque
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.util import Finalize

from companion.utils.data.fetch import Fetch
from companion.utils.data.message import receive, send
from companion.utils.data.worker import END, TICK, Failure, Job, Parcel, serve

AHEAD = 16  # tasks at one worker, at most: what a pipe has room for
GRACE = 1.0  # seconds that a worker has to go when it is told to
WAITING = object()


class Worker:
    """A process, the pipe to it, and the number of tasks it has."""

    def __init__(self, context, number, parcel):
        self.number = number
        self.tasks = 0
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=serve, args=(theirs, number, parcel), daemon=True
        )
        self.process.start()
        theirs.close()  # so that we see when the worker has closed it

    def give(self, task):
        self.tasks += 1
        try:
            send(self.connection, task)
        except ConnectionError:
            self.has_died()

    def take(self):
        try:
            answer = receive(self.connection)
        except (EOFError, ConnectionError):
            self.has_died()
        self.tasks -= 1
        return answer

    def has_died(self):
        self.process.join(GRACE)
        code = self.process.exitcode
        how = f"exit code {code}"
        if code is not None and code < 0:
            how = f"killed by {signal.Signals(-code).name}"
        raise RuntimeError(
            f"DataLoader worker {self.number} exited unexpectedly: {how}"
        )


def stop(workers):
    """Tell all workers to go; kill those that have not after a while."""
    for worker in workers:
        worker.process.terminate()
        worker.connection.close()
    deadline = time.monotonic() + GRACE
    for worker in workers:
        worker.process.join(max(0, deadline - time.monotonic()))
        worker.process.kill()  # SIGTERM waits while a process is suspended
        worker.process.join()
        worker.process.close()
    workers.clear()


class WorkersIterator:
    """The batches of an epoch, fetched by workers."""

    def __init__(self, loader, indices, base_seed):
        self.timeout = loader.timeout or math.inf
        self.in_order = loader.in_order
        self.persistent = loader.persistent_workers
        self.ahead = min(loader.prefetch_factor, AHEAD)
        self.epoch = 0
        self.workers = []
        # Runs once: when the epoch ends, when the iterator is dropped, or
        # when the interpreter exits, before it waits for its children.
        self.stop = Finalize(self, stop, (self.workers,), exitpriority=1)
        with self._stopping_on_error():
            self._start(loader, base_seed)
        self.restart(indices)

    @contextmanager
    def _stopping_on_error(self):
        """After an error, a pipe may have been left amid a message."""
        try:
            yield
        except BaseException:
            self.pending = {}
            self.stop()
            raise

    def _start(self, loader, base_seed):
        context = loader.multiprocessing_context or get_context()
        number, init_fn = loader.num_workers, loader.worker_init_fn
        parcel = Parcel(Job(Fetch(loader), number, base_seed, init_fn))
        for i in range(number):
            self.workers.append(Worker(context, i, parcel))

    def restart(self, indices):
        """Begin an epoch, once the answers that an earlier one left are in."""
        self.epoch += 1
        self.indices = indices
        self.pending = {}  # number of a task -> its answer, or WAITING
        with self._stopping_on_error():
            while any(worker.tasks for worker in self.workers):
                self._receive()
            self.pending = {}
            self.number = 0  # of the next task
            self.line = deque(self.workers)  # those with more to give
            for _ in range(self.ahead * len(self.workers)):
                self._dispatch()

    def __iter__(self):
        return self

    def __next__(self):
        while self.pending:
            with self._stopping_on_error():
                answer = self.pending.pop(self._first_to_arrive())
                self._dispatch()
            if isinstance(answer, Failure):
                raise answer.exception()
            if answer is not END:
                return answer
        if not self.persistent:
            self.stop()
        raise StopIteration

    def _first_to_arrive(self):
        """The number of the batch to give out next, once it is there."""
        while True:
            for number, answer in self.pending.items():
                if answer is not WAITING:
                    return number
                if self.in_order:
                    break
            self._receive()

    def _dispatch(self):
        """Give the next task to the worker whose turn it is."""
        if not self.line:
            return
        for index in islice(self.indices, 1):
            worker = self.line[0]
            if not self.in_order:
                worker = min(self.line, key=lambda worker: worker.tasks)
            worker.give((self.number, self.epoch, index))
            self.pending[self.number] = WAITING
            self.number += 1
            self.line.rotate(-1)

    def _receive(self):
        """Wait for answers, and note them."""
        for worker in self._ready():
            number, answer = worker.take()
            self.pending[number] = answer
            if answer is END and worker in self.line:
                self.line.remove(worker)

    def _ready(self):
        """The workers that have answered; waits until there is one."""
        pipes = {worker.connection: worker for worker in self.workers}
        deadline = time.monotonic() + self.timeout
        while not (ready := wait(pipes, min(TICK, self.timeout))):
            for worker in self.workers:
                # Its end of the pipe may live on, in a process it started.
                if not worker.process.is_alive():
                    worker.has_died()
            if time.monotonic() >= deadline:
                raise RuntimeError(
                    f"DataLoader timed out after {self.timeout} seconds"
                )
        return [pipes[connection] for connection in ready]
