"""The engine that renders formulas, and its end."""

import subprocess
import sys

from small_book import ROOT

LAST = """
import atexit
import katex_math

def tell():
    try:
        engine.eval("1")
    except Exception:
        print("closed")

atexit.register(tell)  # called after what is registered below
engine = katex_math.renderer()
assert "<math" in katex_math.render("a^2", False, "mathml")
"""


def test_the_engine_is_closed_before_python_ends():
    """Its thread is gone later, and a build that waits for it hangs."""
    done = subprocess.run(
        [sys.executable, "-c", LAST],
        env={"PYTHONPATH": str(ROOT / "book/_ext")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout == "closed\n"
