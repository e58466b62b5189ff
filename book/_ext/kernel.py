"""What every kernel of the book starts with, by whatever command.

Outputs must not depend on the machine: one thread each, since rounding
depends on the number of threads; a fixed hash seed; figures without a date
and with fixed identifiers; tracebacks without paths. The settings are files
of the book, and none of the reader's own is read: PYTHONOPTIMIZE would leave
out the assertions, MPLBACKEND the figures.
"""

import os
import shutil
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROFILE = tuple(
    HERE / name
    for name in (
        "ipython_kernel_config.py",
        "book_observer.py",
        "book_checks.py",
    )
)
READERS_OWN = ("MPLBACKEND", "PYTHONOPTIMIZE", "PYTHONSTARTUP")
SETTINGS = (*PROFILE, HERE / "matplotlibrc", HERE / "kernel.py")


def prepare(app):
    profile = Path(app.outdir).parent / ".ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    for file in PROFILE:
        shutil.copy(file, profile)
    os.environ.update(
        OMP_NUM_THREADS="1",
        OPENBLAS_NUM_THREADS="1",
        MKL_NUM_THREADS="1",
        VECLIB_MAXIMUM_THREADS="1",
        PYTHONHASHSEED="0",
        IPYTHONDIR=str(profile.parent),
        MATPLOTLIBRC=str(HERE / "matplotlibrc"),
    )
    for name in READERS_OWN:
        os.environ.pop(name, None)
    if cache := os.environ.get("COMPANION_CACHE"):  # not beside each page
        os.environ["COMPANION_CACHE"] = os.path.abspath(cache)


def setup(app):
    app.connect("builder-inited", prepare, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
