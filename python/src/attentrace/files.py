"""safetensors files of traces, as the JavaScript package writes and reads them (README, “Files”)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .check import is_weights
from .errors import TraceError, describe
from .matrices import HeldAttention
from .trace import Stream, Trace

DTYPES = {"U8": np.uint8, "F16": np.float16, "F32": np.float32, "F64": np.float64}
NAMES = {"uint8": "U8", "float16": "F16", "float32": "F32"}


def save(trace: Trace, path: str | os.PathLike, *, dtype: str | None = None) -> None:
    """Writes a trace as a safetensors file: attention, queries, keys, values, tokens, segments and numbers of layers and heads.

    It is written head by head, so a trace larger than memory can be. Where attention is computed from queries and keys, its weights
    are written as float16 unless ``dtype`` says otherwise: N² of them a head.

    Args:
        trace: what ``capture``, ``Trace`` or ``load`` gave.
        path: where to write.
        dtype: ``'uint8'`` (255 × weight, rounded), ``'float16'`` or ``'float32'``; by default as they are kept.
    """
    with open(path, "wb") as file:
        write(trace, file, dtype)


def to_bytes(trace: Trace, dtype: str | None = None) -> bytes:
    """The same file, in memory."""
    from io import BytesIO

    file = BytesIO()
    write(trace, file, dtype)
    return file.getvalue()


def size_of(trace: Trace, dtype: str | None = None) -> int:
    """How many bytes the tensors of such a file take."""
    return sum(nbytes for _, _, nbytes, _ in _tensors(trace, dtype, {}))


def write(trace: Trace, file: BinaryIO, dtype: str | None) -> None:
    if not isinstance(trace, Trace):
        raise TraceError("missing-attention", "save", describe(trace), "a trace", "Pass what attentrace.capture or Trace returned.")
    if dtype is not None and dtype not in NAMES:
        raise TraceError("dtype", "dtype", describe(dtype), "'uint8', 'float16' or 'float32'", "Leave it out to keep the type.")
    metadata: dict[str, str] = {}
    tensors = list(_tensors(trace, dtype, metadata))
    # Widest first, after a header of a multiple of 8 bytes: then every tensor is aligned, and read without a copy.
    tensors.sort(key=lambda tensor: -np.dtype(tensor[1]["dtype_np"]).itemsize)
    header: dict[str, Any] = {"__metadata__": metadata}
    end = 0
    for name, about, nbytes, _ in tensors:
        dtype_name = NAMES[about["dtype_np"]]
        header[name] = {"dtype": dtype_name, "shape": about["shape"], "data_offsets": [end, end + nbytes]}
        end += nbytes
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    for _, about, _, chunks in tensors:
        for chunk in chunks():
            file.write(np.ascontiguousarray(_as_type(chunk, about["dtype_np"])).astype(_little(about["dtype_np"]), copy=False).tobytes())


def _little(dtype: str) -> np.dtype:
    return np.dtype(dtype).newbyteorder("<")


def _as_type(weights: np.ndarray, dtype: str) -> np.ndarray:
    if weights.dtype == dtype:
        return weights
    if dtype == "uint8":
        return np.rint(weights.astype(np.float32) * 255).astype(np.uint8)
    return weights.astype(np.float32) / 255 if weights.dtype == np.uint8 else weights.astype(dtype)


def _tensors(trace: Trace, dtype: str | None, metadata: dict[str, str]) -> Iterator[tuple]:
    """Name, type and shape, bytes, and a function that gives the parts, of each tensor; and what is said beside them."""
    if trace.model is not None:
        metadata["model"] = trace.model
    if trace.text is not None:
        metadata["text"] = trace.text
    for stream in trace.streams.values():
        prefix = "" if stream.name == "self" else f"{stream.name}."
        yield from _attention(stream, prefix, dtype)
        for kind in ("queries", "keys", "values"):
            for layer, array in zip(stream.layers, getattr(stream, kind) or []):
                about = {"dtype_np": str(array.dtype), "shape": list(array.shape)}
                yield f"{prefix}{kind}.{layer}", about, array.nbytes, lambda array=array: [array]
        _say_side(metadata, "encoder." if stream.name == "cross" else prefix, stream.key_side)
        if stream.name == "cross":
            _say_side(metadata, "decoder.", stream.query_side)
        if stream.query_positions is not None:
            metadata[f"{prefix}queryPositions"] = json.dumps(stream.query_positions)
        if not is_weights(stream.quantity):
            metadata[f"{prefix}quantity"] = quantity_json(stream.quantity)
        metadata[f"{prefix}layers"] = json.dumps(stream.layers)
        metadata[f"{prefix}heads"] = json.dumps(stream.heads_by_layer or stream.heads)
        if stream.causal is not None:
            metadata[f"{prefix}causal"] = json.dumps(stream.causal)


def quantity_json(quantity: dict) -> str:
    """A range without a limit has null for it, as JSON has no infinity."""
    return json.dumps({**quantity, "range": [limit if np.isfinite(limit) else None for limit in quantity["range"]]})


def _attention(stream: Stream, prefix: str, dtype: str | None) -> Iterator[tuple]:
    attention = stream.attention
    kind = dtype or (attention.kind if isinstance(attention, HeldAttention) else "float16")
    if kind == "uint8" and not is_weights(stream.quantity):
        fix = "uint8 holds weights alone, as 255 × weight: store other numbers as floats."
        raise TraceError("dtype", "dtype", f"uint8 for {stream.quantity['name']}s", "'float16' or 'float32'", fix)
    for i, layer in enumerate(stream.layers):
        heads = attention.head_count(i)
        shape = [heads, attention.rows, attention.cols]

        def chunks(i=i, heads=heads):
            for head in range(heads):
                matrix = attention.matrix(i, head)
                step = max(1, 2**24 // max(matrix.cols, 1))
                for row in range(0, matrix.rows, step):
                    yield matrix.weights(row, 0, min(step, matrix.rows - row), matrix.cols)
                matrix.free()

        about = {"dtype_np": kind, "shape": shape}
        yield f"{prefix}attention.{layer}", about, int(np.prod(shape)) * np.dtype(kind).itemsize, chunks


def _say_side(metadata: dict[str, str], prefix: str, side) -> None:
    metadata[f"{prefix}tokens"] = json.dumps(side.tokens, ensure_ascii=False)
    if side.segments:
        metadata[f"{prefix}segments"] = json.dumps(side.segments, ensure_ascii=False)
    if side.present is not None:
        metadata[f"{prefix}present"] = json.dumps(side.present)
    if side.special_tokens is not None:
        metadata[f"{prefix}specialTokens"] = json.dumps(side.special_tokens, ensure_ascii=False)


def load(path: str | os.PathLike) -> Trace:
    """Reads a safetensors file of a trace. Tensors are mapped, not copied; a head is read when it is looked at.

    Raises ``TraceError`` ``file`` for what is no such file, ``file-names`` where it holds no attention, and all that ``Trace`` does.
    """
    tensors, metadata = _read(Path(path))
    said = {name: _json(metadata, name) for name in metadata}

    def stream(prefix: str) -> dict:
        found, numbers = _find(tensors, f"{prefix}attention")
        part: dict[str, Any] = {"attention": found}
        for kind in ("queries", "keys", "values"):
            part[kind], _ = _find(tensors, f"{prefix}{kind}")
        part["layers"] = numbers if numbers is not None else said.get(f"{prefix}layers")
        part["heads"] = said.get(f"{prefix}heads")
        part["causal"], part["quantity"] = said.get(f"{prefix}causal"), said.get(f"{prefix}quantity")
        part["query_positions"] = said.get(f"{prefix}queryPositions")
        for ours, theirs in (("tokens", "tokens"), ("segments", "segments"), ("present", "present"), ("special_tokens", "specialTokens")):
            part[ours] = said.get(f"{prefix}{theirs}")
        return {name: value for name, value in part.items() if value is not None}

    about = {"model": metadata.get("model"), "text": metadata.get("text")}
    parts = {name: stream(f"{name}.") for name in ("encoder", "decoder", "cross")}
    if any("attention" in part for part in parts.values()):
        return Trace(**{name: part for name, part in parts.items() if part}, **about)
    own = stream("")
    if "attention" not in own:
        raise TraceError(
            "file-names",
            str(path),
            ", ".join(list(tensors)[:12]) or "no tensors",
            "attention or attention.{layer}, alone or after encoder., decoder. or cross.",
            "Save it with attentrace.save(trace, path).",
        )
    return Trace(**own, **about)


def _json(metadata: dict[str, str], name: str) -> Any:
    if name in ("model", "text"):
        return metadata[name]
    try:
        return json.loads(metadata[name])
    except ValueError:
        return metadata[name]


def _find(tensors: dict[str, np.ndarray], name: str) -> tuple[Any, list[int] | None]:
    if name in tensors:
        return list(tensors[name]), None
    layers = {int(key[len(name) + 1 :]): key for key in tensors if key.startswith(f"{name}.") and key[len(name) + 1 :].isdigit()}
    return ([tensors[layers[n]] for n in sorted(layers)], sorted(layers)) if layers else (None, None)


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    def bad(found: str, cause: Exception | None = None) -> TraceError:
        error = TraceError("file", str(path), found, "a safetensors file", "Save or download the file again.")
        error.__cause__ = cause
        return error

    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or length > size - 8:
                raise bad(f"{size} bytes")
            header = json.loads(file.read(length))
    except OSError as cause:
        raise bad(str(cause), cause) from cause
    except ValueError as cause:
        raise bad(f"a header that is no JSON ({cause})", cause) from cause
    metadata = header.pop("__metadata__", {})
    data = np.memmap(path, np.uint8, "r") if size > 8 + length else np.zeros(size, np.uint8)
    tensors = {}
    for name, about in header.items():
        start, end = (8 + length + n for n in about["data_offsets"])
        if end > size or start > end:
            raise bad(f"tensor {name} that ends at byte {end} of {size}")
        part = data[start:end]
        if about["dtype"] == "BF16":
            tensors[name] = (part.view("<u2").astype(np.uint32) << 16).view(np.float32).reshape(about["shape"])
        elif about["dtype"] in DTYPES:
            tensors[name] = part.view(np.dtype(DTYPES[about["dtype"]]).newbyteorder("<")).reshape(about["shape"])
    return tensors, metadata
