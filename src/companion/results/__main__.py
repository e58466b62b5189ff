"""Run what is missing from the record, and print the comparison."""

import argparse
import os
import sys
from pathlib import Path

# Before NumPy loads: rounding depends on the threads of a matrix product.
for pool in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{pool}_NUM_THREADS"] = "1"

import companion  # noqa: E402
from companion.results import record  # noqa: E402
from companion.results.table import table  # noqa: E402


def arguments(words=None):
    parser = argparse.ArgumentParser(
        prog=record.COMMAND,
        description="Run every variant of the five sources at its settings, "
        "and print our figures beside theirs. Stopped, it goes on with the "
        "next run when it is called again.",
    )
    add = parser.add_argument
    add(
        "--out",
        type=Path,
        default=Path("benchmarks/records/results.json"),
        metavar="FILE",
        help="the record (default: %(default)s)",
    )
    add("--only", default="", metavar="TEXT", help='rows with it, as "S1"')
    add("--again", action="store_true", help="forget earlier runs of these")
    return parser, parser.parse_args(words)


def main(words=None):
    parser, args = arguments(words)
    chosen = [row for n, row in record.ROWS.items() if args.only in n]
    if not chosen:
        parser.error(f"no row has {args.only!r} in its name")
    try:
        runs = record.read(args.out)
    except ValueError as error:
        parser.error(str(error))
    if args.again:
        runs = {n: r for n, r in runs.items() if args.only not in n}
    try:
        for row in chosen:
            complete(row, runs, args.out)
            lines = table(row.summary(runs[row.name]))
            print(*lines, sep="\n", flush=True)
        record.write(args.out, runs)
    except KeyboardInterrupt:
        parser.exit(130, "\nstopped; the same command goes on\n")
    except OSError as error:
        parser.exit(1, f"cannot write {args.out}: {error.strerror}\n")


def complete(row, runs, path):
    """Run the seeds that are missing; each is on disk when it is done."""
    found = runs.setdefault(row.name, {})
    for seed in row.seeds:
        if seed not in found:
            progress(f"{row.name}: run {seed + 1} of {len(row.seeds)}")
            found[seed] = once(row, seed)
            record.write(path, runs)
    progress("")


def once(row, seed):
    companion.manual_seed(seed)
    return list(row.run(seed))


def progress(text):
    """One line of a terminal, written over again and again."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
