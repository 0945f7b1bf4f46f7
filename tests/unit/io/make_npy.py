"""Writes stored.npz and deflated.npz, arrays of each kind, arrays.json, what is in them, and trace.npz: python make_npy.py"""

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
    "i8_big": np.array([[-1, 2], [3, 2**31 - 1]], dtype=">i8"),
    "i4": np.array([-(2**31), 7], dtype="i4"),
    "i2_fortran": np.asfortranarray(np.arange(6, dtype="i2").reshape(2, 3)),
    "i1": np.array([-128, 127], dtype="i1"),
    "u2": np.array([0, 65535], dtype="u2"),
    "u4": np.array([0, 2**31 - 1], dtype="u4"),
    "u8": np.array([5], dtype="u8"),
    "i8_large": np.array([1, 2**31]),
    "bool": np.array([True, False]),
    "pair": np.zeros(2, dtype=[("a", "f4"), ("b", "i2")]),
    "words": np.array(["a", "Ġbéta", "😀", ""]),
    "words_big": np.array([["a", "bc"], ["d", "e"]], dtype=">U2"),
    "words_fortran": np.asfortranarray(np.array([["a", "bc"], ["d", "e"]])),
    "word": np.array("one"),
    "bytes": np.array(["é".encode(), b"b"]),
    "objects": np.array([None, {}], dtype=object),
}
np.savez(HERE / "stored.npz", **arrays)
np.savez_compressed(HERE / "deflated.npz", **arrays)
expected = {
    name: {
        "dims": list(a.shape),
        "numbers": (a.astype("f4") if a.dtype.kind == "f" else a.astype("i8")).ravel().tolist()
        if a.dtype.kind in ("b", "u", "i", "f")
        else None,
        "text": [x.decode() if isinstance(x, bytes) else x for x in a.ravel().tolist()] if a.dtype.kind in "US" else None,
    }
    for name, a in arrays.items()
}
for version in (1, 2, 3):
    file = io.BytesIO()
    np.lib.format.write_array(file, numbers, version=(version, 0))
    expected[f"version {version}"] = file.getvalue().hex()
(HERE / "arrays.json").write_text(json.dumps(expected, indent=1) + "\n")

rows = np.array([[1, 0], [0.25, 0.75]], dtype="f4")
np.savez(
    HERE / "trace.npz",
    **{
        "attention.3": rows[None],
        "attention.5": rows[None] * [[[1], [0.5]]],
        "queries": np.arange(8, dtype="f2").reshape(2, 1, 2, 2),
        "tokens": np.array(["The", "Ġcat"]),
        "causal": np.array(True),
        "heads": np.array([7]),
        "segments": np.array(json.dumps([{"name": "A", "start": 0, "end": 1}])),
        "model": np.array("m"),
        "losses": np.array([None], dtype=object),
    },
)
