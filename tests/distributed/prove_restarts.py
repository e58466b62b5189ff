"""One of two processes is killed, twenty times over. Run by `make prove`."""

import pytest
from distributed.test_distributed import SCRIPT, check_a_kill, torchrun


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed") / "weights"
    torchrun(SCRIPT, "hand", out)
    return out


@pytest.mark.parametrize("repetition", range(20))
def test_one_is_killed_and_all_start_again(undisturbed, tmp_path, repetition):
    check_a_kill(undisturbed, tmp_path)
