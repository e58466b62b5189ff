"""Runs in processes of their own: killed by chance, resumed, compared."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import companion

SCRIPT = Path(__file__).with_name("small_run.py")


def run(*words):
    """The return code, and how many lines were executed."""
    done = subprocess.run(
        [sys.executable, SCRIPT, *map(str, words)],
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, int(done.stdout or 0)


def check(folder, engine, every, workers, chance, kills=3):
    """After `kills` SIGKILLs, the weights and losses of a quiet run."""
    undisturbed, killed = folder / "undisturbed", folder / "killed"
    words = every, workers, undisturbed
    code, lines = run(engine, folder / "a", *words, 0)
    assert code == 0
    chance = random.Random(chance)
    for _ in range(kills):
        line = chance.randint(1, lines // (kills + 1))
        code, _ = run(engine, folder / "b", every, workers, killed, line)
        assert code == -signal.SIGKILL
        assert not killed.exists()
    code, _ = run(engine, folder / "b", every, workers, killed, 0)
    assert code == 0
    assert_same(companion.load(undisturbed), companion.load(killed))


def assert_same(first, second):
    """Bit for bit: the weights, the losses of all steps, the rows."""
    assert first["history"]["rows"] == second["history"]["rows"]
    assert len(first["history"]["rows"]) == 4
    for part in "model", "history":
        for name, value in first[part].items():
            if name != "rows":
                pair = value.numpy(), second[part][name].numpy()
                assert pair[0].tobytes() == pair[1].tobytes(), name
