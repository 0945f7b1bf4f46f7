"""The views, each one line: what they take is written in ``props.json``, from the TypeScript docs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from inspect import Parameter, Signature
from typing import Any

from .errors import TraceError, describe
from .trace import Trace
from .widget import View, camel, snake


@cache
def _props() -> dict[str, list[dict]]:
    return json.loads((files("attentrace") / "props.json").read_text("utf-8"))


HOLDING = {
    "include_layers": "Hold no more than these layers, by the model's numbers.",
    "include_heads": "Hold no more than these heads, by the model's numbers.",
}

OF_TRACE = {
    "sentence_b_start": "Where the second of two sentences starts, in token positions: makes the segments A and B.",
    **HOLDING,
    "encoder_attention": "Attention of an encoder among its own tokens.",
    "decoder_attention": "Attention of a decoder among its own tokens.",
    "cross_attention": "Attention of a decoder's tokens, the queries, to an encoder's, the keys.",
    "encoder_tokens": "The encoder's tokens.",
    "decoder_tokens": "The decoder's tokens.",
    "batch": "Which example of the batch.",
    "queries": "Queries ``[layer, head, token, dim]``, after rotary embedding and before the division by √dim.",
    "keys": "Keys likewise; fewer heads where heads share them.",
    "values": "Values likewise.",
    "layers": "The model's numbers of the layers passed.",
    "causal": "Whether a query sees no key after its own position. Default: seen in the weights.",
    "quantity": "What the numbers are; 'weights' unless said.",
    "segments": "Named runs of tokens: ``{'name': 'answer', 'start': 4, 'end': 9}``.",
    "present": "A mask of the tokens that are there: the tokenizer's ``attention_mask``.",
    "special_tokens": "Tokens that are markers, not text.",
    "query_positions": "Where only some queries were recorded, the position of each.",
}
"""What makes a trace of attention; of a trace that is made already only the first three do something."""

OF_BERTVIZ = {
    "display_mode": "'light' or 'dark': BertViz's name for ``theme``.",
    "prettify_tokens": "Tokens are always readable; BertViz's argument does nothing.",
    "html_action": "'view', or 'return' for an object whose ``data`` is a page.",
}

OF_VIEW = {
    "height": "Height of the view in CSS pixels. Default: by what it shows, up to 600.",
    "selection": "What is chosen at first: a dict with some of stream, layer, heads, query, key.",
}


class Html:
    """A page as text, ``data``; a notebook shows it."""

    def __init__(self, data: str, shown: str):
        self.data, self._shown = data, shown

    def _repr_html_(self) -> str:
        return self._shown


@dataclass(frozen=True)
class Kind:
    """A view: which of its props are traces that it must have, whether its page needs queries, keys and values, and how high its saved copy is."""

    component: str
    traces: tuple[str, ...]
    vectors: bool
    height: int


KINDS: dict[str, Kind] = {}
"""The views by the names of their functions."""


def view_function(component: str, *, traces: tuple[str, ...] = ("trace",), vectors: bool = False, height: int = 600) -> Callable[..., View]:
    """The function of a view. One trace is also made of attention and tokens; several are named as the view's props are."""
    kind = Kind(component, traces, vectors, height)
    known = {snake(prop["name"]): prop for prop in _props()[component]}
    compared = [name for name, prop in known.items() if prop["type"] == "Trace"]
    first = compared or ["attention", "tokens", "sentence_b_start"]
    rest = {**(HOLDING if compared else OF_TRACE), **OF_BERTVIZ, **OF_VIEW}
    signature = Signature(
        [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=None) for name in first]
        + [Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in {**rest, **known} if name not in first]
    )

    def make(*args: Any, **named: Any) -> View | Html:
        for name in named:
            if name not in signature.parameters:
                raise _unknown(name, list(signature.parameters))
        given = {name: value for name, value in signature.bind(*args, **named).arguments.items() if value is not None}
        held = _compared(compared, traces, given) if compared else {"trace": trace_from(given)}
        props = {camel(name): _plain(value) for name, value in given.items() if name in known and name not in held}
        if "display_mode" in given:
            props["theme"] = given["display_mode"]
        made = View(
            component,
            held,
            vectors=vectors,
            props=props,
            height=given.get("height"),
            saved_height=height,
            selection=given.get("selection"),
        )
        action = given.get("html_action", "view")
        if action not in ("view", "return"):
            raise TraceError("unknown-option", "html_action", describe(action), "'view' or 'return'", "Leave it out to see the view.")
        return made if action == "view" else Html(made._page(), made._saved()[0])

    make.__name__ = make.__qualname__ = snake(component)[1:]
    make.__doc__ = _doc(component, bool(compared), rest, known)
    make.__signature__ = signature
    KINDS[make.__name__] = kind
    return make


