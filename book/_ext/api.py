"""The API reference: entries made from docstrings, signatures and sources.

Pages list names; autodoc makes an entry of each. What follows its docstring
is made here: links to the chapter that introduces the name (as its header
says) and to PyTorch's page, and the source, folded away. A second name for
the same thing gets an entry that says so.
"""

import json
from importlib.util import find_spec

import numpy as np
from api_names import (
    as_methods,
    first_name,
    functions_as_methods,
    is_dtype,
    is_row,
    kind_of,
    parted,
    source_of,
    value_of,
)
from api_text import mend_docstring, mend_signature
from code_links import theirs
from docutils import nodes
from docutils.statemachine import StringList
from provenance import link
from sphinx import addnodes
from sphinx.highlighting import PygmentsBridge
from sphinx.util.docutils import SphinxDirective

NUMBERS = {  # by NumPy's kinds of data types
    "f": "Floating-point numbers of {} bits.",
    "i": "Integers of {} bits.",
    "u": "Integers from 0, of {} bits.",
    "b": "True or False, in {} bits.",
}
OPTIONS = {  # for autodoc, by kind, and by name where it needs others
    "class": ["   :members:"],
    "data": ["   :no-value:"],
    "companion.Tensor": [],  # its methods have entries of their own
    "companion.nn.Module": ["   :members:", "   :undoc-members:"],
}
HIGHLIGHTER = PygmentsBridge("html")
OURS = "companion.distributed."  # torch.distributed has other functions
WITH_SOURCE = ("function", "class", "exception", "method", "property")


class api_foot(nodes.General, nodes.Element):
    """An entry's links, until all pages have been read."""


class api_contents(nodes.General, nodes.Element):
    """The list of all names, until all pages have been read."""


class api_source(nodes.General, nodes.Element):
    """An entry's source: no text, and so not in the search index."""


class Made(SphinxDirective):
    """What is written in reStructuredText, on a page that is not."""

    required_arguments = 1

    def made(self, *lines):
        text = StringList(["```{eval-rst}", *lines, "```"], "api")
        box = nodes.Element()
        self.state.nested_parse(text, self.content_offset, box)
        return box.children


class Module(Made):
    """``{api-module} companion.nn``: what the module says of itself."""

    def run(self):
        return self.made(f".. automodule:: {self.arguments[0]}")


class Methods(Made):
    """``{api-methods}``: links from methods to the functions they are."""

    required_arguments = 0

    def run(self):
        links = (
            f":py:obj:`{method} <{name}>`"
            for name in functions_as_methods()
            for method in as_methods(name)
        )
        return self.made(", ".join(links))


class Contents(SphinxDirective):
    """``{api-contents}``: all names, page by page."""

    def run(self):
        return [api_contents()]


class Entries(Made):
    """``{api} companion.nn``: an entry for each of the names that follow."""

    has_content = True

    def run(self):
        words = " ".join(self.content).split()
        names = [f"{self.arguments[0]}.{word}" for word in words]
        made = self.made(*(line for name in names for line in described(name)))
        entries = (node for node in made if isinstance(node, addnodes.desc))
        for name, entry in zip(names, entries, strict=True):
            self.finish(name, entry)
        return made

    def finish(self, name, entry):
        """What follows the docstring, and the name's name as a method."""
        entry[-1] += api_foot(name=name, more=list(sentences(name)))
        if kind_of(name) in WITH_SOURCE and not first_name(name):
            entry[-1] += self.source(name)
        for method in as_methods(name):
            self.note_method(method, entry[0]["ids"][0])

    def source(self, name):
        """The source, in colours already: pages are often written again."""
        module, text = source_of(name)
        self.env.note_dependency(find_spec(module).origin)
        row = is_row(name) and text.count("\n") < 5
        return api_source(html=folded(module, text, "open" if row else ""))

    def note_method(self, name, place):
        """A function's entry is also its method's."""
        python = self.env.get_domain("py")
        full = f"companion.Tensor.{name}"
        python.note_object(full, "method", place, aliased=True)


