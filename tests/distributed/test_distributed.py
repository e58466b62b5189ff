"""Two processes train as one: by hand, as DistributedDataParallel does, and
when one of them is killed.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from distributed.worker import parts

import companion
from companion import distributed, train

SCRIPT = Path(__file__).with_name("worker.py")


def torchrun(*words, restarts=0):
    """Two processes; what they printed. None outlives the test."""
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
        *("--nproc-per-node", "2", "--max-restarts", str(restarts)),
        *map(str, words),
    ]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as run:
        try:
            out, err = run.communicate(timeout=300)
        finally:
            run.terminate()  # torchrun ends its processes with itself
    assert run.returncode == 0, err
    return out, err


def weights(out, rank=0):
    state = companion.load(f"{out}.{rank}")
    return {name: value.numpy() for name, value in state.items()}


def assert_close(first, second, atol):
    assert first.keys() == second.keys()
    for name, value in first.items():
        np.testing.assert_allclose(value, second[name], rtol=0, atol=atol)


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    out = tmp_path_factory.mktemp("hand") / "weights"
    torchrun(SCRIPT, "hand", out)
    return out


def whole(dataset, batch_size):
    """The loader of a single process, in the order that all share."""
    data = torch.utils.data
    sampler = data.DistributedSampler(dataset, num_replicas=1, rank=0)
    return data.DataLoader(dataset, batch_size, sampler=sampler)


def test_the_processes_have_the_same_weights(by_hand):
    assert_close(weights(by_hand, 0), weights(by_hand, 1), atol=0)


def test_as_one_process_with_the_whole_batch(by_hand):
    model, loss_func, opt, loader = parts(whole)
    first = {k: v.clone().numpy() for k, v in model.state_dict().items()}
    train.fit(4, model, loss_func, opt, loader)
    alone = {k: v.numpy() for k, v in model.state_dict().items()}
    assert_close(weights(by_hand), alone, atol=1e-6)
    assert abs(alone["0.weight"] - first["0.weight"]).max() > 0.1


def test_as_distributed_data_parallel(by_hand, tmp_path):
    torchrun(SCRIPT, "ddp", tmp_path / "weights")
    assert_close(weights(by_hand), weights(tmp_path / "weights"), atol=1e-6)


def test_one_is_killed_in_mid_epoch(by_hand, tmp_path):
    check_a_kill(by_hand, tmp_path)


def check_a_kill(undisturbed, folder):
    """torchrun starts both again, and they go on from the checkpoint."""
    out = folder / "weights"
    _, err = torchrun(SCRIPT, "killed", out, folder / "kept", restarts=1)
    assert "SIGKILL" in err or "-9" in err
    for rank in range(2):
        assert_close(weights(undisturbed, rank), weights(out, rank), atol=0)


def test_the_command_takes_part():
    out, _ = torchrun(
        *("-m", "companion.train", "--engine", "torch"),
        *("--epochs", "1", "--samples", "640"),
    )
    assert "2 processes" in out
    assert out.count("accuracy on the 10,000 test digits") == 1


def test_a_batch_that_cannot_be_shared(monkeypatch):
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    with pytest.raises(ValueError, match="2 processes cannot share 15"):
        distributed.share([0] * 30, 15)
    assert distributed.launched() == 1


def test_it_is_short():
    lines = Path(distributed.__file__).read_text().splitlines()
    assert len(lines) < 100