def _compared(names: list[str], needed: tuple[str, ...], given: dict) -> dict[str, Trace]:
    """The traces of a view of several, by prop."""
    held = {}
    for name in names:
        trace = given.get(name)
        if trace is None and name not in needed:
            continue
        if not isinstance(trace, Trace):
            fix = "Make one first: capture(model, tokenizer, text), Trace(attention, tokens), or load(path)."
            raise TraceError("unknown-option", name, describe(trace), "a trace", fix)
        held[name] = _picked(trace, given)
    return held


def _picked(trace: Trace, given: dict) -> Trace:
    layers, heads = given.get("include_layers"), given.get("include_heads")
    return trace if layers is None and heads is None else trace.picked(layers, heads)


def trace_from(given: dict) -> Trace:
    """The trace of a view's arguments: one that is made already, or made of attention by BertViz's names."""
    attention, start = given.get("attention"), given.get("sentence_b_start")
    of_trace = {name: given[name] for name in ("tokens", *OF_TRACE) if name in given and name not in (*HOLDING, "sentence_b_start")}
    if isinstance(attention, Trace):
        for name in of_trace:
            raise TraceError("two-forms", name, f"{name} beside a trace", "one form or the other", "Leave it out: the trace has its own.")
        trace = attention
    else:
        parts: dict[str, dict] = {}
        for name in ("encoder", "decoder", "cross"):
            part = {kind: of_trace.pop(f"{name}_{kind}", None) for kind in ("attention", "tokens")}
            if any(value is not None for value in part.values()):
                parts[name] = part if name != "cross" else {"attention": part["attention"]}
        trace = Trace(attention, **parts, **of_trace)
    return _picked(trace if start is None else _in_two(trace, start), given)


def _in_two(trace: Trace, start: int) -> Trace:
    stream = trace.stream()
    count = len(stream.key_side.tokens)
    if stream.name != "self" or not 0 < start < count:
        found = str(start) if stream.name == "self" else "an encoder-decoder model"
        fix = "It is the position of the first token of the second sentence; segments=[…] names any number of runs."
        raise TraceError("segment", "sentence_b_start", found, f"a position from 1 to {count - 1}", fix)
    from dataclasses import replace

    from .trace import trace_of_streams

    segments = [{"name": "A", "start": 0, "end": start}, {"name": "B", "start": start, "end": count}]
    side = replace(stream.key_side, segments=segments)
    return trace_of_streams({"self": replace(stream, query_side=side, key_side=side)}, trace.model, trace.text)


def _plain(value: Any) -> Any:
    """Numbers of numpy and tuples as what JSON has."""
    if isinstance(value, dict):
        return {camel(str(name)): _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [_plain(part) for part in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _unknown(name: str, names: list[str]) -> TraceError:
    from difflib import get_close_matches

    near = get_close_matches(name, names, 3) or sorted(names)[:6]
    return TraceError("unknown-option", name, "an argument that this view does not have", f"one of {', '.join(near)}", "Correct its name, or leave it out.")


def _doc(component: str, compares: bool, rest: dict[str, str], known: dict[str, dict]) -> str:
    def lines(names: dict[str, str]) -> str:
        return "\n".join(f"    {name}: {text}" for name, text in names.items())

    props = {name: " ".join(filter(None, [prop["doc"], prop["default"] and f"Default: {prop['default']}."])) for name, prop in known.items()}
    of = "traces" if compares else "a trace, or of attention and tokens"
    attention = {
        "attention": "a trace; or weights ``[layer, head, query, key]``, a tensor or a list of one a layer, as ``outputs.attentions`` is.",
        "tokens": "with attention, one string a position.",
    }
    return f"""{component} of {of}.

Args:
{lines({**({} if compares else attention), **{name: text for name, text in rest.items() if name not in known}})}

Of the view, as in the JavaScript package:
{lines(props)}

Returns:
    A live view: ``view.selection``, ``view.options``, ``view.to_html(path)``.

Raises:
    TraceError: for what cannot be drawn truthfully.
"""


budget_view = view_function("BudgetView")
compare_view = view_function("CompareView", traces=("a", "b"))
evidence_view = view_function("EvidenceView")
explorer = view_function("Explorer", height=720)
group_view = view_function("GroupView")
head_scatter = view_function("HeadScatter")
head_view = view_function("HeadView")
heatmap = view_function("Heatmap")
model_view = view_function("ModelView")
neuron_view = view_function("NeuronView", vectors=True)
token_view = view_function("TokenView", height=320)
