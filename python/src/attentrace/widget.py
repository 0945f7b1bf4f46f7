"""A view in a notebook: what it shows stays in the kernel, and travels when the page asks for it."""

from __future__ import annotations

import asyncio
import base64
import json
import weakref
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import anywidget
import numpy as np
import traitlets

from . import figure, page
from .errors import AttentraceError, TraceError
from .files import to_bytes
from .matrices import HeldAttention, Matrix
from .trace import Stream, Trace

PIECE = 4 * 2**20
"""Bytes a message: over 10 MB JupyterLab's connection ends, and smaller ones let others through."""
LETS_GO_AFTER = 30.0
"""Seconds after its last page has closed until a view lets go of its trace: a cell that is moved closes and opens again."""


def camel(name: str) -> str:
    """``query_segment`` as the page calls it, ``querySegment``."""
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


_NAMES = {
    "to_json": lambda value, _: value and {camel(name): part for name, part in value.items()},
    "from_json": lambda value, _: value and {snake(name): part for name, part in value.items()},
}


class View(anywidget.AnyWidget):
    """A view of a trace: what ``head_view`` and its like return.

    ``selection``, ``hover`` and ``options`` are traits both ways: ``view.observe(f, 'selection')`` hears what is chosen in the page, and
    ``view.selection = {'layer': 3, 'query': 5}`` chooses.
    """

    _esm = Path(__file__).parent / "static" / "loader.js"

    component = traitlets.Unicode().tag(sync=True)
    props = traitlets.Dict().tag(sync=True)
    height = traitlets.Int(None, allow_none=True).tag(sync=True)
    copy_id = traitlets.Unicode(help="Which saved copy the live view hides.").tag(sync=True)
    selection = traitlets.Dict(None, allow_none=True, help="What is chosen: stream, layer, heads, query, key.").tag(sync=True)
    hover = traitlets.Dict(None, allow_none=True, help="What is under the pointer, or None.").tag(sync=True)
    options = traitlets.Dict(help="All that a user can change, but the selection.").tag(sync=True, **_NAMES)

    def __init__(
        self, component: str, traces: dict[str, Trace], *, vectors: bool, props: dict, height: int | None, saved_height: int, **traits: Any
    ):
        self._traces: dict[str, Trace] | None = traces
        self._weak_traces = {name: weakref.ref(trace) for name, trace in traces.items()}
        self._vectors, self._saved_height = vectors, saved_height
        self._pages: set[str] = set()
        self._figures: dict[str, tuple[Path, dict[str, dict[int, str]]]] = {}
        self._letting_go: asyncio.TimerHandle | None = None
        super().__init__(component=component, props=props, height=height, copy_id=uuid4().hex, **traits)
        self.on_msg(self._answer)

    @property
    def trace(self) -> Trace:
        """What is shown; of ``traces`` the first."""
        return next(iter(self.traces.values()))

    @property
    def traces(self) -> dict[str, Trace]:
        """What is shown, by prop: ``trace``, or ``a`` and ``b``. Raises ``TraceError`` ``unreadable`` once the view has let go of it."""
        traces = self._traces or {name: weak() for name, weak in self._weak_traces.items()}
        if None in traces.values():
            fix = "Make the view again; keep its trace in a variable to show it twice."
            raise TraceError("unreadable", "the view", "no trace any more", "one: it was let go when the view was closed", fix)
        return traces

    def update(self, **props: Any) -> None:
        """Changes props of the view, by the names that its function has for them."""
        self.props = {**self.props, **{camel(name): value for name, value in props.items()}}

    def close(self) -> None:
        """Takes the view away, and lets go of its trace and of all that was computed of it."""
        self._let_go()
        super().close()

    def to_html(self, path: str | Path, *, dtype: str | None = None) -> None:
        """Writes the view, as it is now, as one page that needs no network and no kernel.

        ``dtype`` (``'uint8'``, ``'float16'``) makes it smaller. Raises ``TraceError`` ``file`` where it would be over 256 MB.
        """
        Path(path).write_text(self._page(dtype), encoding="utf-8")

    def to_svg(self, path: str | Path, *, whole: bool = True, **options: Any) -> None:
        """Writes the view, as it is now, as an SVG figure.

        A Chromium or Chrome of this machine draws it (``CHROMIUM_PATH`` names another one). Where there is none, the page that shows the
        view does: the file is then written when the page has answered, which is after the cell.

        Args:
            path: where to write.
            whole: everything, or what is in sight.
            options: ``width`` in CSS pixels, ``width_mm``, ``background`` (``'light'``, ``'dark'``, ``'transparent'``), ``caption``,
                ``legend``, ``font_family``.

        Raises:
            TraceError: ``no-page`` where nothing is there that could draw it; what the view refuses.
        """
        asked = {"whole": whole, **{camel(name): value for name, value in options.items()}}
        if figure.find_browser():
            traces = self.traces if self._vectors else page.without_vectors(self.traces)
            text = figure.svg(self.component, {name: partial(to_bytes, trace) for name, trace in traces.items()}, self._props_now(), asked)
            Path(path).write_text(text, encoding="utf-8")
        elif self._pages:
            name = uuid4().hex
            self._figures[name] = (Path(path).absolute(), {})
            self.send({"kind": "figure", "id": name, "options": asked})
        else:
            raise figure.no_browser()

    def _take_figure(self, content: dict) -> None:
        """A piece of a figure; the first page that has sent all of it is believed."""
        path, pieces = self._figures.get(content["id"], (None, {}))
        if path is None:
            return
        own = pieces.setdefault(content["page"], {})
        own[content["part"]] = content["text"]
        if len(own) == content["parts"]:
            del self._figures[content["id"]]
            text = "".join(own[part] for part in range(content["parts"]))
            path.write_text(figure.figure_from(json.loads(text)), encoding="utf-8")

    def _page(self, dtype: str | None = None) -> str:
        return page.page(self.component, self.traces, self._props_now(), vectors=self._vectors, dtype=dtype)

    def _props_now(self) -> dict:
        options = {camel(name): value for name, value in self.options.items()}
        chosen = {"selection": self.selection} if self.selection else {}
        return {**self.props, **options, **chosen}

    def _saved(self) -> tuple[str, bytes | None]:
        return page.saved_copy(self.component, self.traces, self._props_now(), vectors=self._vectors, height=self.height or self._saved_height)

    def _repr_mimebundle_(self, **kwargs: Any):
        """The live view, and a copy for where no kernel is: a saved notebook, nbconvert, a page."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        saved, png = self._saved()
        # Where there is no HTML at all, as in a PDF.
        picture = {"image/png": base64.b64encode(png).decode()} if png else {}
        return {**data, "text/html": saved, **picture}, metadata

    def _ipython_display_(self) -> None:
        """Two outputs: the live view, and the saved copy, which the live one hides. One output would be shown as a widget alone."""
        from IPython.display import display

        data, metadata = self._repr_mimebundle_()
        picture = {kind: data.pop(kind) for kind in ("text/html", "image/png") if kind in data}
        picture["text/html"] = f'<div data-attentrace-saved="{self.copy_id}">{picture["text/html"]}</div>'
        display(data, metadata=metadata, raw=True)
        display({**picture, "text/plain": ""}, raw=True)

    # What the page asks, and what it is told.

    def _answer(self, _widget: Any, content: dict, _buffers: list) -> None:
        kind = content.get("kind")
        try:
            if kind == "code":
                self._send_code(content)
            elif kind == "hello":
                self._open(content["page"])
                self._reply(content, about={name: describe_trace(trace, self._vectors) for name, trace in self.traces.items()})
            elif kind == "ping":
                self._reply(content)
            elif kind == "closed":
                self._page_closed(content["page"])
            elif kind == "figure":
                self._take_figure(content)
            elif kind == "heads":
                self._reply(content, array=_heads(self._stream(content), content["layer"], content["heads"]))
            elif kind == "block":
                self._reply(content, array=_block(self._stream(content), content))
            elif kind == "vectors":
                self._reply(content, array=getattr(self._stream(content), content["what"])[content["layer"]])
        except AttentraceError as error:
            self.send({"kind": "error", "id": content.get("id"), "error": error.parts()})
        except Exception as error:  # A page that waits for an answer in vain would be worse.
            parts = {"code": "unreadable", "place": "the kernel", "found": f"{type(error).__name__}: {error}"}
            parts |= {"expected": "an answer", "fix": "This is a fault of attentrace: please report it."}
            self.send({"kind": "error", "id": content.get("id"), "error": parts})

    def _stream(self, content: dict) -> Stream:
        return self.traces[content["trace"]].stream(content["stream"])

    def _reply(self, content: dict, *, about: dict | None = None, array: np.ndarray | None = None) -> None:
        reply = {"kind": "reply", "id": content.get("id"), "part": 0, "parts": 1, "about": about}
        if array is None:
            self.send(reply)
            return
        flat = memoryview(np.ascontiguousarray(array)).cast("B") if array.size else memoryview(b"")
        parts = max(1, -(-len(flat) // PIECE))
        for part in range(parts):
            told = {**reply, "part": part, "parts": parts, "type": str(array.dtype), "dims": list(array.shape)}
            self.send(told, buffers=[bytes(flat[part * PIECE : (part + 1) * PIECE])])

    def _send_code(self, content: dict) -> None:
        digest = page.code_digest()
        if digest in content.get("known", []):
            self.send({"kind": "code", "digest": digest, "part": 0, "parts": 1, "same": True})
            return
        code = page.code()
        parts = -(-len(code) // PIECE)
        for part in range(parts):
            told = {"kind": "code", "digest": digest, "part": part, "parts": parts}
            self.send(told, buffers=[code[part * PIECE : (part + 1) * PIECE]])

    def _open(self, name: str) -> None:
        self._pages.add(name)
        if self._letting_go:
            self._letting_go.cancel()
            self._letting_go = None
        self._traces = self.traces

    def _page_closed(self, name: str) -> None:
        """When the last page has closed, what was computed goes at once, and the trace soon after, unless a page opens again."""
        self._pages.discard(name)
        if self._pages or self._traces is None:
            return
        self._free()
        try:
            self._letting_go = asyncio.get_running_loop().call_later(LETS_GO_AFTER, self._let_go)
        except RuntimeError:
            self._let_go()

    def _let_go(self) -> None:
        self._free()
        self._traces = None

    def _free(self) -> None:
        for trace in (self._traces or {}).values():
            trace.free()


def describe_trace(trace: Trace, vectors: bool) -> dict:
    """All that a page must know of a trace before it looks at a weight."""
    return {
        "model": trace.model,
        "text": trace.text,
        "streams": [_describe_stream(stream, vectors) for stream in trace.streams.values()],
    }


def _describe_stream(stream: Stream, vectors: bool) -> dict:
    quantity = stream.quantity
    counts = [stream.attention.head_count(i) for i in range(len(stream.layers))]
    limits = [limit if np.isfinite(limit) else None for limit in quantity["range"]]
    held = [what for what in ("queries", "keys", "values") if vectors and getattr(stream, what) is not None]
    return {
        "name": stream.name,
        "dims": [len(stream.layers), max(counts), stream.attention.rows, stream.attention.cols],
        "type": stream.attention.kind,
        "layers": stream.layers,
        "heads": stream.heads_by_layer or stream.heads,
        "headCounts": counts,
        "causal": is_causal(stream),
        "quantity": {**quantity, "range": limits},
        "queryPositions": stream.query_positions,
        "query": _describe_side(stream.query_side),
        "key": _describe_side(stream.key_side),
        "vectors": {what: [str(array.dtype), *array.shape] for what in held for array in getattr(stream, what)[:1]},
    }


def _describe_side(side) -> dict:
    return {"tokens": side.tokens, "segments": side.segments, "present": side.present, "specialTokens": side.special_tokens}


def is_causal(stream: Stream) -> bool:
    """Whether no query sees a later key: said, or seen in as many weights as are looked at when a trace is made."""
    if stream.causal is not None:
        return stream.causal
    attention = stream.attention
    if stream.name not in ("self", "decoder") or not isinstance(attention, HeldAttention) or attention.rows < 2:
        return False
    positions = stream.query_positions or range(attention.cols - attention.rows, attention.cols)
    later = np.arange(attention.cols)[None, :] > np.asarray(positions)[:, None]
    looked = 0
    for i in range(len(stream.layers)):
        for head in range(attention.head_count(i)):
            matrix = attention.matrix(i, head)
            rows = attention.rows if looked < 2**23 else 1
            looked += rows * attention.cols
            if matrix.weights(0, 0, rows, attention.cols)[later[:rows]].any():
                return False
    return True


def _heads(stream: Stream, layer: int, heads: list[int]) -> np.ndarray:
    """Whole heads of one layer, by index."""
    matrices = [stream.attention.matrix(layer, head) for head in heads]
    return np.stack([matrix.weights(0, 0, matrix.rows, matrix.cols) for matrix in matrices])


def _block(stream: Stream, content: dict) -> np.ndarray:
    matrix: Matrix = stream.attention.matrix(content["layer"], content["head"])
    return matrix.block(
        *(content[name] for name in ("row", "col", "rows", "cols", "rowLevel", "colLevel")), content.get("reduce", "max")
    )
