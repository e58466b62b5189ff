"""Files that ours writes and torch's reads, and the other way round."""

import io
import os
import stat

import pytest
import safetensors.torch
import torch

import companion
from companion import nn

TYPES = [
    "float64",
    "float32",
    "float16",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "bool",
]


def state():
    values = {
        name: companion.tensor([[0, 1], [2, 3]]).to(getattr(companion, name))
        for name in TYPES
    }
    return {
        **values,
        "number": companion.tensor(2.5),
        "empty": companion.zeros(0, 3),
        "turned": companion.arange(6).reshape(2, 3).t(),
    }


def test_torch_reads_what_ours_writes(tmp_path):
    companion.save(state(), tmp_path / "state")
    found = safetensors.torch.load_file(tmp_path / "state")
    assert found.keys() == state().keys()
    for name, value in state().items():
        assert str(found[name].dtype).endswith(str(value.dtype).split(".")[1])
        assert found[name].shape == tuple(value.shape)
        assert found[name].tolist() == value.tolist()


def test_ours_reads_what_torch_writes(tmp_path):
    theirs = {
        name: torch.arange(4).reshape(2, 2).to(getattr(torch, name))
        for name in TYPES
    }
    safetensors.torch.save_file(theirs, tmp_path / "state", {"note": "kept"})
    found = companion.load(tmp_path / "state")
    assert found.keys() == theirs.keys()
    for name, value in theirs.items():
        assert str(found[name].dtype).endswith(name)
        assert found[name].tolist() == value.tolist()
    found["float32"].add_(1)  # what is read can be changed


def test_a_model_there_and_back(tmp_path):
    first, second = nn.Linear(3, 2), nn.Linear(3, 2)
    companion.save(first.state_dict(), str(tmp_path / "model"))
    second.load_state_dict(companion.load(str(tmp_path / "model")))
    assert first.weight.tolist() == second.weight.tolist()
    theirs = torch.nn.Linear(3, 2)
    theirs.load_state_dict(safetensors.torch.load_file(tmp_path / "model"))
    assert theirs.bias.tolist() == first.bias.tolist()
    companion.save(first.torch().state_dict(), tmp_path / "model")
    again = companion.load(tmp_path / "model")
    assert isinstance(again["weight"], companion.Tensor)


def test_a_whole_checkpoint():
    model = nn.Linear(2, 1)
    checkpoint = {
        "model": model.state_dict(),
        "optimizer": {
            "state": {0: {"step": companion.tensor(3.0), "seen": None}},
            "param_groups": [{"lr": 0.1, "params": [0], "betas": (0.9, 1.0)}],
        },
        "epoch": 3,
        "note": "resumed",
        "done": False,
    }
    file = io.BytesIO()
    companion.save(checkpoint, file)
    file.seek(0)
    found = companion.load(file)
    assert found["optimizer"]["state"][0]["step"].item() == 3
    assert found["optimizer"]["state"][0]["seen"] is None
    groups = checkpoint["optimizer"]["param_groups"]
    assert found["optimizer"]["param_groups"] == groups
    assert (found["epoch"], found["note"], found["done"]) == (3, "resumed", 0)
    nn.Linear(2, 1).load_state_dict(found["model"])


@pytest.mark.parametrize("new", [True, False], ids=["zip", "old"])
def test_a_pickle_is_refused(tmp_path, new):
    path = tmp_path / "model.pt"
    torch.save({"a": torch.ones(1)}, path, _use_new_zipfile_serialization=new)
    with pytest.raises(ValueError, match=r"safetensors\.torch\.save_file"):
        companion.load(path)


@pytest.mark.parametrize(
    "data",
    [b"", b"12", b"\xff" * 8, b"\x02" + b"\0" * 7 + b"no", b"\x09" * 40],
)
def test_what_is_no_safetensors_file_is_refused(data):
    with pytest.raises(ValueError, match="not a safetensors file"):
        companion.load(io.BytesIO(data))


def broken(**changes):
    """A file with one tensor, whose header is changed."""
    entry = '{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
    for old, new in changes.items():
        entry = entry.replace({"shape": "[2]", "ends": "8]"}[old], new)
    header = f'{{"a":{entry}}}'.encode()
    return len(header).to_bytes(8, "little") + header + bytes(8)


@pytest.mark.parametrize(
    "changes", [{"shape": "[3]"}, {"ends": "80]"}, {"shape": "[-2]"}]
)
def test_a_header_that_does_not_fit_is_refused(changes):
    assert companion.load(io.BytesIO(broken()))["a"].tolist() == [0, 0]
    with pytest.raises(ValueError, match="do not hold"):
        companion.load(io.BytesIO(broken(**changes)))


def test_what_cannot_be_saved_is_named():
    with pytest.raises(TypeError, match=r"model\.hook of type function"):
        companion.save({"model": {"hook": lambda: None}}, io.BytesIO())


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "state"
    companion.save({"a": companion.ones(1)}, path)

    def full(*args):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        companion.save({"a": companion.zeros(1)}, path)
    assert companion.load(path)["a"].item() == 1
    assert os.listdir(tmp_path) == ["state"]


def test_files_are_readable_as_others_are(tmp_path):
    companion.save({"a": companion.ones(1)}, tmp_path / "state")
    (tmp_path / "other").write_bytes(b"")
    modes = [
        stat.S_IMODE((tmp_path / name).stat().st_mode)
        for name in ("state", "other")
    ]
    assert modes[0] == modes[1]
