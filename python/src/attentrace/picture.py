"""A picture of one head, for where no script may run."""

from __future__ import annotations

import base64
import html
import json
import struct
import zlib
from functools import cache
from importlib.resources import files

import numpy as np

from .trace import Stream, Trace

MOST_CELLS = 2**24
"""Of a larger matrix there is no picture: reading all of it would keep the notebook waiting."""
SIDE = 256
"""So many pixels at most; of larger matrices a pixel is the largest of several weights."""


def pictures(traces: dict[str, Trace], props: dict, height: int) -> tuple[str, bytes | None]:
    """HTML of a picture of the head that a view shows, and the picture as PNG, in a view of one trace; nothing where there is none."""
    if len(traces) == 1:
        return _figure(*traces.values(), props, height)
    made = [_figure(trace, props, height, f"{name}: ")[0] for name, trace in traces.items()]
    return (f'<div style="display: flex; gap: 16px">{"".join(made)}</div>' if all(made) else ""), None


def _figure(trace: Trace, props: dict, height: int, name: str = "") -> tuple[str, bytes | None]:
    made = _head(trace, props)
    if made is None:
        return "", None
    stream, layer, head = made
    matrix = stream.matrix(layer, head)
    if not 0 < matrix.rows * matrix.cols <= MOST_CELLS:
        return "", None
    levels = [max(0, (n - 1).bit_length() - SIDE.bit_length() + 1) for n in (matrix.rows, matrix.cols)]
    rows, cols = (-(-n // 2**level) for n, level in zip((matrix.rows, matrix.cols), levels))
    cells = matrix.block(0, 0, rows, cols, *levels)
    cells = cells / np.float32(255) if cells.dtype == np.uint8 else cells.astype(np.float32)
    data = png(cells)
    scale = max(1, min(24, (height - 60) // max(cells.shape)))
    of = f"Layer {layer}, head {head} of {stream.name} attention" if stream.name != "self" else f"Layer {layer}, head {head}"
    told = f"{name}{of}: {matrix.rows:,} queries down, {matrix.cols:,} keys across; the strongest {stream.quantity['name']} is {np.abs(cells).max():.2g}."
    source = base64.b64encode(data).decode()
    return (
        f'<figure style="margin: 0"><img src="data:image/png;base64,{source}" alt="{html.escape(told)}" '
        f'width="{cells.shape[1] * scale}" height="{cells.shape[0] * scale}" style="image-rendering: pixelated">'
        f"<figcaption>{html.escape(told)}</figcaption></figure>"
    ), data


def _head(trace: Trace, props: dict) -> tuple[Stream, int, int] | None:
    """What is chosen, and else what is first."""
    chosen = {**props, **(props.get("selection") or {})}
    stream = trace.streams.get(chosen.get("stream") or "", trace.stream())
    layer = chosen.get("layer", stream.layers[0])
    if layer not in stream.layers:
        return None
    heads = stream.heads_of(layer)
    wanted = [chosen.get("head"), *(chosen.get("heads") or [])]
    return stream, layer, next((head for head in wanted if head in heads), heads[0])


def png(cells: np.ndarray) -> bytes:
    """Cells as a PNG, a pixel each: white is 0, ink the largest."""
    most = float(np.abs(cells).max()) or 1.0
    signed = bool((cells < 0).any())
    table = _tables()["diverging" if signed else "paper"]
    # Of the diverging table entry 128 is 0.
    entries = np.where(cells < 0, 128, 127) * (cells / most) + 128 if signed else cells / most * 255
    colors = table[np.clip(np.rint(entries), 0, 255).astype(int)]
    rows, cols = cells.shape
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), colors.reshape(rows, cols * 3)], axis=1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", cols, rows, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)) + chunk(b"IEND", b"")


@cache
def _tables() -> dict[str, np.ndarray]:
    """The colours of light themes in the JavaScript package: 256 of red, green and blue."""
    held = json.loads((files("attentrace") / "colors.json").read_text("utf-8"))
    return {name: np.frombuffer(base64.b64decode(text), np.uint8).reshape(256, 3) for name, text in held.items()}
