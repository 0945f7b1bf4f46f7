"""Tensors of torch, JAX and numpy, on any device, as numpy arrays of a type that a page can read."""

from __future__ import annotations

import numpy as np

from .errors import TraceError, describe

FLOATS = {"float16": "float16", "float32": "float32", "float64": "float32", "bfloat16": "float32"}
"""What each type of float is read as: bfloat16 exactly, float64 rounded."""


def is_tensor(value: object) -> bool:
    """Whether it has a shape and elements, of whatever library."""
    return hasattr(value, "shape") and hasattr(value, "dtype") and not isinstance(value, (list, tuple, str))


def dtype_name(tensor) -> str:
    """``float32``, ``bfloat16``, ``uint8`` …, of torch (``torch.float32``), JAX and numpy alike."""
    return str(getattr(tensor.dtype, "name", tensor.dtype)).removeprefix("torch.")


def kept_type(tensor, place: str) -> str:
    """The type a tensor is kept in: uint8, float16 or float32.

    Raises ``TraceError`` ``dtype`` for integers, booleans and text.
    """
    name = dtype_name(tensor)
    if name == "uint8" or name in FLOATS:
        return FLOATS.get(name, "uint8")
    raise TraceError(
        "dtype",
        place,
        f"numbers of type {name}",
        "float32, float16, bfloat16, float64, or uint8 (255 × weight)",
        "Convert them first: tensor.float().",
    )


def to_numpy(tensor, place: str) -> np.ndarray:
    """The elements as uint8, float16 or float32: a view where the memory can be shared, else a copy.

    Raises ``TraceError`` ``dtype`` for other types, ``unreadable`` for tensors without elements (on the meta device, donated).
    """
    kind = kept_type(tensor, place)
    try:
        if hasattr(tensor, "detach"):
            tensor = tensor.detach()
            if getattr(tensor, "is_sparse", False):
                tensor = tensor.to_dense()
            if dtype_name(tensor) in ("bfloat16", "float64"):
                tensor = tensor.float()
            tensor = tensor.cpu().numpy()
        array = np.asarray(tensor)
        return array if array.dtype == kind else array.astype(kind)
    except Exception as cause:
        raise TraceError(
            "unreadable",
            place,
            f"an error on reading {describe(tensor)} ({cause})",
            "a tensor with its elements in memory",
            "Pass it before it is deleted or donated, and not from the meta device.",
        ) from cause
