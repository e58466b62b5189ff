"""The site is put in place only when it is whole.

Sphinx works in a folder of its own, ``_build/.work``. A build that ends
without an error and without a warning copies its site to ``_build/html`` (by
two renames, so that the last good one stays until then) and marks the folder
as complete. A build that finds no such mark, because the last one failed or
was killed, starts with an empty folder: nothing half-made gets anywhere, and
what was wrong is found, and told, again. Only the outputs of pages outlive a
failed build. One build at a time: the second waits for the first.
"""

import fcntl
import shutil
from contextlib import suppress
from pathlib import Path

from provenance import provenance
from sphinx.util import logging

logger = logging.getLogger(__name__)


def begin(app, config):
    """Turn the build to its own folder, before Sphinx uses any."""
    app.site = Path(app.outdir)
    build = app.site.parent
    app.lock = wait_for_others(build / ".lock")
    put_back(app.site)
    work = build / ".work" / app.site.name
    if not (work / "complete").exists():
        shutil.rmtree(work, ignore_errors=True)
    app.outdir = type(app.outdir)(work / "site")
    app.doctreedir = type(app.doctreedir)(work / "doctrees")
    app.outdir.mkdir(parents=True, exist_ok=True)
    (work / "complete").unlink(missing_ok=True)
    config.nb_execution_cache_path = str(build / ".jupyter_cache")


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
        return
    if app._warncount:
        logger.error("not put in place: a warning, see above")
        app.statuscode = 1
        return
    if app.builder.format == "html":
        remove_leftovers(app.env, Path(app.outdir))
    put_in_place(Path(app.outdir), app.site)
    (Path(app.outdir).parent / "complete").touch()
    app.outdir = app.site  # named in Sphinx's last line


def remove_leftovers(env, site):
    """Files of earlier builds, which a build from nothing would not make."""
    for folder, names in (
        ("_images", env.images),
        ("_downloads", env.dlfiles),
    ):
        kept = {site / folder / name for _, name in names.values()}
        for path in (site / folder).rglob("*"):
            if path.is_file() and path not in kept:
                path.unlink()


def remove_pages(app, env, added, changed, removed):
    """Sphinx forgets a removed page, and leaves it on the site."""
    for page in removed:
        if hasattr(app.builder, "get_outfilename"):
            Path(app.builder.get_outfilename(page)).unlink(missing_ok=True)
    return []


def put_in_place(made, site):
    new, old = site.with_name(f".{site.name}-new"), last_of(site)
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(made, new)
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


def shared(env):
    """What pages show of each other: titles, order, labels, numbers, runs."""
    standard, mathematics = env.get_domain("std"), env.get_domain("math")
    cited = env.get_domain("cite").citation_refs
    parts = [
        {page: title.astext() for page, title in env.titles.items()},
        {page: toc.astext() for page, toc in env.tocs.items()},
        {page: provenance(run) for page, run in env.page_runs.items()},
        env.toctree_includes,
        standard.labels,
        standard.anonlabels,
        mathematics.equations,
        {
            (ref.docname, target.key): 0
            for ref in cited
            for target in ref.targets
        },
    ]
    return [sorted(part.items()) for part in parts]


def rewrite(app, env):
    """Every page is written again if what they show of each other changed."""
    before, env.shared = getattr(env, "shared", None), shared(env)
    return [] if env.shared == before else sorted(env.found_docs)


def setup(app):
    app.connect("config-inited", begin, priority=1)
    app.connect("env-get-outdated", remove_pages)
    app.connect("env-updated", rewrite)
    app.connect("build-finished", end, priority=999)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
