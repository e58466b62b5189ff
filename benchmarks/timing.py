"""How long ours takes beside theirs."""

import statistics
import time


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def ratio(ours, theirs, runs, warm=0):
    """The median of paired ratios, after `warm` calls that do not count."""
    for call in (ours, theirs) * warm:
        call()
    return statistics.median(
        seconds(ours) / seconds(theirs) for _ in range(runs)
    )
