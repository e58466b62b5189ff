"""A link to the glossary shows the definition where the pointer rests."""

from docutils import nodes
from sphinx import addnodes


def read_definitions(app, env):
    """{the term's place: what the glossary says}, from all its pages."""
    env.definitions = {}
    objects = env.domains["std"].objects.items()
    pages = {page for (kind, _), (page, _) in objects if kind == "term"}
    for page in sorted(pages):
        for glossary in env.get_doctree(page).findall(addnodes.glossary):
            for item in glossary.findall(nodes.definition_list_item):
                *terms, definition = item.children
                text = " ".join(definition.astext().split())
                for term in terms:
                    env.definitions |= dict.fromkeys(term["ids"], text)


def add_titles(app, doctree, docname):
    for link in doctree.findall(nodes.reference):
        place = link.get("refid") or link.get("refuri", "").partition("#")[2]
        if place in app.env.definitions and link.get("internal"):
            link["reftitle"] = app.env.definitions[place]


def setup(app):
    app.connect("env-updated", read_definitions)
    app.connect("doctree-resolved", add_titles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
