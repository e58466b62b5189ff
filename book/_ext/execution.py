"""Pages are run side by side, and only those that a change affects.

MyST-NB takes the outputs of a page from jupyter-cache and runs the page if it
finds none. Here, before it reads any page, the records that no longer serve
are dropped and the missing ones made: on all cores, a kernel with one thread
for each page, the longest first.
"""

import ast
import asyncio
import json
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal
from records import find_pages, keep, match, open_cache
from sphinx.util import logging
from traitlets.config import Config
from usage import Usage

REPORT = "__import__('book_observer').report()"
logger = logging.getLogger(__name__)


def refresh(app, env, added, changed, removed):
    """Run what must be run; Sphinx then reads again what has new outputs."""
    cache = open_cache(env.mystnb_config.execution_cache_path)
    usage = Usage(app.srcdir, cache.path.parent)
    pages = find_pages(env, cache)
    match(pages, cache, usage)
    due = longest_first(pages, report_file(app))
    logger.info("%d of %d pages to run", len(due), len(pages))
    for page in pages:
        if page.record:
            logger.info("%s: cached", page.name)
    asyncio.run(run_all(due, cache, usage, env.mystnb_config))
    if failed := [page.name for page in due if page.error]:
        sys.exit(f"Failed, see above: {', '.join(failed)}")
    env.page_runs = {page.name: page.record.data for page in pages}
    write_report(report_file(app), pages, due)
    return [page.name for page in pages if has_new_outputs(page, env)]


def longest_first(pages, report):
    """The pages to run, by the times of their last runs; new ones first."""
    known = json.loads(report.read_text())["pages"] if report.exists() else {}
    return sorted(
        (page for page in pages if not page.record),
        key=lambda page: -known.get(page.name, {"seconds": 1e9})["seconds"],
    )


async def run_all(pages, cache, usage, config):
    """Run the pages, as many at a time as there are cores."""
    gate = asyncio.Semaphore(cores())
    sockets = TemporaryDirectory()
    done = 0

    async def run_one(page):
        nonlocal done
        async with gate:
            socket = Path(sockets.name, str(pages.index(page)))
            seconds = await run(page, cache, usage, config, socket)
        done += 1
        logger.info(
            "[%d/%d] %s: %s in %.1f s, since %s",
            done,
            len(pages),
            page.name,
            "failed" if page.error else "run",
            seconds,
            page.why,
        )
        if page.error:
            logger.error(page.error)

    with sockets:
        await asyncio.gather(*map(run_one, pages))


def cores():
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


async def run(page, cache, usage, config, socket):
    """Run one page, and keep its outputs if it came to its end.

    Its kernel is spoken to by `socket`, a file: a port that was free when it
    was chosen may be another program's when the kernel comes to take it.
    """
    settings = page.notebook.metadata.get(config.metadata_key, {})
    started = time.time()
    observing = nbformat.v4.new_code_cell(REPORT)
    page.notebook.cells.append(observing)
    try:
        await NotebookClient(
            page.notebook,
            timeout=settings.get(
                "execution_timeout", config.execution_timeout
            ),
            resources={"metadata": {"path": str(Path(page.path).parent)}},
            record_timing=False,
            config=Config(
                KernelManager={"transport": "ipc", "ip": str(socket)}
            ),
        ).async_execute()
    except (CellControlSignal, RuntimeError) as error:
        page.error = f"{type(error).__name__}: {error}"
    seconds = time.time() - started
    page.notebook.cells.pop()
    for cell in page.notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    if not page.error:
        report = json.loads(ast.literal_eval(text_of(observing)))
        used = usage.of(report, started)
        data = {
            "execution_seconds": seconds,
            "used": used,
            "checks": report["checks"],
            "home": page.home,
        }
        keep(page, cache, data)
    return seconds


def joined(outputs):
    """What was printed in a row as one text, however many pieces came.

    The kernel sends what a cell has printed every 0.2 s, and MyST-NB would
    end each piece with a line break.
    """
    whole = []
    for output in outputs:
        last = whole[-1] if whole else {}
        if output.output_type == "stream" and output.name == last.get("name"):
            last.text += output.text
        else:
            whole.append(output)
    return whole


def text_of(cell):
    (result,) = (o for o in cell.outputs if o.output_type == "execute_result")
    return result.data["text/plain"]


def has_new_outputs(page, env):
    """Are they other ones than those in the page as Sphinx last read it?"""
    pages = getattr(env, "nb_metadata", {})
    read = pages.get(page.name, {}).get("exec_data", {})
    return read.get("mtime") != page.record.created.timestamp()


def report_file(app):
    return Path(app.config.nb_execution_cache_path).parent / "report.json"


def write_report(file, pages, due):
    """Durations, which are no part of the site."""
    ran = {page.name for page in due}
    contents = {
        "pages": {
            page.name: {
                "seconds": round(page.record.data["execution_seconds"], 1),
                "run": page.why if page.name in ran else None,
            }
            for page in pages
        }
    }
    new = file.with_suffix(".new")
    new.write_text(json.dumps(contents, indent=1) + "\n")
    new.replace(file)


def setup(app):
    app.connect("env-get-outdated", refresh)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
