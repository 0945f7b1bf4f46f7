"""Pages that work by themselves: code and data inside, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from .check import is_weights
from .errors import AttentraceError, TraceError
from .files import size_of, to_bytes
from .picture import pictures
from .trace import Trace

STATIC = files("attentrace") / "static"

MOST_BYTES = 2**28
"""A page may hold so much; browsers open files of 256 MB with some patience."""
MOST_BYTES_SAVED = 2**22
"""A copy in a notebook may hold so much, before it is compressed."""


@cache
def code() -> bytes:
    """The page's code, gzipped. Raises where the package was installed without it."""
    try:
        return gzip.compress((STATIC / "attentrace.js").read_bytes(), 9, mtime=0)
    except FileNotFoundError as cause:
        raise AttentraceError(
            "file",
            "attentrace/static/attentrace.js",
            "nothing",
            "the built code of the page",
            "In a clone of the repository run npm run build:python; a wheel has it.",
        ) from cause


@cache
def code_digest() -> str:
    return hashlib.sha256(code()).hexdigest()[:16]


def page(
    view: str, traces: dict[str, Trace], props: dict, *, vectors: bool, dtype: str | None = None, title: str = "attentrace", note: str = "", picture: str = ""
) -> str:
    """One HTML page with a view of traces, by the props that they are, which needs no network.

    Raises ``TraceError`` ``file`` where it would hold more than 256 MB.
    """
    if not vectors:
        traces = without_vectors(traces)
    size = _size_of(traces, dtype)
    if size > MOST_BYTES:
        raise TraceError(
            "file",
            "the page",
            f"{size / 2**20:,.0f} MB of tensors",
            f"at most {MOST_BYTES // 2**20} MB",
            "Keep fewer: include_layers=[3], include_heads=[0, 1], or dtype='uint8'.",
        )
    data = {name: gzip.compress(to_bytes(trace, dtype), 6, mtime=0) for name, trace in traces.items()}
    about = json.dumps({"view": view, "props": props, "note": note})
    return _filled(title, about, data, picture or pictures(traces, props, 600)[0])


def served_page(view: str, names: Iterable[str], props: dict, title: str, *, figure: dict | None = None) -> str:
    """A page that reads its traces from files beside it, ``trace.safetensors`` and the like. ``figure``: which figure it makes, and where it posts that."""
    sources = {name: f"{name}.safetensors" for name in names}
    return _filled(title, json.dumps({"view": view, "props": props, "sources": sources, "note": "", "figure": figure}), {})


def _filled(title: str, about: str, data: dict[str, bytes], picture: str = "") -> str:
    # JSON inside a script ends it with no tag of its own.
    parts = {
        "TITLE": html.escape(title),
        "ABOUT": about.replace("<", "\\u003c"),
        "PICTURE": picture,
        "CODE": base64.b64encode(code()).decode(),
        "DATA": "\n".join(
            f'<script data-trace="{name}" type="text/plain">{base64.b64encode(held).decode()}</script>' for name, held in data.items()
        ),
    }
    text = (STATIC / "page.html").read_text("utf-8")
    before, *rest = text.split("{{")
    return before + "".join(parts[name] + after for name, _, after in (part.partition("}}") for part in rest))


def saved_copy(view: str, traces: dict[str, Trace], props: dict, *, vectors: bool, height: int) -> tuple[str, bytes | None]:
    """The view in a frame of its own, as a saved notebook keeps it: small enough, and saying what it leaves out; and a picture as PNG.

    Where frames are taken out and scripts are off, as GitHub and mail programs do, the picture is seen, which else the frame covers.
    """
    picture, png = pictures(traces, props, height)
    reduced, dtype, note = _reduced(traces if vectors else without_vectors(traces), props)
    if reduced is None:
        return f"<p>{html.escape(note)}</p>{picture}", png
    inner = page(view, reduced, props, vectors=vectors, dtype=dtype, note=note, picture=picture)
    # Its own origin: nothing in it reaches the notebook.
    frame = (
        f'<iframe sandbox="allow-scripts" title="attentrace" srcdoc="{html.escape(inner)}" '
        f'style="grid-area: 1 / 1; position: relative; width: 100%; height: {height + (28 if note else 0)}px; border: 0"></iframe>'
    )
    below = f'<div style="grid-area: 1 / 1; overflow: hidden; height: {height}px">{picture}</div>' if picture else ""
    return f'<div style="display: grid">{below}{frame}</div>', png


def _reduced(traces: dict[str, Trace], props: dict) -> tuple[dict[str, Trace] | None, str | None, str]:
    if _size_of(traces) <= MOST_BYTES_SAVED:
        return traces, None, ""
    streams = [stream for trace in traces.values() for stream in trace.streams.values()]
    weights = all(is_weights(stream.quantity) for stream in streams)
    dtype, rounded = ("uint8", "weights rounded to 1/255") if weights else ("float16", "numbers rounded to half precision")
    if _size_of(traces, dtype) <= MOST_BYTES_SAVED:
        return traces, dtype, f"A saved copy: {rounded}."
    layer = props.get("layer", streams[0].layers[0])
    layer = layer if layer in streams[0].layers else streams[0].layers[0]
    if all(layer in stream.layers for stream in streams):
        part = {name: trace.picked(layers=[layer]) for name, trace in traces.items()}
        if _size_of(part, dtype) <= MOST_BYTES_SAVED:
            return part, dtype, f"A saved copy: layer {layer} alone, {rounded}. Run the notebook for all of it."
    return None, None, "This view is too large to be saved in a notebook: run it, or write it with view.to_html(path)."


def _size_of(traces: dict[str, Trace], dtype: str | None = None) -> int:
    return sum(size_of(trace, dtype) for trace in traces.values())


def without_vectors(traces: dict[str, Trace]) -> dict[str, Trace]:
    from dataclasses import replace

    from .trace import trace_of_streams

    def bare(trace: Trace) -> Trace:
        streams = {name: replace(stream, queries=None, keys=None, values=None) for name, stream in trace.streams.items()}
        return trace_of_streams(streams, trace.model, trace.text)

    return {name: bare(trace) for name, trace in traces.items()}
