"""Prints, for each operation, how many of torch's own cases pass.

    python tests/op_report.py [NAME ...] [--failures N] [--library torch]

A line a name: passed / in scope / total; then, if asked for, the first N
failures of each.
"""

import argparse
import importlib

import op_cases
import op_scope


def entries(names):
    chosen = [i for i in op_scope.IN_SCOPE if not names or i.name in names]
    return sorted(chosen, key=op_scope.key)


def report(library, names, shown):
    """Print the table; True if everything in scope passed."""
    passed = in_scope = total = 0
    for info in entries(names):
        counts, found = op_cases.failures(library, info)
        title = " ".join(op_scope.key(info))
        print(
            f"{'ok  ' if not found else 'FAIL'} {title:32}"
            f"{counts.passed:6} /{counts.in_scope:6} /{counts.total:6}"
        )
        for failure in found[:shown]:
            print("  ", failure)
        passed += counts.passed
        in_scope += counts.in_scope
        total += counts.total
    print(f"{'all':37}{passed:6} /{in_scope:6} /{total:6}")
    return passed == in_scope


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--failures", type=int, default=0)
    parser.add_argument("--library", default="companion")
    options = parser.parse_args()
    library = importlib.import_module(options.library)
    passed = report(library, options.names, options.failures)
    raise SystemExit(not passed)


if __name__ == "__main__":
    main()
