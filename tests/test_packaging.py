"""What a user gets who installs the package, and nothing else."""

import ast
import importlib
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import companion

ROOT = Path(__file__).parents[1]
SOURCE = Path(companion.__file__).parent
STUBS = sorted(SOURCE.rglob("__init__.pyi"))

TRY_EVERY_NAME = """
import importlib, sys
for line in sys.stdin:
    module, name = line.split()
    getattr(importlib.import_module(module), name)
assert "torch" not in sys.modules
print("all", companion.__version__)
"""


def module_of(stub):
    return ".".join(["companion", *stub.parent.relative_to(SOURCE).parts])


def offered(stub):
    """The lines of a stub, as (module it comes from, name)."""
    return [
        (line.module, alias.asname or alias.name)
        for line in ast.parse(stub.read_text()).body
        if isinstance(line, ast.ImportFrom)
        for alias in line.names
    ]


PUBLIC = [(module_of(s), name) for s in STUBS for _, name in offered(s)]


def run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        **options,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tool(name):
    """A command of the environment that runs the tests."""
    return Path(sys.executable).with_name(name)


def fresh(code):
    """Run `code` in an interpreter that has imported nothing yet."""
    return run(sys.executable, "-c", code)


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_every_public_name_is_there(module, name):
    package = importlib.import_module(module)
    assert hasattr(package, name)
    assert name in package.__all__
    assert name in dir(package)


@pytest.mark.parametrize("stub", STUBS, ids=module_of)
def test_type_checkers_take_every_line_as_an_export(stub):
    """In a stub they do so only for ``import name as name``."""
    lines = ast.parse(stub.read_text()).body
    aliases = [a for line in lines for a in getattr(line, "names", ())]
    assert [a.name for a in aliases if a.asname != a.name] == []


@pytest.mark.parametrize("stub", STUBS, ids=module_of)
def test_no_name_is_that_of_its_module(stub):
    """Importing the module would put it in the place of the name."""
    assert [n for home, n in offered(stub) if home and n == home] == []


def test_a_misspelt_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"no attribute 'SDG'"):
        companion.optim.SDG  # noqa: B018


def test_imported_means_used():
    fresh(
        "import companion, sys\n"
        "assert companion.optim.SGD.__name__ == 'SGD'\n"
        "assert 'companion.optim.adam' not in sys.modules\n"
        "assert 'torch' not in sys.modules"
    )
    # The module named above is Adam's: else the line above says nothing.
    assert companion.optim.Adam.__module__ == "companion.optim.adam"


def test_type_checkers_see_the_names_that_load_late(tmp_path):
    """And only those: a misspelt one is an error."""
    program = tmp_path / "program.py"
    program.write_text(
        "from companion import datasets, optim\n"
        "optim.SGD, datasets.load_mnist\n"
        "optim.SDG\n"
    )
    checked = subprocess.run(
        [tool("mypy"), "--no-incremental", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert checked.stdout.count("error:") == 1, checked.stdout
    assert 'Module has no attribute "SDG"' in checked.stdout


def test_version_stands_in_one_place():
    assert re.fullmatch(r"\d+\.\d+\.\d+", companion.__version__)
    for file in ("pyproject.toml", "_config.yml"):
        assert companion.__version__ not in (ROOT / file).read_text()


@pytest.fixture(scope="module")
def distributions(tmp_path_factory):
    """The sdist and the wheel, built from the working tree."""
    folder = tmp_path_factory.mktemp("dist")
    run(tool("uv"), "build", "--quiet", "--out-dir", folder, ROOT)
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


def test_distributions_pass_their_checkers(distributions):
    run(tool("twine"), "check", "--strict", *distributions)
    run(tool("check-wheel-contents"), distributions[1])


def test_distributions_carry_types_data_and_licences(distributions):
    with zipfile.ZipFile(distributions[1]) as wheel:
        names = "\n".join(wheel.namelist())
    for wanted in (
        r"^companion/py\.typed$",
        r"^companion/__init__\.pyi$",
        r"^companion/datasets/mnist/.*\.xz$",
        r"\.dist-info/licenses/LICENSE$",
        r"^companion/datasets/mnist/LICENSE\.md$",
    ):
        assert re.search(wanted, names, re.MULTILINE), wanted
    with tarfile.open(distributions[0]) as sdist:
        assert any("/tests/" in name for name in sdist.getnames())


def test_wheel_alone_needs_only_numpy(distributions, tmp_path):
    """A new environment, the wheel, NumPy: every public name imports."""
    python = tmp_path / "env/bin/python"
    run(
        tool("uv"),
        "venv",
        "--quiet",
        "--python",
        sys.executable,
        tmp_path / "env",
    )
    install = (tool("uv"), "pip", "install", "--quiet", "--python", python)
    run(*install, distributions[1])
    listed = run(tool("uv"), "pip", "list", "--python", python, "--quiet")
    installed = {line.split()[0] for line in listed.splitlines()[2:]}
    assert installed == {"numpy", "training-loop-companion"}
    answer = run(
        python,
        "-c",
        "import companion" + TRY_EVERY_NAME,
        input="\n".join(f"{module} {name}" for module, name in PUBLIC),
        cwd=tmp_path,
    )
    assert answer.strip() == f"all {companion.__version__}"


@pytest.mark.parametrize("extra", ["torch", "train", "viz", "all"])
def test_extras_are_open_ranges(extra):
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for requirement in project["optional-dependencies"][extra]:
        assert "==" not in requirement
        assert "<" not in requirement
