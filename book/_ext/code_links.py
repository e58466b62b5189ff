"""Names in code lead to where they are documented.

One namespace a page: what its cells import, under the names they give it. A
name of ours leads to its API page, one of NumPy's or PyTorch's to theirs.
(sphinx_codeautolink links finished files in a second pass, and only those of
the pages that Sphinx calls outdated; here others may be written too.)
"""

import ast
import re
from html import escape, unescape
from importlib import import_module
from inspect import isdatadescriptor

import numpy as np

TORCH = "https://docs.pytorch.org/docs/stable/"
NUMPY = "https://numpy.org/doc/stable/reference/"
SCALARS = (
    *("float16", "float32", "float64", "int8", "int16", "int32", "int64"),
    *("uint8", "uint16", "uint32", "uint64"),
)
PAGES = (  # what is documented together: the longest beginning counts
    ("numpy.", NUMPY + "generated/{name}.html#{name}"),
    ("numpy.random.", NUMPY + "random/generated/{name}.html#{name}"),
    (
        "numpy.random.SeedSequence",
        NUMPY + "random/bit_generators/generated/{name}.html#{name}",
    ),
    ("numpy.random.default_rng", NUMPY + "random/generator.html#{name}"),
    *(
        (f"numpy.{kind}", NUMPY + "arrays.scalars.html#{name}")
        for kind in SCALARS
    ),
    ("torch.", TORCH + "generated/{name}.html#{name}"),
    ("torch.Generator", TORCH + "generated/{name}.html#{name}"),
    ("torch.Size", TORCH + "size.html#{name}"),
    ("torch.Tensor", TORCH + "tensors.html#{name}"),
    ("torch.Tensor.", TORCH + "generated/{name}.html#{name}"),
    ("torch.Tensor.T", TORCH + "tensors.html#{name}"),
    ("torch.Tensor.mT", TORCH + "tensors.html#{name}"),
    ("torch.autocast", TORCH + "amp.html#{name}"),
    ("torch.autograd.Function", TORCH + "autograd.html#{name}"),
    ("torch.autograd.function.FunctionCtx", TORCH + "autograd.html#{name}"),
    (
        "torch.autograd.function.once_differentiable",
        TORCH + "generated/{name}.html#{name}",
    ),
    ("torch.autograd.graph.Node", TORCH + "autograd.html#autograd-graph"),
    ("torch.device", TORCH + "tensor_attributes.html#{name}"),
    ("torch.dtype", TORCH + "tensor_attributes.html#{name}"),
    ("torch.finfo", TORCH + "type_info.html#{name}"),
    ("torch.fx.", TORCH + "fx.html#{name}"),
    ("torch.nn.init.", TORCH + "nn.init.html#{name}"),
    ("torch.optim.Optimizer", TORCH + "optim.html#{name}"),
    ("torch.optim.swa_utils.get_", TORCH + "optim.html#{name}"),
    ("torch.optim.swa_utils.update_bn", TORCH + "optim.html#{name}"),
    ("torch.testing.", TORCH + "testing.html#{name}"),
    ("torch.utils.data.", TORCH + "data.html#{name}"),
)
INFERENCE = "torch.autograd.grad_mode.inference_mode"
SET_GRAD = "torch.autograd.grad_mode.set_grad_enabled"
MOVED = {
    "numpy.abs": "numpy.absolute",
    "torch.autograd.enable_grad": "torch.enable_grad",
    "torch.autograd.gradcheck": "torch.autograd.gradcheck.gradcheck",
    "torch.autograd.gradgradcheck": "torch.autograd.gradcheck.gradgradcheck",
    "torch.autograd.inference_mode": INFERENCE,
    "torch.autograd.no_grad": "torch.no_grad",
    "torch.autograd.set_grad_enabled": SET_GRAD,
    "torch.inference_mode": INFERENCE,
    "torch.nn.Parameter": "torch.nn.parameter.Parameter",
    "torch.set_grad_enabled": SET_GRAD,
    "torch.utils.data.DistributedSampler": (
        "torch.utils.data.distributed.DistributedSampler"
    ),
}
known = {}  # {name: address or None}, of this build and those before it
CODE = re.compile(
    r'<div class="highlight-i?python.*?<pre>(.*?)</pre>', re.DOTALL
)
TAG = re.compile(r"<[^>]+>")
NAME = r'<span class="n[bcn]?">(\w+)</span>'
DOT = r'<span class="o">\.</span>'
CHAIN = re.compile(rf"(?<!\.</span>){NAME}(?:{DOT}{NAME})*")


def link(html, ours):
    """The page with links; `ours` gives the address of a name of ours."""
    names = {}
    for code in CODE.findall(html):
        names |= imported(unescape(TAG.sub("", code)))
    return CODE.sub(lambda block: link_code(block[0], names, ours), html)


def imported(code):
    """{name in the code: full name}."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:  # a part of a file, or not Python
        return {}
    names = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                names[alias.asname or top] = (
                    alias.name if alias.asname else top
                )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                names[alias.asname or alias.name] = full
    return names


def link_code(code, names, ours):
    def linked(match):
        parts = [unescape(TAG.sub("", p)) for p in match[0].split(".</span>")]
        parts = [part.rstrip(".") for part in parts]
        if parts[0] not in names:
            return match[0]
        full = ".".join([names[parts[0]], *parts[1:]])
        address = ours(full) or theirs(full)
        if not address:
            return match[0]
        return f'<a href="{escape(address)}" title="{full}">{match[0]}</a>'

    return CHAIN.sub(linked, code)


def theirs(name):
    """The address of a function or class of NumPy's or PyTorch's."""
    if name not in known:
        known[name] = look_up(name)
    return known[name]


def look_up(name):
    """The same, from the installed libraries; importing them takes long."""
    fitting = [page for page in PAGES if name.startswith(page[0])]
    if not fitting or not is_documented(name):
        return None
    page = max(fitting, key=lambda page: len(page[0]))[1]
    return page.format(name=documented_as(name))


def documented_as(name):
    """The name under which there is a page; ufuncs share their methods."""
    owner, _, method = name.rpartition(".")
    if isinstance(value_of(owner), np.ufunc):
        return f"numpy.ufunc.{method}"
    return MOVED.get(name, name)


def is_documented(name):
    """Does it stand for something public that has a documentation?"""
    value = value_of(name)
    kinds = callable(value) or isdatadescriptor(value)
    return kinds and (bool(value.__doc__) or name in dict(PAGES))


def value_of(name):
    """What a full name stands for; None: nothing."""
    top, *rest = name.split(".")
    value = import_module(top)
    for part in rest:
        value = getattr(value, part, None)
    return value
