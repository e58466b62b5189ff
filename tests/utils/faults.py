"""One fault in a process of its own: ``python faults.py FAULT METHOD``.

Prints, as JSON, the error that reached the loop, how long that took, and
what was left in this process. Whether a process is left, test_faults.py looks
up after this one has ended.
"""

import json
import multiprocessing
import os
import random
import signal
import sys
import time
from functools import partial
from pathlib import Path

from companion.utils.data import DataLoader, IterableDataset

BATCH = 4


class Faulty:
    """64 samples: ``fault(i)`` is called for number 21, in the sixth batch."""

    def __init__(self, fault):
        self.fault = fault

    def __len__(self):
        return 64

    def __getitem__(self, index):
        if index == 21:
            return self.fault(index)
        return index


class FaultyStream(IterableDataset):
    def __init__(self, fault):
        self.fault = fault

    def __iter__(self):
        for index in range(64):
            yield self.fault(index) if index == 21 else index


class TwoArguments(Exception):
    def __init__(self, one, two):
        super().__init__(one, two)


def fine(index):
    return index


def large(index):
    return os.urandom(2_000_000)


def raises(index):
    raise ValueError(f"no sample {index}")


def raises_key(index):
    raise KeyError("a key\nof two lines")


def raises_two(index):
    raise TwoArguments("one", "two")


def raises_local(index):
    class Local(Exception):
        pass

    raise Local("not importable")


def unpicklable(index):
    return lambda: index


def kills(index):
    os.kill(os.getpid(), signal.SIGKILL)


def kills_with_helper(index):
    """The helper holds the end of the pipe that it inherited."""
    main = Path(f"/proc/{os.getppid()}")
    if os.fork() == 0:
        os.closerange(0, 3)
        while main.exists():
            time.sleep(0.05)
        os._exit(0)
    kills(index)


def suspends(index):
    os.kill(os.getpid(), signal.SIGSTOP)


def leaves(index):
    sys.exit(3)


def leaves_at_once(index):
    os._exit(4)


def hangs(index):
    time.sleep(1000)


def hangs_deaf(index):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(1000)


def swallows(index):
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            continue


def interrupts(index):
    os.killpg(0, signal.SIGINT)  # as Ctrl-C does: to everyone here
    time.sleep(1000)


def init_raises(worker):
    raise ValueError(f"worker {worker} does not start")


def loader(method, fault=fine, dataset=Faulty, **options):
    usual = {"num_workers": 2, "batch_size": BATCH, "collate_fn": list}
    options = usual | options
    data = range(fault) if isinstance(fault, int) else dataset(fault)
    return DataLoader(data, multiprocessing_context=method, **options)


def consume(batches):
    for _ in batches:
        pass


def break_early(method, **options):
    for _ in loader(method, **options):
        break


def error_in_loop(method, **options):
    for _ in loader(method, **options):
        raise ArithmeticError("in the loop")


def early_again_and_again(method):
    """Epochs left early leave tasks at persistent workers."""
    batches = loader(method, persistent_workers=True, prefetch_factor=16)
    for _ in range(40):
        next(iter(batches))


def killed_between_epochs(method):
    batches = loader(method, persistent_workers=True)
    consume(batches)
    for process in multiprocessing.active_children():
        process.kill()
    try:
        consume(batches)
    except RuntimeError:
        consume(batches)  # with new workers
        raise


def killed_at_any_time(method):
    """Large batches, so that it may be while one is on its way."""

    def kill(*_):
        random.choice(multiprocessing.active_children()).kill()

    signal.signal(signal.SIGALRM, kill)
    batches = loader(method, fault=large, persistent_workers=True)
    iter(batches)
    signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-3, 0.5))
    while True:
        consume(batches)


def two_at_once(method):
    for _, _ in zip(loader(method), loader(method), strict=True):
        pass


