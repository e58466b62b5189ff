"""A page that has code cells is a page whose code was run.

A page that has code cells but was not executed (excluded by a pattern, or
without the header that makes it a notebook) would be published without
outputs, silently, and so would a cell that is tagged to be skipped. Here it
is a warning, and so fails the build.
"""

import re
from pathlib import Path

from sphinx.util import logging

CODE_CELL = re.compile(r"^\s*[`~:]{3,}\s*\{code-cell\}", re.MULTILINE)
SKIPPED = re.compile(r"^\s*:?tags:.*skip-execution", re.MULTILINE)
logger = logging.getLogger(__name__)


def check_executed(app, env):
    """Warn about each page whose code cells were not run to their end."""
    for page in sorted(env.found_docs):
        execution = env.nb_metadata.get(page, {}).get("exec_data")
        path = Path(env.doc2path(page))
        text = path.read_text(encoding="utf-8")
        code = path.suffix == ".ipynb" or CODE_CELL.search(text)
        if code and not (execution and execution["succeeded"]):
            logger.warning("code cells were not executed", location=page)
        if SKIPPED.search(text):
            logger.warning("a code cell is skipped", location=page)


def setup(app):
    app.connect("env-check-consistency", check_executed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
