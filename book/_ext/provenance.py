"""What each page was run with, at its foot; and a table of all pages.

Versions and the count of checks against PyTorch come from the run itself;
the date is the last commit's, or ``SOURCE_DATE_EPOCH``'s, and is left out
where there is neither.
"""

import os
import subprocess
from datetime import UTC, datetime

from docutils import nodes
from docutils.parsers.rst import Directive

SHOWN = {
    "Python": "Python",
    "numpy": "NumPy",
    "torch": "PyTorch",
    "torchvision": "torchvision",
    "matplotlib": "Matplotlib",
}


def provenance(run):
    """Versions by the names shown, and the count of checks."""
    versions = run["used"]["versions"]
    shown = {SHOWN[name]: versions[name] for name in SHOWN if name in versions}
    return shown, run["checks"]


def set_date(app, config):
    """The date of the source; Sphinx writes all pages when it changes."""
    if "SOURCE_DATE_EPOCH" not in os.environ and (time := commit_time(app)):
        os.environ["SOURCE_DATE_EPOCH"] = time
    if time := os.environ.get("SOURCE_DATE_EPOCH"):
        date = datetime.fromtimestamp(int(time), UTC)
        config.source_date = f"{date.day} {date:%B %Y}"


def commit_time(app):
    """Of the last commit, in seconds since 1970; empty if there is none."""
    command = ["git", "log", "-1", "--format=%ct", "--", "."]
    try:
        return subprocess.run(
            command, cwd=app.srcdir, capture_output=True, text=True
        ).stdout.strip()
    except FileNotFoundError:  # no git
        return ""


def sentences(run, date):
    """What a page's foot says; `run` is None for a page without code."""
    if run:
        versions, checks = provenance(run)
        names = [f"{name} {version}" for name, version in versions.items()]
        yield f"This page was run with {', '.join(names)}."
        if checks:
            yield f"Checks against PyTorch that passed in this run: {checks}."
    if date:
        yield f"Source of {date}."


def add_foot(app, pagename, templatename, context, doctree):
    if doctree is not None:
        run = app.env.page_runs.get(pagename)
        text = " ".join(sentences(run, app.config.source_date))
        context["body"] += f'<p class="provenance text-muted small">{text}</p>'


class provenance_table(nodes.General, nodes.Element):
    """Stands for the table until all pages have been run and read."""


class ProvenanceTable(Directive):
    def run(self):
        return [provenance_table()]


def fill_table(app, doctree, docname):
    for place in list(doctree.findall(provenance_table)):
        place.replace_self(table(app, docname))


def table(app, docname):
    """A row for each page that was run."""
    heads = ["Page", "Checks against PyTorch", *SHOWN.values()]
    rows = [
        [link(app, docname, page), str(checks)]
        + [versions.get(name, "") for name in SHOWN.values()]
        for page, run in sorted(app.env.page_runs.items())
        for versions, checks in [provenance(run)]
    ]
    group = nodes.tgroup("", *[nodes.colspec() for _ in heads])
    group["cols"] = len(heads)
    group += nodes.thead("", row(heads))
    group += nodes.tbody("", *map(row, rows))
    return nodes.table("", group)


def row(cells):
    return nodes.row("", *[nodes.entry("", paragraph(cell)) for cell in cells])


def paragraph(cell):
    return nodes.paragraph(
        "", "", nodes.Text(cell) if isinstance(cell, str) else cell
    )


def link(app, docname, page):
    uri = app.builder.get_relative_uri(docname, page)
    title = app.env.titles[page].astext()
    return nodes.reference("", title, refuri=uri, internal=True)


def setup(app):
    app.add_config_value("source_date", "", "html")
    app.add_node(provenance_table)
    app.add_directive("provenance-table", ProvenanceTable)
    app.connect("config-inited", set_date)
    app.connect("html-page-context", add_foot)
    app.connect("doctree-resolved", fill_table)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
