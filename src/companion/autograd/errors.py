"""NumPy's errors as torch's: the type, the words to search for, the shapes."""

import numpy as np


def explained(name, error, arrays):
    """The error of an operation on arrays, as torch would raise it."""
    if "dtype('O')" in str(error):
        return TypeError(f"{name}() takes tensors and numbers, and no others")
    number_indexed = "array is 0-dimensional" in str(error)
    if type(error) is TypeError or (  # not from NumPy's own loops
        type(error) is IndexError and not number_indexed
    ):
        return error
    arrays = [array for array in arrays if isinstance(array, np.ndarray)]
    tensors = ", ".join(f"{array.shape} of {array.dtype}" for array in arrays)
    kind = IndexError if isinstance(error, IndexError) else RuntimeError
    if "broadcast" in str(error) and len(arrays) > 1:
        error = mismatch(arrays[0].shape, arrays[1].shape)
    elif number_indexed:
        error = "invalid index of a 0-dim tensor; item() takes its number out"
    return kind(f"{name}(): {error} (the tensors: {tensors})")


def mismatch(a, b):
    """Which dimension keeps two shapes from broadcasting."""
    for back in range(1, min(len(a), len(b)) + 1):
        if a[-back] != b[-back] and 1 not in (a[-back], b[-back]):
            return (
                f"The size of tensor a ({a[-back]}) must match the size of "
                f"tensor b ({b[-back]}) at non-singleton dimension "
                f"{max(len(a), len(b)) - back}"
            )
    return "the result's shape is not that of the tensor to write it to"
