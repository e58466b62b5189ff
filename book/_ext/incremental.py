"""A build that does only what is new gives the bytes of one from nothing.

Running, reading and writing are done page by page, as needed. But pages show
something of each other: titles in the sidebar, numbers, labels, what the
glossary says. So it is compared what they show before and after reading.
If that is another, the site is emptied, since Sphinx leaves on it what no
page shows any more, and every page is written. The search index is made of
all pages, and what Sphinx forgets of those that it does not write is kept;
so are the addresses of other libraries' names, found by importing these.
"""

import gc
import json
import pickle
import shutil
from contextlib import suppress
from pathlib import Path

import code_links
from docutils import nodes

SHOWN = (
    "titles",
    "longtitles",
    "tocs",
    "toctree_includes",
    "toc_secnumbers",
    "toc_fignumbers",
    "images",
    "dlfiles",
    "definitions",
    "introduced",
    "page_runs",
    "domaindata",
)


def note_shown(app, env, *outdated):
    app.shown = shown(env)
    return []


def shown(env):
    """What pages can show of each other, or have put into the site."""
    now = {name: plain(getattr(env, name, None)) for name in SHOWN}
    now["domaindata"].get("cite", {}).pop("citations", None)  # made anew
    return now


def plain(value):
    """As something that can be compared; the order of pages is no part."""
    if isinstance(value, nodes.Node):
        return value.pformat()
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list) and value and hasattr(value[0], "docname"):
        return sorted(map(repr, value))
    if isinstance(value, (list, tuple)):
        return list(map(plain, value))
    return repr(sorted(value)) if isinstance(value, set) else repr(value)


def find_replaced(app, env, *outdated):
    """The pages of which a file is another, though it may be an older one.

    Sphinx asks only whether a file is newer than the last reading of its
    page: not if it was moved there with its date, nor if it was changed
    while it was read.
    """
    before, env.states = getattr(env, "states", {}), states(env)
    known = before.keys() & env.states.keys()
    return [page for page in known if env.states[page] != before[page]]


def note_files(app, env):
    """As they were before they were read, where that is known."""
    for page, files in states(env).items():
        known = env.states.get(page, {})
        env.states[page] = {
            path: known.get(path, files[path]) for path in files
        }


def states(env):
    """{page: {path: state}} of the files that each page is made of."""
    return {
        page: {path: state(path) for path in files_of(env, page)}
        for page in env.found_docs
    }


def files_of(env, page):
    parts = (Path(env.srcdir, part) for part in env.dependencies[page])
    return {env.doc2path(page), *map(str, parts)}


def state(path):
    """When it was changed, and its size; None: there is no such file."""
    with suppress(OSError):
        found = Path(path).stat()
        return found.st_mtime_ns, found.st_size


def write_all(app, env):
    """All pages, on an empty site, where one shows what is new of another."""
    if shown(env) == app.shown:
        return []
    shutil.rmtree(app.outdir)
    Path(app.outdir).mkdir()
    return sorted(env.found_docs)


def complete_search(app):
    """What pages that were not written have in the index, and no more."""
    index = getattr(app.builder, "indexer", None)
    if not index:  # an EPUB
        return []
    kept = Path(app.doctreedir) / "index_entries.pickle"
    known = pickle.loads(kept.read_bytes()) if kept.exists() else {}
    entries = {**known, **index._index_entries}
    index._index_entries = {
        page: entries[page]
        for page in sorted(app.env.found_docs & set(entries))
    }
    kept.write_bytes(pickle.dumps(index._index_entries))
    for words in (index._mapping, index._title_mapping):
        for word in [word for word, pages in words.items() if not pages]:
            del words[word]
    return []


def addresses(app):
    return Path(app.doctreedir) / "addresses.json"


def recall_addresses(app):
    if addresses(app).exists():
        code_links.known.update(json.loads(addresses(app).read_text()))


def keep_addresses(app, exception):
    if not exception:
        addresses(app).write_text(json.dumps(code_links.known))


def leave_to_the_system(app, exception):
    """Python would look through all trees once more, for seconds, to end."""
    gc.freeze()


def setup(app):
    # Pages are trees of many small objects, which the collector would walk
    # again and again, for a third of the time of a build.
    gc.set_threshold(200_000, 50, 50)
    app.connect("builder-inited", recall_addresses)
    app.connect("env-get-outdated", note_shown, priority=1)
    app.connect("env-get-outdated", find_replaced)
    app.connect("env-updated", note_files)
    app.connect("env-get-updated", write_all, priority=999)
    app.connect("html-collect-pages", complete_search)
    app.connect("build-finished", keep_addresses)
    app.connect("build-finished", leave_to_the_system)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
