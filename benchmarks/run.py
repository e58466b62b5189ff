"""Measure, print and record: what `make bench` runs.

python benchmarks/run.py [module ...]
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = ("numpy", "torch", "training-loop-companion")
ONE_THREAD = {
    f"{pool}_NUM_THREADS": "1" for pool in ("OMP", "OPENBLAS", "MKL")
}
MEASURE = (
    "import importlib, json, sys; sys.path.insert(0, sys.argv[1]);"
    "figures = importlib.import_module(sys.argv[2]).measure();"
    "print('figures:' + json.dumps(figures))"
)


def modules():
    """The names of the modules here that measure something."""
    return sorted(
        path.stem
        for path in HERE.glob("*.py")
        if "def measure(" in path.read_text() and path.stem != "run"
    )


def measure(module):
    """The figures of one module, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(HERE), module],
        env={**os.environ, **ONE_THREAD},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    last = done.stdout.splitlines()[-1]
    return json.loads(last.removeprefix("figures:"))


def record(module, figures):
    """Write the figures, and what they were measured with."""
    contents = {
        "command": f"make bench ONLY={module}",
        "date": datetime.date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"{platform.system()}, Python {platform.python_version()}",
        "versions": {
            name: importlib.metadata.version(name) for name in PACKAGES
        },
        "figures": figures,
    }
    path = HERE / "records" / f"{module}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(contents, indent=2) + "\n")


def show(figures, indent=2):
    for name, value in figures.items():
        if isinstance(value, dict):
            print(f"{'':{indent}}{name}")
            show(value, indent + 2)
        elif isinstance(value, float):
            print(f"{'':{indent}}{name:44} {value:8.3f}")
        else:
            print(f"{'':{indent}}{name:44} {value!s:>8}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", help=", ".join(modules()))
    wanted = parser.parse_args().modules or modules()
    if unknown := set(wanted) - set(modules()):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    for module in wanted:
        print(module, flush=True)
        figures = measure(module)
        show(figures)
        record(module, figures)


if __name__ == "__main__":
    main()
