"""The pages that have code, and the records of their runs in jupyter-cache.

A record serves its page as long as everything that the page used is what it
was (``usage.py``). All others are dropped, so that MyST-NB, which compares
cells alone, cannot find them.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.cache.db import NbCacheRecord
from myst_nb.core.read import create_nb_reader
from sqlalchemy.exc import DatabaseError


@dataclass
class Page:
    name: str
    path: str
    text: str
    read: Callable[[], nbformat.NotebookNode]
    key: str = ""  # of its cells, by which MyST-NB finds the record
    record: NbCacheRecord | None = None
    why: str = ""  # it has to be run
    error: str = ""  # that ended its run

    @property
    def home(self):
        """The folder in which it runs."""
        return self.name.rpartition("/")[0]

    @cached_property
    def notebook(self):
        return self.read()


def open_cache(path):
    """The cache; an empty one where a build was killed while it made one."""
    cache = get_cache(path)
    try:
        cache.list_cache_records()
        cache.get_cache_limit()  # from the table that is made last
    except (RuntimeError, DatabaseError):
        cache.clear_cache()
    return cache


def find_pages(env, cache):
    """All pages with code; one whose text is what it was is not read again."""
    known = getattr(env, "page_keys", {})
    pages = list(pages_with_code(env))
    for page in pages:
        text, page.key = known.get(page.name, ("", ""))
        # What a cell loads from a file is not in the text.
        if text != page.text or "load:" in text:
            page.key = cache.create_hashed_notebook(page.notebook)[1]
    env.page_keys = {page.name: (page.text, page.key) for page in pages}
    return pages


def pages_with_code(env):
    """As MyST-NB will read them."""
    for name in sorted(env.found_docs):
        path = env.doc2path(name)
        text = Path(path).read_text(encoding="utf-8-sig")
        reader = create_nb_reader(
            path, env.myst_config, env.mystnb_config, text
        )
        if reader:
            yield Page(name, path, text, partial(reader.read, text))


def match(pages, cache, usage):
    """Give each page its record, or the reason why it has none that serves."""
    records = {record.hashkey: record for record in cache.list_cache_records()}
    for page in pages:
        record = records.get(page.key)
        page.why = reason_to_run(page, record, cache, usage)
        page.record = None if page.why else record
    serving = {page.key for page in pages if page.record}
    for key, record in records.items():
        if key not in serving:
            drop(record, cache)


def reason_to_run(page, record, cache, usage):
    if record is None:
        return "its cells are new"
    if "used" not in (record.data or {}):
        return "it was run by another hand"
    if record.data.get("home") != page.home:
        return "it was run in another folder"
    try:
        json.loads((folder(record, cache) / "base.ipynb").read_bytes())
    except (OSError, ValueError):
        return "a build was killed while it kept the outputs"
    return next(usage.changes(record.data["used"]), "")


def drop(record, cache):
    """Like ``cache.remove_cache``, which fails if the outputs are missing."""
    shutil.rmtree(folder(record, cache), ignore_errors=True)
    NbCacheRecord.remove_records([record.pk], cache.db)


def folder(record, cache):
    """Where the outputs are; to ask the cache for them is to write to it."""
    return cache.path / "executed" / record.hashkey


def keep(page, cache, data):
    """Put the outputs of a page that has been run into the cache."""
    bundle = CacheBundleIn(page.notebook, page.path, data=data)
    page.record = cache.cache_notebook_bundle(
        bundle, check_validity=False, overwrite=True
    )
