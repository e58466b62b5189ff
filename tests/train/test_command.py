"""``python -m companion.train``: what it prints, and what it refuses."""

import subprocess
import sys

import pytest

from companion.train import command
from companion.train.arguments import OPTIMIZERS, parser

FEW = ["--samples", "640", "--epochs", "2"]


def output(capsys, *words):
    """The exit code, and what was printed on both streams."""
    try:
        code = command.main([*words])
    except SystemExit as end:
        code = end.code
    return code, *capsys.readouterr()


def test_a_run(capsys):
    code, out, err = output(capsys, *FEW, "--model", "logistic")
    assert (code, err) == (0, "")
    first, *epochs, last = out.splitlines()
    assert first.startswith("logistic with 7,850 parameters, SGD (lr 0.1)")
    assert [line[:10] for line in epochs] == ["epoch 1/2:", "epoch 2/2:"]
    assert last.startswith("accuracy on the 10,000 test digits: 0.")
    assert float(last.split()[-1]) > 0.5


def test_the_same_seed_gives_the_same_run(capsys):
    runs = [
        output(capsys, *FEW, "--seed", seed)[1].splitlines()[1:]
        for seed in ("7", "7", "8")
    ]
    assert runs[0] == runs[1] != runs[2]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(capsys, name):
    words = "--samples", "64", "--epochs", "1", "--model", "logistic"
    code, out, _ = output(capsys, *words, "--optimizer", name)
    assert code == 0
    assert f"{OPTIMIZERS[name]} (" in out


def test_settings_reach_the_optimizer(capsys):
    """A rate of zero learns nothing; decay alone makes weights smaller."""
    code, out, _ = output(capsys, *FEW, "--lr", "0", "--momentum", "0.9")
    assert code == 0
    assert "SGD (lr 0.0, momentum 0.9)" in out
    losses = {line.split("validation ")[1] for line in out.splitlines()[1:3]}
    assert len(losses) == 1


def test_going_on(capsys, tmp_path):
    saving = ["--checkpoint", str(tmp_path), "--every", "7"]
    words = [*FEW, "--model", "mlp"]
    _, quiet, _ = output(capsys, *words)
    words[3] = "1"
    output(capsys, *words, *saving)
    words[3] = "2"
    code, out, err = output(capsys, *words, *saving, "--resume")
    assert (code, err) == (0, "")
    assert out.splitlines()[1:] == quiet.splitlines()[2:]
    code, _, err = output(capsys, *words, *saving)
    assert code == 1
    assert err.count("\n") == 1
    assert "of an earlier run: resume it" in err
    code, _, err = output(capsys, *words, *saving, "--resume", "--lr", "0.3")
    assert code == 1
    assert "its --lr was 0.1, not 0.3" in err


WRONG = {
    "--lr -1": "expected a number from 0 on, got '-1'",
    "--lr nan": "expected a number from 0 on, got 'nan'",
    "--lr fast": "expected a number from 0 on, got 'fast'",
    "--epochs 0": "expected a whole number from 1 on, got '0'",
    "--batch-size 1.5": "expected a whole number from 1 on, got '1.5'",
    "--seed -1": "expected a whole number from 0 on, got '-1'",
    "--model rnn": "invalid choice: 'rnn'",
    "--optimizer lbfgs": "invalid choice: 'lbfgs'",
    "--engine numpy": "invalid choice: 'numpy'",
    "--data cifar": "invalid choice: 'cifar'",
    "--epoch 3": "unrecognized arguments: --epoch 3",
    "--resume": "--resume needs --checkpoint DIR",
    "--every 5": "--every needs --checkpoint DIR",
    "--optimizer adam --momentum 0.9": "adam has no --momentum",
    "--lr": "expected one argument",
}


@pytest.mark.parametrize("words", WRONG)
def test_wrong_arguments_get_one_line(capsys, words):
    code, out, err = output(capsys, *words.split())
    assert (code, out) == (2, "")
    assert err.startswith("python -m companion.train: ")
    assert WRONG[words] in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "2 processes need --engine torch"),
        (
            ["--engine", "torch", "--batch-size", "15"],
            "2 processes cannot share a --batch-size of 15",
        ),
    ],
)
def test_wrong_arguments_under_torchrun(capsys, monkeypatch, words, message):
    monkeypatch.setenv("WORLD_SIZE", "2")
    code, _, err = output(capsys, *words)
    assert code == 2
    assert message in err


def test_without_torch(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    code, _, err = output(capsys, "--engine", "torch")
    assert code == 1
    assert "pip install 'training-loop-companion[torch]'" in err
    assert err.count("\n") == 1


def test_stopped_by_hand(capsys, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "fit", stop)
    code, _, err = output(capsys, *FEW)
    assert code == 130
    assert err == "python -m companion.train: stopped\n"


def test_help_names_every_option():
    """From a process of its own, as a newcomer calls it."""
    done = subprocess.run(
        [sys.executable, "-m", "companion.train", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    options = [o for a in parser()._actions for o in a.option_strings]
    assert len(options) > 15
    assert all(option in done.stdout for option in options)
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert done.stderr == ""
