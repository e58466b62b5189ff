"""Names in code lead to their documentation."""

import sys

import pytest
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from small_book import ROOT

sys.path.insert(0, str(ROOT / "book/_ext"))
import code_links

API = {"companion.nn.Linear": "api.html#companion.nn.Linear"}


def page(*cells):
    return "".join(
        '<div class="highlight-ipython3 notranslate">'
        f"{highlight(cell, PythonLexer(), HtmlFormatter())}</div>"
        for cell in cells
    )


def links(*cells):
    html = code_links.link(page(*cells), API.get)
    assert code_links.TAG.sub("", html) == code_links.TAG.sub("", page(*cells))
    found = html.split('<a href="')[1:]
    return [link.split('"')[0] for link in found]


def test_a_name_imported_in_one_cell_leads_on_from_all():
    assert links("import numpy as np", "a = np.linspace(0, 1)") == [
        "https://numpy.org/doc/stable/reference/generated/"
        "numpy.linspace.html#numpy.linspace"
    ]


@pytest.mark.parametrize(
    ("code", "address"),
    [
        ("np.maximum", "generated/numpy.maximum.html"),
        ("np.abs", "generated/numpy.absolute.html#numpy.absolute"),
        ("np.add.at", "generated/numpy.ufunc.at.html#numpy.ufunc.at"),
        ("np.float32", "arrays.scalars.html"),
        ("np.float16", "arrays.scalars.html#numpy.float16"),
        ("np.random.seed", "random/generated/numpy.random.seed.html"),
        ("np.random.SeedSequence", "random/bit_generators/generated/numpy."),
        ("np.random.default_rng", "random/generator.html"),
        ("torch.nn.Linear", "generated/torch.nn.Linear.html"),
        ("torch.nn.Parameter", "generated/torch.nn.parameter.Parameter.html"),
        ("torch.Tensor", "tensors.html"),
        ("torch.utils.data.DataLoader", "data.html"),
        ("torch.testing.assert_close", "testing.html"),
        ("torch.autocast", "amp.html#torch.autocast"),
        (
            "torch.autograd.set_grad_enabled",
            "generated/torch.autograd.grad_mode.set_grad_enabled.html",
        ),
    ],
)
def test_each_has_its_page(code, address):
    pytest.importorskip("torch")
    (link,) = links(f"import torch, numpy as np\n{code}(1)")
    assert address in link


def test_ours_lead_to_our_pages():
    code = "from companion import nn as layers\nlayers.Linear(2, 1)"
    assert links(code) == ["api.html#companion.nn.Linear"]


@pytest.mark.parametrize(
    "code",
    [
        "np.linspace",  # not imported
        "import numpy as np\nx.np.linspace",
        "import numpy as np\nnp.no_such_thing",
        "import numpy as np\nnp.pi",  # no function
        "from . import np\nnp.linspace",
        "'np.linspace'",
        "for = 3",
    ],
)
def test_what_is_not_known_leads_nowhere(code):
    assert links(code) == []
