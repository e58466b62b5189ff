"""Each fault of a worker, twenty times over: ``python repeat_faults.py [20]``.

The faults and what is expected of them are those of tests/utils. Prints a
table, and ends with 1 if one of the repetitions failed.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from utils.test_faults import CASES, check


def failures(fault, method, repetitions):
    """What went wrong, for each repetition in which something did."""
    found = []
    for _ in range(repetitions):
        try:
            check(fault, method)
        except AssertionError as error:
            found.append(str(error) or "see tests/utils/test_faults.py")
    return found


def main(repetitions=20):
    failed = 0
    for fault, method in CASES:
        start = time.monotonic()
        found = failures(fault, method, repetitions)
        failed += len(found)
        passed = f"{repetitions - len(found)} of {repetitions}"
        seconds = time.monotonic() - start
        print(f"{fault:30} {method:12} {passed:10} {seconds:6.1f} s")
        for text in found:
            print(f"    {text}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
