"""Saving and loading as safetensors: names, shapes and bytes, no code.

The file: eight bytes with the header's length, the header in JSON (for each
name its dtype, shape and place), the values. A dict of tensors is saved as
that, so that ``safetensors.torch.load_file`` reads it. Of anything nested (a
model's and an optimizer's state with an epoch number) the form is kept in
the header's metadata.
"""

import json
import math
import os
from pathlib import Path

import numpy as np

import companion
from companion._library import converted, is_tensor

# fmt: off
DTYPES = {
    "float64": "F64", "float32": "F32", "float16": "F16",
    "int64": "I64", "int32": "I32", "int16": "I16", "int8": "I8",
    "uint8": "U8", "bool": "BOOL",
}
# fmt: on
NAMES = {short: name for name, short in DTYPES.items()}


def save(obj, f):
    """Write tensors, alone or in nested dicts and lists, to a path or file.

    Next to them may stand None, numbers, strings and booleans.
    """
    tensors = {}
    form = described(obj, "", tensors)
    arrays = {
        name: converted(tensor, companion).detach().contiguous().numpy()
        for name, tensor in tensors.items()
    }
    plain = isinstance(obj, dict) and tensors.keys() == obj.keys()
    metadata = {} if plain else {"companion": json.dumps(form)}
    parts = [header(arrays, metadata), *(a.tobytes() for a in arrays.values())]
    if hasattr(f, "write"):
        f.writelines(parts)
    else:
        write_beside(Path(f), parts)


def described(value, name, tensors):
    """The form of `value` in JSON; its tensors go into `tensors`."""
    if is_tensor(value):
        tensors[name] = value
        return {"tensor": name}
    start = f"{name}." if name else ""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, (str, int)):
                raise TypeError(f"cannot save the key {key!r} of {name!r}")
        return {
            "dict": [
                [key, described(item, f"{start}{key}", tensors)]
                for key, item in value.items()
            ]
        }
    if isinstance(value, (list, tuple)):
        items = [
            described(item, f"{start}{i}", tensors)
            for i, item in enumerate(value)
        ]
        return {type(value).__name__: items}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(
        f"cannot save {name or 'a value'} of type {type(value).__name__}: "
        "expected tensors, numbers and strings, in dicts and lists"
    )


def header(arrays, metadata):
    entries, start = {}, 0
    if metadata:
        entries["__metadata__"] = metadata
    for name, array in arrays.items():
        entries[name] = {
            "dtype": DTYPES[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": [start, start + array.nbytes],
        }
        start += array.nbytes
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # values begin at a multiple of 8
    return len(text).to_bytes(8, "little") + text


def write_beside(path, parts):
    """Write a file next to `path`, then rename: never half a file there."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(beside, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def load(f, map_location=None, *, weights_only=True):
    """What `save`, or safetensors, wrote, from a path or file.

    `map_location` and `weights_only` are torch's: here everything is on the
    CPU, and nothing but values is ever read.
    """
    data = f.read() if hasattr(f, "read") else Path(f).read_bytes()
    entries, values = opened(data)
    metadata = entries.pop("__metadata__", {})
    tensors = {
        name: read_tensor(name, entry, values)
        for name, entry in entries.items()
    }
    if "companion" not in metadata:
        return tensors
    return rebuilt(json.loads(metadata["companion"]), tensors)


def opened(data):
    """The header's entries and the bytes behind them."""
    if data[:2] in (b"PK", b"\x80\x02", b"\x80\x04"):
        raise ValueError(
            "this is a torch file, which holds a pickle, and a pickle can run "
            "code: it is not read. Convert it where torch is installed: "
            "safetensors.torch.save_file(torch.load(path, weights_only=True), "
            "'model.safetensors')"
        )
    end = 8 + int.from_bytes(data[:8], "little")
    try:
        if not 8 < end <= len(data):
            raise ValueError(f"header of {end - 8} bytes")
        return json.loads(data[8:end]), memoryview(data)[end:]
    except ValueError as error:
        raise ValueError(f"not a safetensors file: {error}") from error


def read_tensor(name, entry, values):
    start, end = entry["data_offsets"]
    if entry["dtype"] not in NAMES:
        raise ValueError(f"{name}: dtype {entry['dtype']} is not supported")
    dtype, shape = np.dtype(NAMES[entry["dtype"]]), entry["shape"]
    size = math.prod(shape) * dtype.itemsize
    fits = 0 <= start <= end <= len(values) and end - start == size
    if not fits or min(shape, default=0) < 0:
        raise ValueError(
            f"{name}: bytes {start} to {end} of {len(values)} do not hold "
            f"shape {shape} of {entry['dtype']}"
        )
    array = np.frombuffer(values[start:end], dtype).reshape(shape)
    return companion.from_numpy(array.copy())


def rebuilt(form, tensors):
    """The value whose form `described` wrote."""
    if not isinstance(form, dict):
        return form
    ((kind, content),) = form.items()
    if kind == "tensor":
        return tensors[content]
    if kind == "dict":
        return {key: rebuilt(item, tensors) for key, item in content}
    items = [rebuilt(item, tensors) for item in content]
    return tuple(items) if kind == "tuple" else items
