"""A page that has code cells is a page whose code was run.

A page that has code cells but was not executed (excluded by a pattern, or
without the header that makes it a notebook) would be published without
outputs, silently. Here it is a warning, and so fails the build.
"""

from pathlib import Path

from sphinx.util import logging

CODE_CELL = ("```{code-cell}", ":::{code-cell}")
logger = logging.getLogger(__name__)


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


def setup(app):
    app.connect("env-check-consistency", check_executed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
