"""The record of all runs: a file that grows run by run, and is read again."""

import json
import os
import platform
from datetime import date
from importlib import metadata

from companion.results import s0, s1, s2, s3, s4
from companion.serialization import write_beside

COMMAND = "python -m companion.results"
ROWS = {
    row.name: row
    for module in (s1, s3, s4, s2, s0)  # the quick ones first
    for row in module.ROWS
}


def read(path):
    """{row: {seed: figures}} of an earlier run; empty where there is none."""
    if not path.exists():
        return {}
    try:
        runs = json.loads(path.read_text(encoding="utf-8"))["runs"]
        return {
            name: {int(seed): figures for seed, figures in found.items()}
            for name, found in runs.items()
            if name in ROWS
        }
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ValueError(
            f"{path} is no record of {COMMAND}; name another file with --out"
        ) from error


def write(path, runs):
    """All figures, the comparison of the rows that are complete, and how."""
    packages = "numpy", "training-loop-companion"
    contents = {
        "command": COMMAND,
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"{platform.system()}, Python {platform.python_version()}",
        "versions": {name: metadata.version(name) for name in packages},
        "rows": [
            row.summary(runs[name])
            for name, row in sorted(ROWS.items())
            if len(runs.get(name, ())) == len(row.seeds)
        ],
        "runs": runs,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_beside(path, [(json.dumps(contents, indent=1) + "\n").encode()])
