"""The site is put in place only when it is whole.

Sphinx works in a folder of its own, ``_build/.work``. A build that ends
without an error and without a warning copies its site to ``_build/html`` (by
two renames, so that the last good one stays until then) and marks the folder
as complete. A build that finds no such mark, because the last one failed or
was killed, or the mark of other settings, starts with an empty folder: nothing
half-made gets anywhere, and what was wrong is found, and told, again. Only the
outputs of pages outlive a failed build. One build at a time: the second waits
for the first.
"""

import fcntl
import shutil
import sqlite3
import sys
from contextlib import suppress
from importlib.metadata import distributions
from pathlib import Path

from sphinx.util import logging
from sphinx.util.console import red

EXTENSIONS = Path(__file__).parent
logger = logging.getLogger(__name__)


def prepare(app):
    """Make the folders, or say in one line why that is impossible."""
    try:
        begin(app)
    except OSError as error:
        sys.exit(f"The site cannot be built: {error}")


def begin(app):
    """Turn the build to its own folder, before Sphinx uses any."""
    app.site = Path(app.outdir)
    build = app.site.parent
    app.site.mkdir(parents=True, exist_ok=True)
    app.lock = wait_for_others(build / ".lock")
    put_back(app.site)
    work = build / ".work" / app.site.name
    mark = work / "complete"
    app.settings = settings(Path(app.srcdir))
    complete = mark.exists() and mark.read_text() == app.settings
    mark.unlink(missing_ok=True)
    if not complete:
        shutil.rmtree(work, ignore_errors=True)
    app.outdir = type(app.outdir)(work / "site")
    app.doctreedir = type(app.doctreedir)(work / "doctrees")
    app.outdir.mkdir(parents=True, exist_ok=True)


def settings(root):
    """What all pages depend on: this machinery, and what it works with."""
    parts = [root / "_config.yml", root / "_toc.yml"]
    for folder in (EXTENSIONS, root / "book/_static", root / "third_party"):
        parts += (
            p for p in folder.rglob("*.*") if "__pycache__" not in p.parts
        )
    states = [f"{p} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in parts]
    packages = {f"{d.name} {d.version}" for d in distributions()}
    return "\n".join(sorted(states) + sorted(packages))


def place_cache(app, config):
    """All builders share the outputs of pages."""
    config.nb_execution_cache_path = str(app.site.parent / ".jupyter_cache")


def wait_for_others(path):
    """A lock for as long as this process lives, however it ends."""
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        logger.info("waiting for another build of this book to end")
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def end(app, exception):
    """Put the site in place if nothing was wrong with it."""
    if exception:
        explain(exception)
    elif app._warncount:
        logger.info(red("The site was not put in place: a warning, above."))
        app.statuscode = 1
    elif app.builder.format:  # a check of links makes no site
        publish(app)


def explain(exception):
    """A full disk and the like need one line, and no traceback."""
    while exception.__cause__:
        exception = exception.__cause__
    if isinstance(exception, (OSError, sqlite3.Error)):
        sys.exit(f"The site was not built: {exception}")


def publish(app):
    """Put the site in place, then say that this folder is complete."""
    put_in_place(Path(app.outdir), app.site)
    (Path(app.outdir).parent / "complete").write_text(app.settings)
    app.outdir = app.site  # named in Sphinx's last line


def put_in_place(made, site):
    """Exchange the site, but for Sphinx's note to itself on its settings."""
    new, old = site.with_name(f".{site.name}-new"), last_of(site)
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(made, new, ignore=shutil.ignore_patterns(".buildinfo"))
    site.rename(old)
    new.rename(site)
    shutil.rmtree(old)


def last_of(site):
    return site.with_name(f".{site.name}-last")


def put_back(site):
    """Undo what a build that was killed between its two renames did."""
    with suppress(OSError):  # unless the new site is there
        last_of(site).rename(site)
    shutil.rmtree(last_of(site), ignore_errors=True)


def setup(app):
    prepare(app)
    app.connect("config-inited", place_cache)
    app.connect("build-finished", end, priority=999)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
