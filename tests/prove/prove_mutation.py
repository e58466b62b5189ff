"""Mutation testing: a fault is put into the package, and a test must see it.

cosmic-ray writes every small change of a module that it knows (another
operator, another number, a loop not entered, ...). A sample of them is tried,
one at a time, in a copy of the project. Run by `make prove`; it records what
survives, and fails where nobody has said why it may.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "benchmarks" / "records"
SAMPLE = 20  # mutants of a group: 20 minutes for all of them on 2 cores
TIMEOUT = 600  # seconds for the tests of one mutant


class Group(NamedTuple):
    """Modules, and the tests of each: the next only if those before pass."""

    modules: list[str]
    tests: list[str]


GROUPS = {
    "engine": Group(
        [
            "autograd/elementwise.py",
            "autograd/gradients.py",
            "autograd/graph.py",
            "autograd/linear.py",
            "autograd/operation.py",
            "autograd/reductions.py",
            "autograd/shapes.py",
        ],
        [
            "tests/autograd/test_derivatives.py",
            "tests/autograd/test_function.py tests/autograd/test_graph.py "
            "tests/autograd/test_semantics.py",
            "tests/autograd/test_methods.py tests/autograd/test_promotion.py",
            "tests/autograd/test_op_db.py",
        ],
    ),
    "losses": Group(
        [
            "nn/functional/classification.py",
            "nn/functional/margin.py",
            "nn/functional/reduction.py",
            "nn/functional/regression.py",
        ],
        [
            "tests/nn/test_extremes.py",
            "tests/nn/test_module_db.py -k Loss",
            "tests/nn/test_layers.py -k Loss",
            "tests/nn/test_edges.py",
        ],
    ),
    "optimizers": Group(
        [
            "optim/adam.py",
            "optim/adaptive.py",
            "optim/optimizer.py",
            "optim/sgd.py",
        ],
        [
            "tests/check/test_wrong.py -k 'accepted and optimizer'",
            "tests/optim/test_formulas.py",
            "tests/optim/test_optimizer_base.py",
            "tests/optim/test_optimizers.py",
        ],
    ),
    "samplers": Group(
        ["utils/data/distributed.py", "utils/data/sampler.py"],
        [
            "tests/check/test_wrong.py -k 'accepted and sampler'",
            "tests/utils/test_samplers.py",
            "tests/utils/test_loader_torch.py",
        ],
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_mutants_are_killed(name, tmp_path):
    session = prepared(GROUPS[name], tmp_path)
    cosmic_ray(tmp_path, "baseline", "config.toml")  # else all would be killed
    cosmic_ray(tmp_path, "exec", "config.toml", session)
    killed, survivors = outcomes(tmp_path / session)
    record(name, killed, survivors)
    assert killed >= 0.9 * (killed + len(survivors))
    unexplained = [diff for diff, reason in survivors.items() if not reason]
    assert unexplained == []


def prepared(group, folder):
    """A copy of the project, with a session of a sample of its mutants."""
    for part in "src", "tests":
        shutil.copytree(ROOT / part, folder / part, ignore=CACHES)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "config.toml").write_text(config(group))
    cosmic_ray(folder, "init", "config.toml", "session.sqlite")
    with use_db(str(folder / "session.sqlite"), WorkDB.Mode.open) as db:
        mutants = sorted(db.work_items, key=lambda item: str(item.mutations))
        random.Random(0).shuffle(mutants)
        db.clear()
        chosen = (item for item in mutants if can_run(folder, *item.mutations))
        db.add_work_items(islice(chosen, SAMPLE))
    return "session.sqlite"


def can_run(folder, mutation):
    """Not one that any test kills: bad syntax, or bits of a fraction."""
    if BITS.search(mutation.operator_name):
        return False
    operator = get_operator(mutation.operator_name)
    source = (folder / mutation.module_path).read_text(encoding="utf-8")
    mutant = mutate_code(
        source, operator(**mutation.operator_args), mutation.occurrence
    )
    try:
        compile(mutant, "mutant", "exec")
    except SyntaxError:
        return False
    return True


BITS = re.compile("BitAnd|BitOr|BitXor|LShift|RShift")


CACHES = shutil.ignore_patterns("__pycache__")


def config(group):
    pytest_ = f"{sys.executable} -m pytest -q -x -p no:cacheprovider"
    tests = " && ".join(f"{pytest_} {test}" for test in group.tests)
    modules = [f"src/companion/{module}" for module in group.modules]
    return f"""
[cosmic-ray]
module-path = {json.dumps(modules)}
timeout = {TIMEOUT}
excluded-modules = []
test-command = {json.dumps(f'sh -c "{tests}"')}

[cosmic-ray.distributor]
name = "local"
"""


def cosmic_ray(folder, *arguments):
    """In the copy, whose package comes before the one that is installed."""
    environment = {
        **{k: v for k, v in os.environ.items() if "PYTEST" not in k},
        "PYTHONPATH": str(folder / "src"),
    }
    subprocess.run(
        [sys.executable, "-m", "cosmic_ray.cli", *arguments],
        cwd=folder,
        env=environment,
        check=True,
    )


def outcomes(session):
    """How many were killed, and the others, with what is known of them."""
    with use_db(str(session), WorkDB.Mode.open) as db:
        results = [result for _, result in db.results]
    assert len(results) == SAMPLE
    survivors = sorted(r.diff for r in results if not r.is_killed)
    return SAMPLE - len(survivors), {
        changed(diff): REASONS.get(changed(diff).splitlines()[-1][1:].strip())
        for diff in survivors
    }


def changed(diff):
    """The lines of a diff that go and come, after the name of the file."""
    name = re.search(r"^\+\+\+ .*companion/(\S+)", diff, re.MULTILINE)[1]
    lines = [line for line in diff.splitlines() if re.match(LINE, line)]
    return "\n".join([name, *lines])


LINE = r"[+-](?!\+\+ |-- )"


def record(name, killed, survivors):
    content = {"killed": killed, "of": SAMPLE, "survivors": survivors}
    text = json.dumps(content, indent=1, ensure_ascii=False)
    (RECORDS / f"mutation_{name}.json").write_text(text + "\n")


REASONS = {  # the line as the mutant has it -> why no test can see it
    'if ("param_names" in group) is not ("param_names" in other):': (
        "of two truth values it is the same"
    ),
    "if len(x_shape) <= 1:": "matmul refuses what has no dimension",
    "@staticmethod": "gone, and apply calls the function on its class",
    "owner = dict(zip(numbers, self.parameters(), strict=False))": (
        "the lengths of all groups were compared before"
    ),
}
