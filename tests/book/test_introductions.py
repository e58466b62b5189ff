"""No page uses a name of the companion's before the reader has met it.

A page's header lists under ``introduces`` the names that it explains. Each
name that a cell uses, hidden ones too, and each public object whose source is
shown, must be in the list of that page or of an earlier one. Attributes of a
class come with the class; a module alone covers the import of the module.
"""

import ast
import importlib
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from myst_nb.core.read import read_myst_markdown_notebook

import companion

ROOT = Path(__file__).parents[2]
HEADER = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)
MAGIC = re.compile(r"^[%!].*$", re.MULTILINE)
LISTING = re.compile(
    r"\{literalinclude\} \S*src/(companion\S*)\.py\n(?:.*\n)*?"
    r":pyobject: ([\w.]+)\n"
)


def pages():
    """The book's pages, in the order in which they are read."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())
    chapters = [
        p["file"] for part in contents["parts"] for p in part["chapters"]
    ]
    return [contents["root"], *chapters]


def introduced(text):
    header = HEADER.match(text)
    return yaml.safe_load(header[1]).get("introduces", []) if header else []


def names_used(text):
    """Dotted names of the companion's, in the order of the page's cells."""
    notebook = read_myst_markdown_notebook(text)
    known = {}  # what a name of the page's stands for: "companion.nn"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield from names_in(ast.parse(MAGIC.sub("", cell.source)), known)
    for module, name in LISTING.findall(text):
        dotted = module.replace("/", ".") + "." + name.partition(".")[0]
        if met(dotted) in public_objects():
            yield dotted


def names_in(tree, known):
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from bind(node, known)
    yield from attributes(tree, known)


def attributes(tree, known):
    """The whole of each ``companion.nn.Linear``, and not its parts."""
    if isinstance(tree, ast.Attribute) and (name := dotted(tree, known)):
        yield name
        return
    for node in ast.iter_child_nodes(tree):
        yield from attributes(node, known)


def bind(node, known):
    """Note what an import makes known, and yield what it names."""
    module = getattr(node, "module", None)
    for alias in node.names:
        whole = f"{module}.{alias.name}" if module else alias.name
        first = alias.name if module else alias.name.partition(".")[0]
        known.pop(alias.asname or first, None)
        if whole.partition(".")[0] == "companion":
            bound = whole if module or alias.asname else first
            known[alias.asname or first] = bound
            yield whole


def dotted(node, known):
    """``nn.Linear`` as ``companion.nn.Linear``; None: not the companion's."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value, known)
        return before and f"{before}.{node.attr}"
    return known.get(node.id) if isinstance(node, ast.Name) else None


def met(name):
    """What the reader has to have met: a module, or the first object in one.

    It is told by its identity, since it can be reached by several names.
    """
    thing = companion
    for part in name.split(".")[1:]:
        if not isinstance(thing, ModuleType):
            break
        if not hasattr(thing, part):
            importlib.import_module(f"{thing.__name__}.{part}")
        thing = getattr(thing, part)
    return thing.__name__ if isinstance(thing, ModuleType) else id(thing)


@cache
def public_objects():
    stubs = Path(companion.__file__).parent.rglob("__init__.pyi")
    homes = [stub.parent.relative_to(ROOT / "src") for stub in stubs]
    modules = [".".join(home.parts) for home in homes]
    return {
        met(f"{module}.{name}")
        for module in modules
        for name in importlib.import_module(module).__all__
    }


def too_early(texts):
    """(page, name) for each name that is used before it is introduced."""
    names, things = [], set()
    for page, text in texts.items():
        names += introduced(text)
        things |= set(map(met, introduced(text)))
        for name in dict.fromkeys(names_used(text)):
            module = any(f"{known}.".startswith(f"{name}.") for known in names)
            if not module and met(name) not in things:
                yield page, name


def page(*cells, names=()):
    """A page's text with these cells, which introduces these names."""
    header = yaml.safe_dump({"introduces": list(names)})
    fences = [f"```{{code-cell}}\n{cell}\n```\n" for cell in cells]
    return f"---\n{header}---\n\n" + "\n".join(fences)


SGD = "```{literalinclude} ../src/companion/optim/sgd.py\n:pyobject: SGD"
USES = {
    "import companion\ncompanion.optim.SGD": "companion.optim.SGD",
    "from companion import optim\noptim.SGD": "companion.optim.SGD",
    "import companion.optim as o\no.SGD.step": "companion.optim.SGD.step",
    "from companion.optim.sgd import SGD": "companion.optim.sgd.SGD",
    "%pip list\nimport companion as c\nc.optim.SGD": "companion.optim.SGD",
    "import companion as torch\ntorch.optim.SGD": "companion.optim.SGD",
}


@pytest.mark.parametrize("cell", USES)
def test_a_use_is_found_and_needs_an_introduction(cell):
    early = {"a": page(cell, names=["companion.optim.Adam"])}
    assert list(too_early(early)) == [("a", USES[cell])]
    introduced = {"a": page(names=["companion.optim.SGD"]), "b": page(cell)}
    assert list(too_early(introduced)) == []


@pytest.mark.parametrize("name", ["companion.optim", "companion.optim.Adam"])
def test_an_import_needs_the_module_or_anything_in_it(name):
    cell = "from companion import optim"
    assert list(too_early({"a": page(cell)})) == [("a", "companion.optim")]
    assert list(too_early({"a": page(cell, names=[name])})) == []


def test_a_listing_is_a_use():
    listing = page() + SGD + "\n```\n"
    assert list(names_used(listing)) == ["companion.optim.sgd.SGD"]
    private = listing.replace("sgd", "optimizer").replace("SGD", "zeros")
    assert list(names_used(private)) == []


def test_names_of_torch_need_none():
    cells = "import companion as torch", "import torch\ntorch.optim.SGD"
    found = too_early({"a": page(*cells, names=["companion.Tensor"])})
    assert list(found) == []


@pytest.fixture(scope="module")
def book():
    paths = {page: ROOT / f"{page}.md" for page in pages()}
    return {page: path.read_text() for page, path in paths.items()}


def test_no_page_uses_a_name_before_it_is_introduced(book):
    """But the appendices, which are not read in order."""
    read = {page: text for page, text in book.items() if "appen" not in page}
    assert len(read) > 10
    assert list(too_early(read)) == []


def test_what_a_page_introduces_is_in_its_text(book):
    absent = [
        (page, name)
        for page, text in book.items()
        for name in introduced(text)
        if name.rpartition(".")[2] not in HEADER.sub("", text, count=1)
    ]
    assert absent == []
