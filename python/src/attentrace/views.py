"""The views, each one line: what they take is written in ``props.json``, from the TypeScript docs."""

from __future__ import annotations

import json
from collections.abc import Callable
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


OF_TRACE = {
    "sentence_b_start": "Where the second of two sentences starts, in token positions: makes the segments A and B.",
    "include_layers": "Hold no more than these layers, by the model's numbers.",
    "include_heads": "Hold no more than these heads, by the model's numbers.",
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


def view_function(component: str, *, vectors: bool = False, height: int = 600) -> Callable[..., View]:
    """The function of a view.

    ``vectors`` says whether its page needs queries, keys and values; ``height`` is that of the copy in a saved notebook.
    """
    known = {snake(prop["name"]): prop for prop in _props()[component]}

    def make(attention: Any = None, tokens: Any = None, sentence_b_start: int | None = None, **given: Any) -> View | Html:
        for name in given:
            if not (name in known or name in OF_TRACE or name in OF_BERTVIZ or name in OF_VIEW):
                raise _unknown(name, [*known, *OF_TRACE, *OF_BERTVIZ, *OF_VIEW])
        trace = trace_from(attention, tokens, sentence_b_start, {name: given.get(name) for name in OF_TRACE})
        props = {camel(name): _plain(given[name]) for name in given if name in known and given[name] is not None}
        if given.get("display_mode") is not None:
            props["theme"] = given["display_mode"]
        made = View(
            component,
            trace,
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
    make.__doc__ = _doc(component, known)
    named = [*OF_TRACE, *OF_BERTVIZ, *OF_VIEW, *known]
    make.__signature__ = Signature(
        [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=None) for name in ("attention", "tokens", "sentence_b_start")]
        + [Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in dict.fromkeys(named) if name != "sentence_b_start"]
    )
    return make


def trace_from(attention: Any, tokens: Any, sentence_b_start: int | None, of_trace: dict) -> Trace:
    """A trace from one that is made, from a model, or from attention by BertViz's names."""
    layers, heads = of_trace.pop("include_layers"), of_trace.pop("include_heads")
    of_trace.pop("sentence_b_start")
    if isinstance(attention, Trace):
        for name, value in {"tokens": tokens, **of_trace}.items():
            if value is not None:
                fix = "Leave it out: the trace has its own."
                raise TraceError("two-forms", name, f"{name} beside a trace", "one form or the other", fix)
        trace = attention
    else:
        parts: dict[str, dict] = {}
        for name in ("encoder", "decoder", "cross"):
            weights = of_trace.pop(f"{name}_attention")
            names = of_trace.pop(f"{name}_tokens", None)
            if weights is not None or names is not None:
                parts[name] = {"attention": weights, "tokens": names} if name != "cross" else {"attention": weights}
        batch = of_trace.pop("batch")
        rest = {name: value for name, value in of_trace.items() if value is not None}
        trace = Trace(attention, tokens, batch=batch, **parts, **rest)
    if sentence_b_start is not None:
        trace = _in_two(trace, sentence_b_start)
    return trace if layers is None and heads is None else trace.picked(layers, heads)


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


def _doc(component: str, known: dict[str, dict]) -> str:
    def lines(names: dict[str, str]) -> str:
        return "\n".join(f"    {name}: {text}" for name, text in names.items())

    props = {name: " ".join(filter(None, [prop["doc"], prop["default"] and f"Default: {prop['default']}."])) for name, prop in known.items()}
    rest = {name: text for name, text in {**OF_TRACE, **OF_BERTVIZ, **OF_VIEW}.items() if name not in known}
    return f"""{component} of a trace, or of attention and tokens.

Args:
    attention: a trace; or weights ``[layer, head, query, key]``, a tensor or a list of one a layer, as ``outputs.attentions`` is.
    tokens: with attention, one string a position.
{lines(rest)}

Of the view, as in the JavaScript package:
{lines(props)}

Returns:
    A live view: ``view.selection``, ``view.options``, ``view.to_html(path)``.

Raises:
    TraceError: for what cannot be drawn truthfully.
"""


budget_view = view_function("BudgetView")
explorer = view_function("Explorer", height=720)
group_view = view_function("GroupView")
head_scatter = view_function("HeadScatter")
head_view = view_function("HeadView")
heatmap = view_function("Heatmap")
model_view = view_function("ModelView")
neuron_view = view_function("NeuronView", vectors=True)
token_view = view_function("TokenView", height=320)
