"""A checkpoint that is damaged, foreign or cannot be written: an error that
says so, and the last good one stays.
"""

import contextlib
import errno
import os
import resource
import signal

import pytest
from train.small_run import parts, trained

from companion import nn, optim, train


def saved(folder, every=None, epochs=3):
    trained("companion", train.Checkpoint(folder, every), epochs=epochs)
    return sorted(folder.glob("*.json"))


def resume(folder, epochs=4, **changes):
    checkpoint = train.Checkpoint(folder, resume=True)
    made = parts("companion") | changes
    return train.fit(epochs, **made, checkpoint=checkpoint)


@contextlib.contextmanager
def refused(*words):
    with pytest.raises(train.CheckpointError) as caught:
        yield
    for word in words:
        assert word in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_are_kept(tmp_path):
    names = [path.name for path in saved(tmp_path, every=4)]
    assert names == ["epoch-002-step-00008.json", "epoch-003-step-00000.json"]
    assert len(list(tmp_path.iterdir())) == 4


def test_the_newest_by_number(tmp_path):
    """Names that have grown longer than their zeros."""
    for name in "epoch-999-step-00001.json", "epoch-1000-step-00000.json":
        (tmp_path / name).write_text("")
    found = train.Checkpoint(tmp_path).manifests()
    assert found[-1].name == "epoch-1000-step-00000.json"


def test_a_folder_with_a_checkpoint_is_not_overwritten(tmp_path):
    before = [path.read_bytes() for path in saved(tmp_path)]
    with refused("epoch-003-step-00000", "resume"):
        saved(tmp_path)
    after = [path.read_bytes() for path in sorted(tmp_path.glob("*.json"))]
    assert before == after


DAMAGES = {
    "shorter": (".safetensors", lambda c: c[:-1], "bytes instead of"),
    "longer": (".safetensors", lambda c: c + b"0", "bytes instead of"),
    "empty": (".safetensors", lambda c: b"", "0 bytes instead of"),
    "one bit": (
        ".safetensors",
        lambda c: c[:-9] + bytes([c[-9] ^ 1]) + c[-8:],
        "checksum",
    ),
    "no json": (".json", lambda c: c[:40], "is damaged"),
    "empty json": (".json", lambda c: b"", "is damaged"),
    "no text": (".json", lambda c: b"\xff\xfe\x00", "is damaged"),
    "other json": (".json", lambda c: b'{"epoch": 3}', "it says no"),
    "a list": (".json", lambda c: b"[]", "it says no"),
    "a later format": (
        ".json",
        lambda c: c.replace(b"train 1", b"train 2"),
        "its format is",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage(tmp_path, damage):
    suffix, change, words = DAMAGES[damage]
    earlier, newest = saved(tmp_path)
    path = newest.with_suffix(suffix)
    path.write_bytes(change(path.read_bytes()))
    with refused(str(newest), "is damaged", words, earlier.stem):
        resume(tmp_path)
    newest.unlink()  # as the message advises
    assert len(resume(tmp_path)) == 4


def test_a_missing_half(tmp_path):
    _, newest = saved(tmp_path)
    newest.with_suffix(".safetensors").unlink()
    with refused("is damaged", "No such file"):
        resume(tmp_path)


def test_the_only_one_is_damaged(tmp_path):
    (newest,) = saved(tmp_path, epochs=1)
    newest.write_text("{")
    with refused("is damaged"):
        resume(tmp_path)


def test_half_written_ones_do_not_count(tmp_path):
    """A process that was killed before the JSON file had its place."""
    saved(tmp_path)
    (tmp_path / "epoch-009-step-00000.safetensors").write_bytes(b"half")
    (tmp_path / "epoch-009-step-00000.json.77.part").write_bytes(b"{")
    (tmp_path / "notes.txt").write_text("mine")
    assert len(resume(tmp_path)) == 4
    names = {path.name for path in tmp_path.iterdir()}
    assert not [name for name in names if name.startswith("epoch-009")]
    assert "notes.txt" in names


def test_of_another_model(tmp_path):
    saved(tmp_path)
    other = nn.Sequential(nn.Linear(6, 3))
    opt = optim.Adam(other.parameters())
    schedule = optim.lr_scheduler.StepLR(opt, 2)
    with refused("does not fit this run", "size mismatch for 0.weight"):
        resume(tmp_path, model=other, opt=opt, scheduler=schedule)


def test_of_another_optimizer(tmp_path):
    saved(tmp_path)
    made = parts("companion")
    sgd = optim.SGD(made["model"].parameters())
    with refused("its optimizer was Adam, not SGD"):
        resume(tmp_path, opt=sgd, scheduler=optim.lr_scheduler.StepLR(sgd, 2))


def test_of_other_settings(tmp_path):
    trained("companion", train.Checkpoint(tmp_path, about={"seed": 1}))
    checkpoint = train.Checkpoint(tmp_path, resume=True, about={"seed": 2})
    with refused("its seed was 1, not 2"):
        trained("companion", checkpoint)


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_disk_that_refuses(tmp_path, monkeypatch, step, number):
    saved(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, step, refuse)
    with refused(os.strerror(number), "epoch-003-step-00000 is kept"):
        resume(tmp_path)
    monkeypatch.undo()
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before
    assert len(resume(tmp_path)) == 4


@contextlib.contextmanager
def files_of_at_most(size):
    """The system refuses to write more, as it does on a full disk."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk(tmp_path):
    saved(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with files_of_at_most(5000), refused("cannot write", "is kept"):
        resume(tmp_path)
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", ["file", "file/folder"])
def test_a_folder_that_cannot_be(tmp_path, name):
    """It is said before the first step, not after the first epoch."""
    (tmp_path / "file").write_text("mine")
    with refused("cannot write", "there is none"):
        train.Checkpoint(tmp_path / name).begin(None)


def test_one_of_several_writes(tmp_path):
    trained("companion", train.Checkpoint(tmp_path / "a", write=False))
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("options", [{"every": 0}, {"keep": 0}])
def test_wrong_settings(tmp_path, options):
    with pytest.raises(ValueError, match="at least 1"):
        train.Checkpoint(tmp_path, **options)
