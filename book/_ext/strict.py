"""A failure is a failure, twice.

Sphinx warns only about pages that it reads again, so a build that failed
passes when it is repeated with nothing changed. Here a stamp beside the
doctrees says that the last build ended without an error and without a
warning; where it is missing (a failed build, a killed one), every page is
read again, and warns again.

A page that has code cells but was not executed (excluded by a pattern, or
without the header that makes it a notebook) would be published without
outputs, silently. Here it is a warning too.
"""

from pathlib import Path

from sphinx.util import logging

CODE_CELL = ("```{code-cell}", ":::{code-cell}")
logger = logging.getLogger(__name__)


def stamp(app):
    return Path(app.doctreedir) / f"complete-{app.builder.name}"


def reread_after_failure(app, env, added, changed, removed):
    """Every page is outdated unless the last build was whole."""
    whole = stamp(app).exists()
    stamp(app).unlink(missing_ok=True)
    return [] if whole else env.found_docs


def check_executed(app, env):
    """Warn about each page whose code cells were not run to their end."""
    for page in sorted(env.found_docs):
        execution = env.nb_metadata.get(page, {}).get("exec_data")
        if has_code(env.doc2path(page)) and not (
            execution and execution["succeeded"]
        ):
            logger.warning("code cells were not executed", location=page)


def has_code(path):
    path = Path(path)
    if path.suffix == ".ipynb":
        return True
    lines = path.read_text(encoding="utf-8").splitlines()
    return any(line.lstrip().startswith(CODE_CELL) for line in lines)


def mark_whole(app, exception):
    if exception is None and not app._warncount:
        stamp(app).touch()


def setup(app):
    app.connect("env-get-outdated", reread_after_failure)
    app.connect("env-check-consistency", check_executed)
    app.connect("build-finished", mark_whole, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
