"""Each fault of a worker, twenty times over. Run by `make prove`."""

import pytest
from utils.test_faults import CASES, check


@pytest.mark.parametrize("repetition", range(20))
@pytest.mark.parametrize(("fault", "method"), CASES)
def test_a_fault_leaves_nothing_behind(fault, method, repetition):
    check(fault, method)
