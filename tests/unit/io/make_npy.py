"""Writes stored.npz and deflated.npz, arrays of each kind, and arrays.json, what is in them: python make_npy.py"""

import io
import json
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent

numbers = np.arange(24, dtype="f4").reshape(2, 3, 4) / 32
arrays = {
    "f4": numbers,
    "f4_big": numbers.astype(">f4"),
    "f4_fortran": np.asfortranarray(numbers),
    "f4_fortran_big": np.asfortranarray(numbers.astype(">f4")),
    "f4_transposed": numbers.T,
    "f2": numbers.astype("f2"),
    "f2_big": numbers.astype(">f2"),
    "f8": numbers.astype("f8") + 1e-12,
    "f8_big": numbers.astype(">f8"),
    "u1": (numbers * 255).astype("u1"),
    "vector": numbers[0, 0],
    "scalar": np.float32(0.25),
    "none": numbers[:, :0],
    "i8": np.arange(3),
    "bool": np.array([True, False]),
    "pair": np.zeros(2, dtype=[("a", "f4"), ("b", "i2")]),
    "words": np.array(["a", "b"]),
    "objects": np.array([None, {}], dtype=object),
}
np.savez(HERE / "stored.npz", **arrays)
np.savez_compressed(HERE / "deflated.npz", **arrays)
expected = {
    name: {"dims": list(a.shape), "numbers": a.astype("f4").ravel().tolist() if a.dtype.kind in "fu" else None}
    for name, a in arrays.items()
}
for version in (1, 2, 3):
    file = io.BytesIO()
    np.lib.format.write_array(file, numbers, version=(version, 0))
    expected[f"version {version}"] = file.getvalue().hex()
(HERE / "arrays.json").write_text(json.dumps(expected, indent=1) + "\n")
