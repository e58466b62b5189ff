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
    if mode not in OUTSIDE:
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
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


def cut(input, dim, before, after):
    """The input without what negative numbers cut off, and the others."""
    if before < 0 or after < 0:
        start, stop = max(-before, 0), input.shape[dim] + min(after, 0)
        input = input.narrow(dim, start, stop - start)
    return input, max(before, 0), max(after, 0)


def check_reach(input, mode, dim, before, after):
    """A reflection cannot reach beyond the far edge, a circle only once."""
    size = input.shape[dim]
    reach = {"reflect": size - 1, "circular": size}.get(mode)
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