def described(name):
    """The directive for a name's entry."""
    kind, first, value = kind_of(name), first_name(name), value_of(name)
    if first:
        return plain(name, "", f"The same as :py:obj:`{first}`.")
    if is_dtype(value):
        text = NUMBERS[value.numpy.kind].format(8 * value.itemsize)
        return plain(name, "", text)
    if isinstance(value, (float, str)):
        return plain(name, f":value: {value!r}", "")
    options = OPTIONS.get(name, OPTIONS.get(kind, []))
    return [f".. auto{kind}:: {name}", *options, ""]


def plain(name, option, text):
    """An entry that is written here."""
    module, last = parted(name)
    head = [f".. py:{kind_of(name)}:: {last}", f"   :module: {module}"]
    return [*head, f"   {option}", "", f"   {text}", ""]


def read_headers(app, env):
    """{name: the pages whose headers say that they introduce it}"""
    env.introduced = {}
    for page in sorted(env.found_docs):
        for name in json.loads(env.metadata[page].get("introduces", "[]")):
            env.introduced.setdefault(name, []).append(page)


def fill(app, doctree, docname):
    for foot in list(doctree.findall(api_foot)):
        pages = app.env.introduced.get(foot["name"], [])
        chapters = [
            [nodes.Text("Explained in "), link(app, docname, page)]
            for page in pages
        ]
        parts = [*chapters, *foot["more"]]
        foot.replace_self(paragraph(parts, "api-foot") if parts else [])
    for contents in list(doctree.findall(api_contents)):
        pages = app.env.toctree_includes[docname]
        items = [listed(app, docname, page) for page in pages]
        contents.replace_self(nodes.definition_list("", *items))


def sentences(name):
    """What else a name is called, and where else to read about it."""
    if names := as_methods(name):
        calls = (nodes.literal("", f"x.{method}()") for method in names)
        yield [nodes.Text("As a method: "), *joined(calls)]
    for library, other in others(name):
        if address := theirs(other):
            yield [nodes.Text(f"In {library}: "), linked(other, address)]


def others(name):
    """What other libraries call it, if they have it."""
    function = getattr(value_of(name), "__wrapped__", None)
    if isinstance(function, np.ufunc):
        yield "NumPy", f"numpy.{function.__name__}"
    if not name.startswith(OURS):
        yield "PyTorch", "torch" + name.removeprefix("companion")


def linked(name, address):
    """A name that leads to an address."""
    return nodes.reference("", "", nodes.literal("", name), refuri=address)


def joined(parts):
    """The parts with commas between them."""
    first, *others = parts
    return [first, *(x for other in others for x in (nodes.Text(", "), other))]


def paragraph(sentences, style):
    made = nodes.paragraph(classes=[style])
    for sentence in sentences:
        made += [*sentence, nodes.Text(". ")]
    return made


def listed(app, docname, page):
    """A page of the reference, and the names that have entries there."""
    names = [
        linked(
            name.rpartition(".")[2],
            app.builder.get_relative_uri(docname, page) + "#" + place.node_id,
        )
        for name, place in app.env.domains["py"].objects.items()
        if place.docname == page and is_listed(name, place)
    ]
    term = nodes.term("", "", link(app, docname, page))
    text = nodes.definition("", nodes.paragraph("", "", *joined(names)))
    return nodes.definition_list_item("", term, text)


def is_listed(name, place):
    """Not a module, nor a part of a class, but of Tensor."""
    kind, tensor = place.objtype, "companion.Tensor."
    member = kind in ("method", "property", "attribute")
    own = name.startswith(tensor) or not member
    return own and kind != "module" and not place.aliased


def folded(module, text, state):
    """The source's HTML: closed, but for a row of a table."""
    code = HIGHLIGHTER.highlight_block(text, "python")
    path = module.replace(".", "/")
    return (
        f'<details class="api-source" {state}><summary>Source, in '
        f"<code>{path}.py</code></summary>{code}</details>\n"
    )


def visit_source(self, node):
    """In the site; an EPUB does without."""
    if self.builder.name == "html":
        self.body.append(node["html"])
    raise nodes.SkipNode


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")
    for node in (api_foot, api_contents):
        app.add_node(node)
    app.add_node(api_source, html=(visit_source, None))
    app.add_directive("api", Entries)
    app.add_directive("api-module", Module)
    app.add_directive("api-methods", Methods)
    app.add_directive("api-contents", Contents)
    app.connect("autodoc-process-signature", mend_signature)
    app.connect("autodoc-process-docstring", mend_docstring)
    app.connect("env-updated", read_headers)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
