"""From recorded attention to the streams of a trace: which stack of layers, which layer, which stream."""

from __future__ import annotations

import re
from collections import Counter

from ..check import parse_quantity
from ..errors import InferenceError
from ..matrices import HeldAttention, QueryKeyAttention
from ..trace import Side, Stream
from .inputs import Inputs, text_side
from .tap import Call


def streams_of(model, tokenizer, inputs: Inputs, calls: list[Call], part: str | None) -> dict[str, Stream]:
    """Raises ``InferenceError`` ``option`` where a model has several stacks and ``part`` does not say which."""
    stacks: dict[tuple[str, bool], list[Call]] = {}
    for call in calls:
        stacks.setdefault((_stack(call.module), call.cross), []).append(call)
    if part is not None:
        chosen = {key: found for key, found in stacks.items() if key[0].startswith(part)}
        if not chosen:
            raise _which(part, stacks)
        stacks = chosen
    if getattr(model.config, "is_encoder_decoder", False):
        return _encoder_decoder(model, tokenizer, inputs, stacks)
    own = {key: found for key, found in stacks.items() if not key[1]}
    if len(own) > 1:
        # Of a picture and a text, the stack that reads the tokens.
        length = inputs.arguments["input_ids"].shape[1] if "input_ids" in inputs.arguments else None
        reading = {key: found for key, found in own.items() if found[0].queries.shape[1] == length}
        if len(reading) != 1:
            raise _which(part, own)
        own = reading
    if not own:
        raise _which(part, stacks)
    ((_, found),) = own.items()
    length = found[0].keys.shape[1]
    side = inputs.side(length)
    if len(side.tokens) != length:
        side = Side([str(n) for n in range(length)])
    return {"self": _stream("self", found, side, side)}


def _which(part, stacks) -> InferenceError:
    found = ", ".join(sorted({name for name, _ in stacks})) or "none"
    return InferenceError(
        "option",
        "part",
        f"{'nothing' if part is None else repr(part)}, and attention in {found}",
        "the beginning of one of these names",
        f"capture(…, part={sorted({name for name, _ in stacks})[0] if stacks else ''!r})",
    )


def _encoder_decoder(model, tokenizer, inputs: Inputs, stacks) -> dict[str, Stream]:
    streams: dict[str, Stream] = {}
    by_name: dict[str, list[Call]] = {}
    for (stack, cross), found in stacks.items():
        first = next((word for word in stack.split(".") if word in ("encoder", "decoder")), None)
        name = "cross" if cross else first
        if name is None or name in by_name:
            raise _which(None, stacks)
        by_name[name] = found
    decoder = text_side(tokenizer, inputs.decoder_ids or [], [])
    encoder = None
    for name in ("encoder", "cross"):
        if name in by_name:
            encoder = encoder or inputs.side(by_name[name][0].keys.shape[1])
    for name in ("encoder", "decoder", "cross"):
        if name in by_name:
            query, key = {"encoder": (encoder, encoder), "decoder": (decoder, decoder), "cross": (decoder, encoder)}[name]
            streams[name] = _stream(name, by_name[name], query, key)
    return streams


def _stack(module: str) -> str:
    """What comes before a module's number of a layer."""
    return re.split(r"\.\d+(?:\.|$)", module, maxsplit=1)[0]


def _stream(name: str, calls: list[Call], query: Side, key: Side) -> Stream:
    layers = _numbers(calls)
    calls = [call for _, call in sorted(zip(layers, calls), key=lambda pair: pair[0])]
    layers = sorted(layers)
    place = "attention" if name == "self" else f"{name}.attention"
    if calls[0].layer is not None:
        attention: HeldAttention | QueryKeyAttention = QueryKeyAttention([call.layer for call in calls], place)
    else:
        attention = HeldAttention([call.weights for call in calls], place, parse_quantity(None))
    shapes = Counter((call.queries.shape, call.keys.shape) for call in calls)
    if len(shapes) > 1:
        raise InferenceError(
            "unsupported-operator",
            f"{name} attention",
            f"layers of different shapes: {', '.join(str(list(query)) for query, _ in shapes)}",
            "layers with one number of heads and tokens",
            "Say part='the name of one of its stacks' where it has several.",
        )
    return Stream(
        name,
        attention,
        layers,
        list(range(calls[0].queries.shape[0])),
        query,
        key,
        causal=all(call.layer.causal for call in calls) if calls[0].layer is not None else None,
        queries=[call.queries for call in calls],
        keys=[call.keys for call in calls],
        values=[call.values for call in calls] if calls[0].values is not None else None,
    )


def _numbers(calls: list[Call]) -> list[int]:
    """Each layer's number in the model: that in its module's name; where one module serves many layers (ALBERT), the order of calls."""
    modules = Counter(call.module for call in calls)
    if max(modules.values()) > 1:
        return list(range(len(calls)))
    numbers = [int(match.group(1)) if (match := re.search(r"\.(\d+)(?:\.|$)", call.module)) else -1 for call in calls]
    if len(set(numbers)) == len(numbers) and min(numbers) >= 0:
        return numbers
    if len(calls) == 1:
        return [0]
    raise InferenceError(
        "unsupported-operator",
        calls[0].module,
        f"layers numbered {sorted(set(numbers))} that are several each",
        "one attention a layer",
        "Models in stages, as Swin, are not read.",
    )