def exit_in_the_middle(method, fault=fine):
    global iterator
    iterator = iter(loader(method, fault))
    next(iterator), next(iterator)
    time.sleep(0.2)  # so that a worker has come to the fault
    report()
    sys.exit()


def killed_in_the_middle(method):
    iterator = iter(loader(method))
    next(iterator)
    report()
    os.kill(os.getpid(), signal.SIGKILL)
    next(iterator)


def killed_with_its_pipes_open(method, begun=True):
    """A process forked later holds the ends of the pipes that it inherited."""
    iterator = iter(loader(method))
    if begun:
        next(iterator)
    bystander = os.fork()
    if bystander == 0:
        os.closerange(0, 3)  # or who reads our output would wait for it
        time.sleep(60)
        os._exit(0)
    report(bystander=bystander)
    os.kill(os.getpid(), signal.SIGKILL)


def killed_before_they_begin(method):
    os.register_at_fork(after_in_child=partial(time.sleep, 0.5))
    killed_with_its_pipes_open(method, begun=False)


def everything(fault, **options):
    return lambda method: consume(loader(method, fault, **options))


FAULTS = {
    "none": everything(fine),
    "none, large": everything(large),
    "none, far ahead": everything(4_000, prefetch_factor=4_000, batch_size=1),
    "none, long tasks": everything(
        400_000, prefetch_factor=50, batch_size=10_000
    ),
    "none, a stream": everything(fine, dataset=FaultyStream),
    "none, out of order": everything(fine, in_order=False),
    "none, kept": everything(fine, persistent_workers=True),
    "exception": everything(raises),
    "exception, in a stream": everything(raises, dataset=FaultyStream),
    "exception, a key": everything(raises_key),
    "exception, two arguments": everything(raises_two),
    "exception, a local class": everything(raises_local),
    "exception, at the start": everything(fine, worker_init_fn=init_raises),
    "unpicklable batch": everything(unpicklable),
    "killed": everything(kills),
    "killed, kept": everything(kills, persistent_workers=True),
    "killed, a helper lives": everything(kills_with_helper),
    "killed between epochs": killed_between_epochs,
    "killed at any time": killed_at_any_time,
    "leaves": everything(leaves),
    "leaves at once": everything(leaves_at_once),
    "hangs": everything(hangs, timeout=1),
    "hangs, deaf": everything(hangs_deaf, timeout=1),
    "hangs, swallows": everything(swallows, timeout=1),
    "suspended": everything(suspends, timeout=1),
    "Ctrl-C": everything(interrupts),
    "break": break_early,
    "break, large": partial(break_early, fault=large),
    "break, kept": partial(break_early, persistent_workers=True),
    "break, again and again": early_again_and_again,
    "error in the loop": error_in_loop,
    "error in the loop, kept": partial(error_in_loop, persistent_workers=True),
    "two at once": two_at_once,
    "exit in the middle": exit_in_the_middle,
    "exit while one hangs": partial(exit_in_the_middle, fault=hangs),
    "exit while one is suspended": partial(exit_in_the_middle, fault=suspends),
    "main process killed": killed_in_the_middle,
    "main process killed, pipes open": killed_with_its_pipes_open,
    "main process killed at once": killed_before_they_begin,
}


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def report(kind="none", text="", seconds=0.0, bystander=None):
    print(
        json.dumps(
            {
                "type": kind,
                "text": text,
                "seconds": seconds,
                "bystander": bystander,
                "children": len(multiprocessing.active_children()),
                "descriptors": descriptors() - before,
            }
        ),
        flush=True,
    )


def attempt(fault, method):
    start, seen = time.monotonic(), ("none", "")
    try:
        FAULTS[fault](method)
    except (Exception, KeyboardInterrupt) as error:
        seen = type(error).__name__, str(error)
    seconds = time.monotonic() - start
    report(*seen, seconds)


if __name__ == "__main__":
    consume(loader(sys.argv[2]))  # starts the method's own helpers
    before = descriptors()
    attempt(*sys.argv[1:])
