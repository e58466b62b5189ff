"""Every protection of the loader, taken away once: a test must go red.

Each row names a file of companion/utils/data, a piece of it, what to put in
its place, and the tests that should notice. Works on a copy. Run by
`make prove`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FAULTS, LOADER, TORCH, MESSAGE = (
    f"tests/utils/test_{name}.py"
    for name in ("faults", "loader", "loader_torch", "message")
)
# fmt: off
PROTECTIONS = [
    # Messages
    ("message.py", "file.write(bytes(padding(block.nbytes)))", "pass",
     MESSAGE, "begin_where"),
    ("message.py", "    file.seek(0)", "    file.tell()",
     MESSAGE, "any_size"),
    ("message.py", "INLINE = 512", "INLINE = 10**9",
     FAULTS, "long and tasks"),
    ("workers.py", "AHEAD = 16", "AHEAD = 10**9",
     FAULTS, "far and ahead"),
    # Leaving nothing behind
    ("workers.py", "        worker.process.kill()", "        pass",
     FAULTS, "fork and (suspended or deaf)"),
    ("workers.py", ", exitpriority=1", "",
     FAULTS, "fork and exit"),
    ("workers.py", "            self.stop()\n            raise",
     "            raise",
     LOADER, "kept_keeps"),
    ("worker.py", "        if os.getppid() != parent:", "        if False:",
     FAULTS, "pipes and open"),
    ("worker.py", "parent_process().pid if forked else os.getppid()",
     "os.getppid()",
     FAULTS, "process and killed and once"),
    ("workers.py", "if not worker.process.is_alive():", "if False:",
     FAULTS, "fork and helper"),
    # Signals
    ("worker.py", "    signal.set_wakeup_fd(-1)\n", "",
     LOADER, "event_loop"),
    ("worker.py", "signal.signal(signal.SIGINT, signal.SIG_IGN)", "pass",
     FAULTS, "fork and Ctrl"),
    # Exceptions that travel
    ("worker.py", "    __repr__ = str.__str__", "    pass",
     FAULTS, "fork and key"),
    ("worker.py", "kind if is_importable(kind) else RuntimeError", "kind",
     FAULTS, "fork and local"),
    ("workers.py", "                raise answer.exception()",
     "                error = answer.exception()\n"
     "                raise error",
     FAULTS, "fork and exception"),
    # Epochs
    ("workers.py", "while any(worker.tasks for worker in self.workers):",
     "while False:",
     LOADER, "abandoned"),
    ("worker.py", "if epoch != self.epoch:", "if self.epoch is None:",
     LOADER, "stream_begins"),
    ("workers.py", "                if self.in_order:",
     "                if False:",
     TORCH, "from_workers"),
    # Random numbers
    ("worker.py", "        seed_worker(job.base_seed, number)\n", "",
     LOADER, "seed_of_its_own"),
    ("sampler.py", "if rest or self.generator is not None:", "if rest:",
     TORCH, "exactly"),
    ("loader.py", "draw_seed(self.dataset, self.generator)", "0",
     TORCH, "same_batches and not workers"),
]
# fmt: on


def name(row):
    return f"{row[0]}: {row[1].strip().splitlines()[0]:.50}"


@pytest.mark.parametrize("row", PROTECTIONS, ids=name)
def test_without_its_protection_a_test_goes_red(row, tmp_path):
    file, piece, instead, tests, which = row
    shutil.copytree(ROOT / "src", tmp_path / "src")
    path = tmp_path / "src/companion/utils/data" / file
    source = path.read_text(encoding="utf-8")
    assert piece in source
    path.write_text(source.replace(piece, instead), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-qx", tests, "-k", which],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "src")},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout
