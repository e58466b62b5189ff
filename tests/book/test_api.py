"""The API reference has an entry for every public name, and it reads well."""

import inspect
import re
import sys
from collections import Counter

import pytest
import yaml
from small_book import HEADER, ROOT

sys.path.insert(0, str(ROOT / "book/_ext"))
import api_names
import api_text

PAGES = sorted((ROOT / "book/api").glob("*.md"))
ENTRIES = re.compile(r"^```\{api\} (\S+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
MODULE = re.compile(r"^```\{api-module\} (\S+)$", re.MULTILINE)
BY_HAND = re.compile(r"^(?:\.\. py:method::| {12})\s*(companion\S+)\(\)", re.M)

# Modules without a stub, where all that torch has too is public; for those
# that torch has not, whatever has no underscore.
LIKE_TORCH = (
    "companion.autograd.functional",
    "companion.nn.init",
    "companion.nn.utils",
    "companion.optim.swa_utils",
)
OURS = ("companion.datasets.transforms", "companion.distributed")
HELPERS = {
    "companion.datasets.transforms.channels",
    "companion.distributed.meeting",
}


def text_of_all():
    return "\n".join(page.read_text() for page in PAGES)


def listed():
    text = text_of_all()
    names = [
        f"{owner}.{name}"
        for owner, names in ENTRIES.findall(text)
        for name in names.split()
    ]
    return names + MODULE.findall(text) + BY_HAND.findall(text)


def stubs():
    """All names that the packages' stubs offer."""
    for stub in sorted((ROOT / "src/companion").rglob("__init__.pyi")):
        parts = stub.parent.relative_to(ROOT / "src").parts
        package = ".".join(parts)
        yield from (f"{package}.{name}" for name in api_names.offered(package))


def test_every_public_name_has_one_entry():
    names = set(stubs())
    assert len(names) > 400
    assert names - set(listed()) == set()
    assert [name for name, n in Counter(listed()).items() if n > 1] == []


def defined_in(module):
    """The functions and classes that a module defines, but private ones."""
    names = {getattr(s, "name", "_") for s in api_names.statements(module)}
    return {f"{module}.{name}" for name in names if not name.startswith("_")}


@pytest.mark.parametrize("module", OURS)
def test_a_module_of_ours_is_listed_whole(module):
    names = defined_in(module)
    assert len(names) > 3
    assert names - set(listed()) == names & HELPERS


@pytest.mark.parametrize("module", LIKE_TORCH)
def test_of_a_module_like_torchs_what_torch_has_is_listed(module):
    theirs = dir(pytest.importorskip(module.replace("companion", "torch")))
    names = {n for n in defined_in(module) if n.rpartition(".")[2] in theirs}
    assert names
    assert names - set(listed()) == set()


def test_every_method_of_a_tensor_has_a_place():
    functions = {
        method
        for name in api_names.functions_as_methods()
        for method in api_names.as_methods(name)
    }
    start = "companion.Tensor."
    own = {n.removeprefix(start) for n in listed() if n.startswith(start)}
    assert functions | own == api_names.methods()
    assert functions & own == set()


def entries():
    """The names whose entries show a docstring."""
    for owner, names in ENTRIES.findall(text_of_all()):
        for name in names.split():
            full = f"{owner}.{name}"
            kind = api_names.kind_of(full)
            first = api_names.first_name(full)
            if kind not in ("data", "attribute") and not first:
                yield full


def test_every_entry_has_a_docstring_and_a_source():
    names = list(entries())
    assert len(names) > 500
    silent = [n for n in names if not inspect.getdoc(api_names.value_of(n))]
    assert silent == []
    assert [n for n in names if not api_names.source_of(n)[1].strip()] == []


def test_every_page_is_in_the_contents():
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())
    appendices = contents["parts"][-1]["chapters"]
    (reference,) = (
        page for page in appendices if page["file"] == "book/api/index"
    )
    pages = [page["file"] for page in reference["sections"]]
    files = [str(p.relative_to(ROOT).with_suffix("")) for p in PAGES]
    assert sorted(["book/api/index", *pages]) == files


@pytest.mark.parametrize(
    ("name", "module", "text"),
    [
        ("companion.exp", "companion.autograd.elementwise", "g * out"),
        ("companion.where", "companion.autograd.elementwise", "def where("),
        ("companion.where", "companion.autograd.elementwise", "operation("),
        ("companion.Tensor", "companion.autograd.tensor", "class Tensor:"),
        ("companion.no_grad", "companion.autograd.modes", "class no_grad("),
        ("companion.inf", "companion._tensor.creation", "math.inf"),
        (
            "companion.nn.functional.avg_pool2d",
            "companion.nn.functional.pooling",
            "def avg_pool(",
        ),
        (
            "companion.autograd.function.once_differentiable",
            "companion.autograd.function",
            "def once_differentiable(",
        ),
        ("companion.Tensor.shape", "companion.autograd.tensor", "@property"),
    ],
)
def test_the_source_is_what_makes_the_name(name, module, text):
    place, lines = api_names.source_of(name)
    assert place == module
    assert text in lines


def test_a_second_name_says_which_is_the_first():
    first = api_names.first_name
    assert first("companion.autograd.no_grad") == "companion.no_grad"
    assert first("companion.double") == "companion.float64"
    assert first("companion.no_grad") is None
    assert first("companion.nn.functional.relu") is None
    assert first("companion.Tensor.exp") is None


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("|x| and `x`", r"\|x\| and ``x``"),
        ("see `SGD`s", r"see :py:obj:`SGD <companion.optim.SGD>`\ s"),
        (":class:`SGD`", ":py:obj:`SGD <companion.optim.SGD>`"),
        (":math:`a_b`, *args", r":math:`a_b`, \*args"),
        ("``a|b`` c_ x_t", r"``a|b`` c\_ x_t"),
        ("* one\n* two", "* one\n* two"),
        ("so::\n\n    a_ |b|\n\n`c`", "so::\n\n    a_ |b|\n\n``c``"),
        (">>> a_\n|b|", ">>> a_\n|b|"),
    ],
)
def test_a_docstring_is_read_as_it_is_written(text, made):
    names = {"SGD": "companion.optim.SGD"}
    assert api_text.as_rst(text, names.get) == made


def test_a_name_in_a_docstring_is_looked_for_where_it_stands():
    def entry(place, word):
        return api_text.entry_of(place, api_names.value_of(place), word)

    adam = "companion.optim.Adam"
    assert entry(adam, "SGD") == "companion.optim.SGD"
    assert entry(adam, "nn.Module") == "companion.nn.Module"
    assert entry(adam, "lr") is None
    assert entry("companion.normal", "std") is None  # its parameter
    assert entry("companion.nn.init.normal_", "mean") is None


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("add", "(x, other, alpha=1)"),
        ("permute", "(x, *dims)"),
        ("sin", "(x)"),
    ],
)
def test_an_operation_has_the_signature_of_its_row(name, signature):
    function = api_names.value_of(f"companion.{name}")
    arguments = "function", f"companion.{name}", function, None, "(…)", None
    assert api_text.mend_signature(None, *arguments) == (signature, None)


API = """\
# Optimizers

```{api} companion.optim
SGD Adam
```

## Gradients

```{api-module} companion.check
```

```{api} companion
no_grad exp float64 double e
```

```{api} companion.autograd
no_grad
```
"""
PLACES = (
    "companion.optim.SGD",
    "companion.no_grad",
    "companion.exp",
    "companion.float64",
    "companion.double",
    "companion.e",
    "companion.autograd.no_grad",
)


def test_an_entry_leads_to_chapter_source_and_torch(package_book):
    """And an edited docstring changes the page that shows it."""
    introduces = HEADER.replace("---\n", "", 1).replace(
        "---\n", "introduces: [companion.optim.SGD]\n---\n"
    )
    package_book.page("book/one").write_text(
        "---\n" + introduces + "# One\n\n```{code-cell}\n"
        "from companion import optim\noptim.SGD.__name__\n```\n"
    )
    package_book.page("book/api").write_text(API)
    package_book.replace(
        "_toc.yml", "- file: book/two\n", "- file: book/api\n"
    )
    package_book.replace("index.md", "book/two", "book/api")
    package_book.built()
    page = package_book.html("book/api")
    assert (
        'Explained in <a class="reference internal" href="one.html">' in page
    )
    assert "generated/torch.optim.SGD.html" in page
    assert [name for name in PLACES if f'id="{name}"' not in page] == []
    assert "<code>companion/autograd/elementwise.py</code>" in page
    assert 'href="api.html#companion.optim.SGD"' in package_book.html(
        "book/one"
    )
    adam = package_book.folder / "src/companion/optim/adam.py"
    adam.write_text(adam.read_text().replace("running means", "Mittelwerte"))
    output = package_book.built()
    assert "Mittelwerte" in package_book.html("book/api")
    assert "0 of 1 pages to run" in output
