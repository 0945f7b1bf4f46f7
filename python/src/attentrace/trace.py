"""A trace: one recorded forward pass, its tokens, attention, and where recorded queries, keys, values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .arrays import is_tensor
from .attention import is_steps, parse_attention, parse_vectors
from .check import is_weights, parse_quantity
from .errors import TraceError, count, describe
from .matrices import HeldAttention, Matrix, QueryKeyAttention

STREAMS = ("self", "encoder", "decoder", "cross")


@dataclass
class Side:
    """One sequence of tokens. ``present`` is a mask of those that are there; ``segments`` are named runs, ``end`` exclusive."""

    tokens: list[str]
    segments: list[dict] = field(default_factory=list)
    present: list[int] | None = None
    special_tokens: list[str] | None = None


@dataclass
class Stream:
    """One kind of attention of a trace: ``self``, ``encoder``, ``decoder`` or ``cross``.

    ``layers`` and ``heads`` are the model's numbers of those held; ``heads_by_layer`` are those of each layer, where layers differ. ``queries``, ``keys`` and ``values`` are one array
    ``[head, token, dim]`` a layer; keys and values may have fewer heads (grouped-query attention).
    """

    name: str
    attention: HeldAttention | QueryKeyAttention
    layers: list[int]
    heads: list[int]
    query_side: Side
    key_side: Side
    causal: bool | None = None
    quantity: dict = field(default_factory=lambda: parse_quantity(None))
    query_positions: list[int] | None = None
    queries: list[np.ndarray] | None = None
    keys: list[np.ndarray] | None = None
    values: list[np.ndarray] | None = None
    heads_by_layer: list[list[int]] | None = None

    def heads_of(self, layer: int) -> list[int]:
        """The heads of one layer, by the model's numbers."""
        at = _index(self.layers, layer, "layer", self.name)
        return self.heads_by_layer[at] if self.heads_by_layer else self.heads

    def matrix(self, layer: int, head: int) -> Matrix:
        """One head, by the model's numbers. Raises ``TraceError`` ``unknown-layer`` or ``unknown-head``."""
        return self.attention.matrix(
            _index(self.layers, layer, "layer", self.name), _index(self.heads_of(layer), head, "head", self.name)
        )

    def weights(self, layer: int, head: int) -> np.ndarray:
        """Every weight of one head, ``[query, key]``, in the type they are kept in."""
        matrix = self.matrix(layer, head)
        return matrix.weights(0, 0, matrix.rows, matrix.cols)

    def picked(self, layers: Sequence[int], heads: Sequence[int]) -> Stream:
        """The same of some layers and heads, by the model's numbers, without a copy."""
        at = [_index(self.layers, layer, "layer", self.name) for layer in layers]
        rows = [_index(self.heads, head, "head", self.name) for head in heads]
        if self.heads_by_layer:
            return self._picked_of_each(layers, heads)

        def vectors(held: list[np.ndarray] | None) -> list[np.ndarray] | None:
            if held is None:
                return None
            whole = rows == list(range(len(self.heads)))
            group = len(self.heads) // held[0].shape[0]
            return [held[i] if whole else held[i][[row // group for row in rows]] for i in at]

        return replace(
            self,
            attention=self.attention.picked(at, rows),
            layers=list(layers),
            heads=list(heads),
            queries=vectors(self.queries),
            keys=vectors(self.keys),
            values=vectors(self.values),
        )

    def _picked_of_each(self, layers: Sequence[int], heads: Sequence[int]) -> Stream:
        """Where layers differ in their heads, of each layer those that it has."""
        kept = [[head for head in self.heads_of(layer) if head in heads] for layer in layers]
        for layer, some in zip(layers, kept):
            if not some:
                _index(self.heads_of(layer), heads[0], "head", f"layer {layer} of the {self.name}")
        arrays = [
            self.attention.layers[self.layers.index(layer)][[self.heads_of(layer).index(head) for head in some]]
            for layer, some in zip(layers, kept)
        ]
        attention = HeldAttention(arrays, self.attention.place, self.attention.quantity, self.attention.absent)
        union = sorted({head for some in kept for head in some})
        uneven = any(some != union for some in kept)
        return replace(self, attention=attention, layers=list(layers), heads=union, heads_by_layer=kept if uneven else None)


class Trace:
    """One recorded forward pass.

    Args:
        attention: weights ``[layer, head, query, key]``, rows that sum to at most 1: one tensor, or a list or tuple of one a layer,
            as ``outputs.attentions`` of transformers is. Tensors of torch, JAX or numpy, on any device, in float32, float16, bfloat16,
            float64 or uint8 (255 × weight). A batch axis of 1 is dropped; of a larger one ``batch`` says which. A layer without
            attention may be None.
        tokens: one string a position, ``tokenizer.convert_ids_to_tokens(ids)``. Default: the positions.
        queries, keys, values: ``[layer, head, token, dim]``, as attention; keys and values may have fewer heads.
        layers, heads: the model's numbers of those passed, where they are some of all; of heads a list for each layer where layers
            differ in them. Default 0, 1, 2, …
        causal: whether a query sees no key after its own position. Default: seen in the weights.
        quantity: what the numbers are, ``'weights'`` unless said: ``'scores'``, ``'attributions'``, …
        query_positions: where only some queries were recorded, the position of each, ascending.
        segments: named runs of tokens, ``{'name': 'A', 'start': 0, 'end': 5}``.
        present: a mask of the tokens that are there, the tokenizer's ``attention_mask``.
        special_tokens: tokens that are markers, not text; ``tokenizer.all_special_tokens``.
        batch: which example of the batch.
        model, text: what to call the model; what it read.
        encoder, decoder, cross: of an encoder-decoder model, in place of the above, a dict of the same names for each stream.

    Raises:
        TraceError: for what cannot be drawn truthfully; ``code``, ``place``, ``found``, ``expected`` and ``fix`` say what.

    Example:
        >>> Trace([[[1.0, 0.0], [0.25, 0.75]]], ["The", "cat"])   # doctest: +SKIP
    """

    def __init__(
        self,
        attention: Any = None,
        tokens: Sequence[str] | None = None,
        *,
        batch: int | None = None,
        model: str | None = None,
        text: str | None = None,
        encoder: dict | None = None,
        decoder: dict | None = None,
        cross: dict | None = None,
        **stream: Any,
    ):
        self.model, self.text = model, text
        self.streams: dict[str, Stream] = {}
        parts = {"encoder": encoder, "decoder": decoder, "cross": cross}
        if all(part is None for part in parts.values()):
            self._add("self", {**stream, "attention": attention, "tokens": tokens}, None, None, batch)
            return
        for name, value in {**stream, "attention": attention, "tokens": tokens}.items():
            if value is not None:
                raise TraceError(
                    "two-forms",
                    name,
                    f"{name} beside encoder, decoder or cross",
                    "one form or the other",
                    f"Put {name} inside the stream it belongs to.",
                )
        sides = {
            name: _side(part, f"{name}.", None) if part and part.get("tokens") is not None else None
            for name, part in (("encoder", encoder), ("decoder", decoder))
        }
        for name, part in parts.items():
            if part and part.get("attention") is not None:
                query, key = ("decoder", "encoder") if name == "cross" else (name, name)
                self._add(name, part, sides[query], sides[key], batch)
        if not self.streams:
            raise _missing("no attention in encoder, decoder or cross")

    def _add(self, name: str, part: dict, query: Side | None, key: Side | None, batch: int | None) -> None:
        prefix = "" if name == "self" else f"{name}."
        unknown = set(part) - {
            *("attention", "tokens", "queries", "keys", "values", "layers", "heads", "causal", "quantity"),
            *("query_positions", "segments", "present", "special_tokens"),
        }
        if unknown:
            raise TypeError(f"{prefix}{sorted(unknown)[0]} is no part of a trace.")
        if part.get("attention") is None:
            raise _missing("nothing")
        quantity = parse_quantity(part.get("quantity"))
        held, present = parse_attention(part["attention"], f"{prefix}attention", quantity, batch)
        rows, cols = held.rows, held.cols
        if is_steps(part["attention"]) and len(part.get("tokens") or []) == cols + 1:
            # The last token that was generated was never a query.
            part = {**part, "tokens": list(part["tokens"])[:-1]}
        if name == "self":
            query = key = _side(part, prefix, cols)
        elif query is None or key is None:
            missing = "decoder" if query is None else "encoder"
            raise TraceError(
                "missing-tokens",
                f"{missing}.tokens",
                "nothing",
                "a list of strings, one for each position",
                "Pass tokenizer.convert_ids_to_tokens(ids), special tokens included.",
            )
        positions = part.get("query_positions")
        _check_counts(name, held, query, key, positions, part.get("causal"), prefix)
        if query.present is not None and rows == len(query.present):
            held = replace_absent(held, query.present)
        numbers = part.get("layers")
        layers = _numbers(numbers, present, "layer", f"{prefix}layers")
        by_layer = _heads_by_layer(part.get("heads"), held, present, f"{prefix}heads")
        heads = sorted({head for some in by_layer for head in some})
        uneven = any(some != heads for some in by_layer)
        given = next((kind for kind in ("queries", "keys", "values") if part.get(kind) is not None), None)
        if uneven and given:
            raise TraceError(
                "vectors",
                f"{prefix}{given}",
                f"{given} beside layers of different numbers of heads",
                "layers of one number of heads",
                f"Leave {given} out, or make a trace of the layers that agree.",
            )
        shapes = {"layers": present, "heads": len(heads), "batch": batch}
        stream = Stream(
            name,
            held,
            layers,
            heads,
            query,
            key,
            causal=part.get("causal"),
            quantity=quantity,
            query_positions=None if positions is None else [int(n) for n in positions],
            queries=parse_vectors(part.get("queries"), f"{prefix}queries", tokens=rows, **shapes),
            keys=parse_vectors(part.get("keys"), f"{prefix}keys", tokens=cols, **shapes),
            values=parse_vectors(part.get("values"), f"{prefix}values", tokens=cols, **shapes),
            heads_by_layer=by_layer if uneven else None,
        )
        self.streams[name] = stream
        _check_some(stream)

    def stream(self, name: str | None = None) -> Stream:
        """A stream by name; without one, the first. Raises ``TraceError`` ``unknown-stream``."""
        if name is None:
            return next(iter(self.streams.values()))
        if name in self.streams:
            return self.streams[name]
        held = " or ".join(repr(held) for held in self.streams)
        raise TraceError("unknown-stream", "stream", describe(name), held, "This trace holds no other stream.")

    @property
    def tokens(self) -> list[str]:
        """The tokens of the first stream's queries."""
        return self.stream().query_side.tokens

    def picked(self, layers: Sequence[int] | None = None, heads: Sequence[int] | None = None) -> Trace:
        """The same trace with no more than these layers and heads, by the model's numbers; without a copy."""
        return self._with(
            {
                name: stream.picked(stream.layers if layers is None else layers, stream.heads if heads is None else heads)
                for name, stream in self.streams.items()
            }
        )

    def _with(self, streams: dict[str, Stream]) -> Trace:
        trace = Trace.__new__(Trace)
        trace.model, trace.text, trace.streams = self.model, self.text, streams
        return trace

    def free(self) -> None:
        """Lets go of what was computed to be looked at; what was recorded stays."""
        for stream in self.streams.values():
            stream.attention.free()

    def __repr__(self) -> str:
        parts = [
            f"{name}: {count(len(s.layers), 'layer')} × {count(len(s.heads), 'head')}, {s.attention.rows} × {s.attention.cols}"
            for name, s in self.streams.items()
        ]
        return f"<attentrace.Trace {self.model or ''} {'; '.join(parts)}>".replace("Trace  ", "Trace ")


def trace_of_streams(streams: dict[str, Stream], model: str | None = None, text: str | None = None) -> Trace:
    """A trace of streams that are made already, as by capture."""
    trace = Trace.__new__(Trace)
    trace.model, trace.text, trace.streams = model, text, streams
    return trace


def replace_absent(held: HeldAttention | QueryKeyAttention, present: Sequence[int]) -> HeldAttention | QueryKeyAttention:
    if not isinstance(held, HeldAttention) or all(present):
        return held
    return HeldAttention(held.layers, held.place, held.quantity, np.array([not there for there in present]))


def _side(part: dict, prefix: str, positions: int | None) -> Side:
    """Tokens as passed, or so many positions where none are. Raises ``token-type``, ``segment``, ``present``, ``special-tokens``."""
    tokens = part.get("tokens")
    if tokens is None:
        tokens = [str(n) for n in range(positions or 0)]
    elif isinstance(tokens, str) or is_tensor(tokens) or not isinstance(tokens, Sequence):
        fix = "Pass the tokens of one sequence, not its ids or its text: tokenizer.convert_ids_to_tokens(ids)."
        raise TraceError("token-type", f"{prefix}tokens", describe(tokens), "a list of strings", fix)
    for i, token in enumerate(tokens):
        if not isinstance(token, str):
            fix = "Pass the tokens of one sequence, not its ids or its text: tokenizer.convert_ids_to_tokens(ids)."
            raise TraceError("token-type", f"{prefix}tokens[{i}]", describe(token), "a string", fix)
    present = part.get("present")
    if present is not None:
        present = [int(bool(n)) for n in np.asarray(getattr(present, "tolist", lambda: present)()).ravel()]
        if len(present) != len(tokens):
            raise TraceError(
                "present",
                f"{prefix}present",
                count(len(present), "entry", "entries"),
                f"{len(tokens)}, one for each token passed",
                "Pass the attention_mask of the tokenizer for this sequence, one entry a token.",
            )
    segments = [dict(segment) for segment in part.get("segments") or []]
    for i, segment in enumerate(segments):
        start, end = segment.get("start"), segment.get("end")
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(tokens) and segment.get("name")):
            raise TraceError(
                "segment",
                f"{prefix}segments[{i}]",
                f"{segment}",
                f"a name, and whole numbers, 0 ≤ start < end ≤ {len(tokens)}",
                "A segment is a run of token positions from 0, its end exclusive: {'name': 'answer', 'start': 4, 'end': 9}.",
            )
    special = part.get("special_tokens")
    if special is not None and (isinstance(special, str) or not all(isinstance(token, str) for token in special)):
        raise TraceError(
            "special-tokens",
            f"{prefix}specialTokens",
            describe(special),
            "a list of strings",
            "Pass the tokens as they stand in tokens: tokenizer.all_special_tokens.",
        )
    return Side(list(tokens), segments, present, None if special is None else list(special))


def _check_counts(name, held, query: Side, key: Side, positions, causal, prefix: str) -> None:
    rows, cols, queries, keys = held.rows, held.cols, len(query.tokens), len(key.tokens)
    if cols == keys and rows == queries:
        return
    if cols == keys and rows < queries and name != "cross":
        if positions is not None and len(positions) == rows and all(0 <= n < keys for n in positions):
            return
        if positions is None and (causal or _ends_sequence(held)):
            return
        raise TraceError(
            "query-positions",
            f"{prefix}queryPositions",
            "nothing" if positions is None else describe(positions),
            f"the positions of the {count(rows, 'query', 'queries')} among {cols} tokens",
            f"For the last ones, as of a step with a cache, query_positions=range({cols - rows}, {cols}).",
        )
    wrong_queries = rows != queries and (name == "cross" or cols != keys or rows > cols)
    side, found, expected = ("decoder" if name == "cross" else name, queries, rows) if wrong_queries else ("encoder" if name == "cross" else name, keys, cols)
    missing = expected - found
    if name == "cross" and rows == keys and cols == queries:
        fix = "Queries are the decoder’s, keys the encoder’s: swap the last two axes."
    elif abs(missing) > 2:
        fix = "Pass one token for each position, special tokens and padding included, from the same forward pass; present says which are padding."
    else:
        fix = (
            f"Pass the tokens as the model saw them: {count(abs(missing), 'special token')} such as [CLS] or <s> "
            f"may be {'missing' if missing > 0 else 'too many'}."
        )
    raise TraceError(
        "token-count",
        "tokens" if side == "self" else f"{side}.tokens",
        count(found, "token"),
        f"{expected}, the number of {'queries' if wrong_queries else 'keys'} in {prefix}attention",
        fix,
    )


def _ends_sequence(held) -> bool:
    """Whether the weights show that the queries are the last of their sequence."""
    if not isinstance(held, HeldAttention) or held.rows < 2:
        return False
    for layer in range(len(held.layers)):
        for head in range(held.head_count(layer)):
            weights = held.matrix(layer, head).weights(0, 0, held.rows, held.cols)
            if np.triu(weights, held.cols - held.rows + 1).any():
                return False
    return True


CHECKED_AT_ONCE = 2**23
"""Weights checked when a trace is made; the rest is when it is read."""


def _check_some(stream: Stream) -> None:
    if not isinstance(stream.attention, HeldAttention):
        return
    left = CHECKED_AT_ONCE
    for i in range(len(stream.layers)):
        for head in range(stream.attention.head_count(i)):
            left -= stream.attention.rows * stream.attention.cols
            if left < 0:
                return
            weights = stream.attention.matrix(i, head).weights(0, 0, stream.attention.rows, stream.attention.cols)
            if stream.causal and is_weights(stream.quantity):
                offset = stream.attention.cols - stream.attention.rows
                if stream.query_positions is None and np.triu(weights, offset + 1).any():
                    raise TraceError(
                        "not-causal",
                        f"attention[{i}][{head}]",
                        "weight on keys after their query",
                        "none, as causal is true",
                        "Leave causal out, or check that queries are rows and keys are columns.",
                    )


def _heads_by_layer(given: Any, held: HeldAttention | QueryKeyAttention, present: list[int], place: str) -> list[list[int]]:
    """The model's numbers of the heads of each layer: one list for all, or one for each where layers differ."""
    counts = [held.head_count(i) for i in range(len(held.layers))]
    nested = given is not None and len(given) > 0 and all(isinstance(some, (list, tuple)) for some in given)
    if given is not None and len(set(counts)) > 1 and not nested or nested and len(given) not in (len(counts), present[-1] + 1):
        raise TraceError(
            "head-numbers",
            place,
            describe(given),
            f"{count(len(counts), 'list')}, one for each layer, as layers differ in their heads",
            "Give the numbers the model has for the heads of each layer: [[0, 1, 3], [0, 2]].",
        )
    if not nested:
        return [_numbers(given, list(range(n)), "head", place) for n in counts]
    lists = given if len(given) == len(counts) else [given[i] for i in present]
    return [_numbers(some, list(range(n)), "head", f"{place}[{i}]") for i, (some, n) in enumerate(zip(lists, counts))]


def _numbers(given: Sequence[int] | None, held: list[int], what: str, place: str) -> list[int]:
    """The model's numbers of what is held: those given, without those of layers that are None."""
    if given is None:
        return held
    numbers = [int(n) for n in given]
    wanted = len(held) if what == "head" else max(held) + 1
    ascending = all(a < b for a, b in zip(numbers, numbers[1:])) and (not numbers or numbers[0] >= 0)
    if not ascending or (len(numbers) not in (wanted, len(held))):
        raise TraceError(
            f"{what}-numbers",
            place,
            str(numbers),
            f"{wanted} whole numbers, ascending, one for each that attention holds",
            "Give the numbers the model has for them, from 0.",
        )
    return numbers if len(numbers) == len(held) else [numbers[i] for i in held]


def _index(numbers: list[int], number: int, what: str, stream: str) -> int:
    if number in numbers:
        return numbers.index(number)
    raise TraceError(
        f"unknown-{what}",
        what,
        describe(number),
        f"one of {', '.join(map(str, numbers))}",
        f"The {stream} stream holds no other; layers and heads go by the model's numbers, from 0.",
    )


def _missing(found: str) -> TraceError:
    return TraceError(
        "missing-attention",
        "attention",
        found,
        "an array [layer, head, query, key]",
        "Pass what the model returned; with transformers, call it with output_attentions=True.",
    )
