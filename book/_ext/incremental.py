"""A build that does only what is new gives the bytes of one from nothing.

Running and reading are done page by page, as needed. Writing is not: pages
show something of each other (titles in the sidebar, numbers, labels), the
search index is made of all pages, and Sphinx leaves on the site what no page
shows any more. So if one page has been read, the site is emptied and every
page is written, which takes a fraction of a second each.
"""

import shutil
from pathlib import Path


def empty_site(app, env, pages):
    env.all_to_be_written = bool(pages)
    if pages:
        shutil.rmtree(app.outdir)
        Path(app.outdir).mkdir()


def write_all(app, env):
    return sorted(env.found_docs) if env.all_to_be_written else []


def setup(app):
    app.connect("env-before-read-docs", empty_site)
    app.connect("env-updated", write_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
