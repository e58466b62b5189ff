"""Padding: what stands around an image where a window looks beyond it."""

from companion._library import library

# Which place inside, of n, stands at the place i outside.
OUTSIDE = {
    "reflect": lambda i, n: n - 1 - abs(n - 1 - abs(i)),
    "replicate": lambda i, n: min(max(i, 0), n - 1),
    "circular": lambda i, n: i % n,
}


def pad(input, pad, mode="constant", value=None):
    """Longer by pad = (left, right, top, bottom, …), last dimension first.

    A negative number cuts off. `mode`: "constant" (0 or `value`), "reflect",
    "replicate" (the edge), "circular".
    """
    if mode not in ("constant", *OUTSIDE):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if len(pad) % 2 or len(pad) > 2 * input.ndim:
        raise RuntimeError(
            f"Padding length must be divisible by 2 and at most "
            f"{2 * input.ndim} for an input of shape {list(input.shape)}, "
            f"got {list(pad)}"
        )
    if mode == "constant":
        if not any(pad):
            return input
        value = 0 if value is None else value
        return library(input).constant_pad_nd(input, [*pad], value)
    if value:
        raise RuntimeError(f"Padding mode {mode!r} takes no value: {value}")
    check_dims(input, len(pad) // 2, mode)
    for i in range(len(pad) // 2):
        dim, (before, after) = input.ndim - 1 - i, pad[2 * i : 2 * i + 2]
        check_reach(input, mode, dim, before, after)
        if mode == "circular":  # the circle closes around what is left
            input, before, after = cut(input, dim, before, after)
        size = input.shape[dim]
        places = [OUTSIDE[mode](i, size) for i in range(-before, size + after)]
        index = library(input).tensor(places, device=input.device)
        input = input.index_select(dim, index)
    return input


def check_dims(input, dims, mode):
    """One to three dimensions are padded, of an image or of a batch."""
    if dims not in (1, 2, 3) or input.ndim not in (dims + 1, dims + 2):
        raise NotImplementedError(
            f"Padding size {2 * dims} is not supported for {input.ndim}D "
            f"input in mode {mode!r}: expected {dims + 1}D or {dims + 2}D"
        )
    if mode != "circular" and 0 in input.shape[-dims - 1 :]:
        raise RuntimeError(
            f"Expected {dims + 1}D or {dims + 2}D (batch mode) input with "
            "possibly 0 batch size and other non-zero dimensions, "
            f"got {list(input.shape)}"
        )


def cut(input, dim, before, after):
    """The input without what negative numbers cut off, and the others."""
    if before < 0 or after < 0:
        start, stop = max(-before, 0), input.shape[dim] + min(after, 0)
        if stop <= start:
            raise RuntimeError(
                "Negative padding value is resulting in an empty dimension: "
                f"({before}, {after}) at dimension {dim} of "
                f"{list(input.shape)}"
            )
        input = input.narrow(dim, start, stop - start)
    return input, max(before, 0), max(after, 0)


def check_reach(input, mode, dim, before, after):
    """A reflection cannot reach beyond the far edge, a circle only once."""
    size = input.shape[dim]
    reach = {"reflect": size - 1, "circular": size}.get(mode)
    if mode != "circular" and size + before + after < 1:
        raise RuntimeError(
            f"input {list(input.shape)} is too small for padding "
            f"({before}, {after}) at dimension {dim}"
        )
    if reach is not None and max(before, after) > reach:
        problem = {
            "reflect": "Padding size should be less than the corresponding "
            "input dimension",
            "circular": "Padding value causes wrapping around more than once",
        }[mode]
        raise RuntimeError(
            f"{problem}, but got: padding ({before}, {after}) at dimension "
            f"{dim} of input {list(input.shape)}"
        )
