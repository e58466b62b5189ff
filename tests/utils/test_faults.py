"""Each fault of a worker, in a process of its own: an error, and no rest.

After each, no process is left, no file descriptor, no shared-memory block.
"""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("faults.py")
SHARED_MEMORY = Path("/dev/shm")
SECONDS = 8  # to the error; a worker that starts anew takes one or two

NOTHING = "none", ""
TIMED_OUT = "RuntimeError", "DataLoader timed out after 1 seconds"
KILLED = "RuntimeError", "exited unexpectedly: killed by SIGKILL"

# fmt: off
EXPECTED = {
    "none":                         NOTHING,
    "none, large":                  NOTHING,
    "none, far ahead":              NOTHING,
    "none, long tasks":             NOTHING,
    "none, a stream":               NOTHING,
    "none, out of order":           NOTHING,
    "none, kept":                   NOTHING,
    "exception":                    ("ValueError", "no sample 21"),
    "exception, in a stream":       ("ValueError", "no sample 21"),
    "exception, a key":             ("KeyError", "process 1.\nOriginal"),
    "exception, two arguments":     ("RuntimeError", "Caught TwoArguments"),
    "exception, a local class":     ("RuntimeError", "not importable"),
    "exception, at the start":      ("ValueError", "does not start"),
    "unpicklable batch":            ("AttributeError", "local object"),
    "killed":                       KILLED,
    "killed, kept":                 KILLED,
    "killed, a helper lives":       KILLED,
    "killed between epochs":        KILLED,
    "killed at any time":           KILLED,
    "leaves":                       ("RuntimeError", "exit code 3"),
    "leaves at once":               ("RuntimeError", "exit code 4"),
    "hangs":                        TIMED_OUT,
    "hangs, deaf":                  TIMED_OUT,
    "hangs, swallows":              TIMED_OUT,
    "suspended":                    TIMED_OUT,
    "Ctrl-C":                       ("KeyboardInterrupt", ""),
    "break":                        NOTHING,
    "break, large":                 NOTHING,
    "break, kept":                  NOTHING,
    "break, again and again":       NOTHING,
    "error in the loop":            ("ArithmeticError", "in the loop"),
    "error in the loop, kept":      ("ArithmeticError", "in the loop"),
    "two at once":                  NOTHING,
}
# fmt: on
ENDS = [
    "exit in the middle",
    "exit while one hangs",
    "exit while one is suspended",
    "main process killed",
    "main process killed, pipes open",
    "main process killed at once",
]
# What the way of starting a worker has a part in.
STARTING = [
    "none, large",
    "exception",
    "killed between epochs",
    "hangs",
    "Ctrl-C",
    "exit in the middle",
    "main process killed",
]
CASES = [
    *((fault, "fork") for fault in [*EXPECTED, *ENDS]),
    *((f, m) for f in STARTING for m in ("forkserver", "spawn")),
]


def processes(mark, bystander=None):
    """The living processes that inherited ``mark`` in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text().rsplit(")")[-1].split()[0]
            if mark.encode() in (folder / "environ").read_bytes():
                found += [int(folder.name)] * (state != "Z")
        except OSError:
            pass  # gone meanwhile, or another user's
    return [number for number in found if number != bystander]


def left_after(seconds, look):
    """What ``look()`` still finds then; empty as soon as that is nothing."""
    deadline = time.monotonic() + seconds
    while (left := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def run(command, mark):
    """What a process printed; it must end by itself."""
    with subprocess.Popen(
        command,
        env=os.environ | {"COMPANION_TEST_MARK": mark},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            return process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise


def outcome(fault, method):
    """The report of faults.py, with what is left after it has ended."""
    mark = f"mark-{uuid.uuid4()}"
    before = set(os.listdir(SHARED_MEMORY))
    out, err = run([sys.executable, SCRIPT, fault, method], mark)
    assert out, err
    seen = json.loads(out)
    left = left_after(5, lambda: processes(mark, seen["bystander"]))
    if seen["bystander"]:
        os.kill(seen["bystander"], signal.SIGKILL)
    # Other programs make semaphores here, and take their names away again.
    made = left_after(5, lambda: set(os.listdir(SHARED_MEMORY)) - before)
    return seen | {"left": left, "blocks": made, "stderr": err}


def check(fault, method):
    seen = outcome(fault, method)
    kind, text = EXPECTED.get(fault, NOTHING)
    assert seen["type"] == kind, seen["text"]
    assert text in seen["text"]
    assert seen["seconds"] < SECONDS
    assert seen["left"] == []
    assert not seen["blocks"]
    if fault not in ENDS and not fault.endswith("kept"):
        assert seen["children"] == 0
        assert seen["descriptors"] == 0
    assert seen["stderr"] == ""


@pytest.mark.parametrize(("fault", "method"), CASES)
def test_a_fault_is_an_error_and_leaves_nothing(fault, method):
    check(fault, method)


def test_every_fault_is_expected():
    from utils import faults

    assert faults.FAULTS.keys() == {*EXPECTED, *ENDS}


NOTEBOOK = """
import time
from companion.utils.data import DataLoader
class Cell:
    def __len__(self): return 4
    def __getitem__(self, index): return index
batches = DataLoader(Cell(), num_workers=1, collate_fn=list,
                     multiprocessing_context={method!r})
start = time.monotonic()
try:
    print([sample for batch in batches for sample in batch])
except Exception as error:
    print(type(error).__name__, error, *getattr(error, "__notes__", ()))
assert time.monotonic() - start < 8
"""


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_a_data_set_of_a_notebook_cell(method):
    mark = f"mark-{uuid.uuid4()}"
    code = NOTEBOOK.format(method=method)
    out, err = run([sys.executable, "-c", code], mark)
    assert err == ""
    if method == "fork":
        assert out == "[0, 1, 2, 3]\n"
    else:
        assert out.startswith("AttributeError")
        assert "defined in a notebook cell" in out
    assert left_after(5, lambda: processes(mark)) == []


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_a_lambda_that_is_not_inherited(method):
    from companion.utils.data import DataLoader

    batches = DataLoader(
        range(4),
        num_workers=1,
        collate_fn=lambda batch: batch,
        multiprocessing_context=method,
    )
    with pytest.raises(Exception, match="local object") as caught:
        iter(batches)
    assert "define" in caught.value.__notes__[0]
