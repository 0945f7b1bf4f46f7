"""What people pass to capture, as what a model takes, and what its positions are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from ..errors import InferenceError, describe
from ..trace import Side

Name = Callable[[int], Side]
"""Tokens and segments of a sequence, by how many positions it turns out to have."""


@dataclass
class Inputs:
    """What a model is called with. ``decoder`` are the ids that a decoder has read."""

    arguments: dict[str, Any]
    side: Name
    text: str | None = None
    decoder_ids: list[int] | None = None
    segments: list[dict] = field(default_factory=list)


def make_inputs(model, tokenizer, text, *, pair=None, images=None, audio=None, sampling_rate=None, options=None) -> Inputs:
    """Raises ``InferenceError`` ``missing-input``, ``missing-tokenizer``, ``option``."""
    options = options or {}
    if images is not None or audio is not None:
        return _from_processor(model, tokenizer, text, images, audio, sampling_rate, options)
    if text is None:
        raise InferenceError(
            "missing-input", "text", "nothing", "text, ids, images or audio", "capture(model, tokenizer, 'The cat sat on the mat.')"
        )
    if isinstance(text, Mapping):
        return _ready(text, tokenizer)
    if torch.is_tensor(text) or (isinstance(text, Sequence) and len(text) > 0 and isinstance(text[0], int)):
        ids = torch.as_tensor(text).reshape(1, -1)
        return _ready({"input_ids": ids}, tokenizer)
    if tokenizer is None:
        raise InferenceError(
            "missing-tokenizer", "tokenizer", "nothing", "the model's tokenizer or processor", "AutoTokenizer.from_pretrained(name)"
        )
    if isinstance(text, Sequence) and not isinstance(text, str) and text and isinstance(text[0], Mapping):
        return _chat(tokenizer, list(text), options)
    if isinstance(text, (tuple, list)) and len(text) == 2 and all(isinstance(part, str) for part in text):
        text, pair = text
    if not isinstance(text, str):
        fix = "Pass one text; a pair as (a, b); a chat as [{'role': 'user', 'content': …}]."
        raise InferenceError("option", "text", describe(text), "text, a pair of texts, messages, or ids", fix)
    encoded = tokenizer(text, pair, return_tensors="pt", **options) if pair is not None else tokenizer(text, return_tensors="pt", **options)
    inputs = _ready(encoded, tokenizer, text if pair is None else f"{text}\n{pair}")
    if pair is not None:
        inputs.segments += _pair_segments(encoded)
    return inputs


def tokens_of(tokenizer, ids: Sequence[int]) -> list[str]:
    """The tokens of ids; without a tokenizer the ids."""
    inner = getattr(tokenizer, "tokenizer", tokenizer)
    if not hasattr(inner, "convert_ids_to_tokens"):
        return [str(i) for i in ids]
    return [str(token) if token is not None else str(i) for i, token in zip(ids, inner.convert_ids_to_tokens(list(ids)))]


def special_of(tokenizer, tokens: Sequence[str]) -> list[str] | None:
    """The tokens among these that the tokenizer says are special."""
    inner = getattr(tokenizer, "tokenizer", tokenizer)
    special = sorted(set(map(str, getattr(inner, "all_special_tokens", None) or [])) & set(tokens))
    return special or None


def text_side(tokenizer, ids: Sequence[int], segments: list[dict]) -> Side:
    tokens = tokens_of(tokenizer, ids)
    return Side(tokens, segments, None, special_of(tokenizer, tokens))


def _ready(encoded: Mapping, tokenizer, text: str | None = None) -> Inputs:
    arguments = {name: value for name, value in encoded.items() if value is not None}
    ids = arguments.get("input_ids")
    if ids is None:
        return Inputs(arguments, lambda length: Side([str(n) for n in range(length)]), text)
    if ids.shape[0] != 1:
        fix = "Pass the inputs of one text; call capture once for each."
        raise InferenceError("option", "text", f"a batch of {ids.shape[0]}", "one sequence", fix)
    mask = arguments.get("attention_mask")
    inputs = Inputs(arguments, lambda length: Side([]), text)

    def side(length: int) -> Side:
        made = text_side(tokenizer, ids[0].tolist(), inputs.segments)
        if torch.is_tensor(mask) and mask.ndim == 2 and not bool(mask.all()):
            made.present = mask[0].int().tolist()
        return made

    inputs.side = side
    return inputs


def _pair_segments(encoded) -> list[dict]:
    """Sentence A with the markers around it, and B from its first token on: as BertViz's sentence_b_start cuts them."""
    try:
        which = encoded.sequence_ids(0)
    except (ValueError, AttributeError):
        which = encoded["token_type_ids"][0].tolist() if "token_type_ids" in encoded else []
    if 1 not in which:
        return []
    start = which.index(1)
    return [{"name": "A", "start": 0, "end": start}, {"name": "B", "start": start, "end": len(which)}]


def _chat(tokenizer, messages: list, options: dict) -> Inputs:
    """One segment a message, as far as the template writes messages one after the other."""
    inner = getattr(tokenizer, "tokenizer", tokenizer)

    def ids(part: list, **more) -> list[int]:
        encoded = inner.apply_chat_template(part, tokenize=True, return_dict=True, **{**options, **more})
        found = encoded["input_ids"]
        return list(found[0]) if found and isinstance(found[0], (list, tuple)) else list(found)

    whole = ids(messages)
    segments, at = [], 0
    for n, message in enumerate(messages, 1):
        try:
            part = ids(messages[:n], add_generation_prompt=False)
        except Exception:
            # A template may refuse a conversation that is cut off.
            continue
        if part == whole[: len(part)] and len(part) > at:
            segments.append({"name": f"{n} {message.get('role', 'message')}", "start": at, "end": len(part)})
            at = len(part)
    if 0 < at < len(whole):
        segments.append({"name": "reply", "start": at, "end": len(whole)})
    tensor = torch.tensor([whole])
    inputs = _ready({"input_ids": tensor, "attention_mask": torch.ones_like(tensor)}, tokenizer)
    inputs.segments += segments
    return inputs


def _from_processor(model, processor, text, images, audio, sampling_rate, options: dict) -> Inputs:
    if processor is None:
        fix = "AutoProcessor.from_pretrained(name), or AutoImageProcessor, AutoFeatureExtractor."
        raise InferenceError("missing-tokenizer", "tokenizer", "nothing", "the model's processor", fix)
    arguments = dict(options)
    if images is not None:
        arguments["images"] = images
    if text is not None:
        arguments["text"] = text
    if audio is not None:
        arguments["audio" if hasattr(processor, "feature_extractor") else "raw_speech"] = audio
        if sampling_rate is not None:
            arguments["sampling_rate"] = sampling_rate
    encoded = processor(**arguments, return_tensors="pt")
    given = {name: value for name, value in encoded.items() if torch.is_tensor(value)}
    if "input_ids" in given and not getattr(model.config, "is_encoder_decoder", False):
        inputs = _ready(given, processor, text if isinstance(text, str) else None)
        inputs.segments += _image_segments(model.config, given["input_ids"][0].tolist())
        return inputs
    if images is not None:
        height, width = (int(n) for n in given["pixel_values"].shape[-2:])
        return Inputs(given, lambda length: patches(model.config, length, height, width))
    seconds = _seconds(audio, sampling_rate, processor, given)
    decoder = given.pop("labels", None)
    inputs = Inputs(given, lambda length: frames(length, seconds))
    if decoder is not None:
        inputs.decoder_ids = decoder[0].tolist()
    return inputs


def _image_segments(config, ids: list[int]) -> list[dict]:
    """Runs of a model's picture tokens among those of its text."""
    image = getattr(config, "image_token_id", None) or getattr(config, "image_token_index", None)
    segments, at = [], 0
    while image is not None and image in ids[at:]:
        start = ids.index(image, at)
        end = start
        while end < len(ids) and ids[end] == image:
            end += 1
        segment = {"name": f"image {len(segments) + 1}", "start": start, "end": end}
        side = round((end - start) ** 0.5)
        if side * side == end - start:
            segment["grid"] = [side, side]
        segments.append(segment)
        at = end
    return segments


def patches(config, length: int, height: int, width: int) -> Side:
    """The patches of a picture, row by row, after markers such as [CLS]; a segment says how many rows and columns."""
    size = getattr(config, "patch_size", None) or getattr(getattr(config, "vision_config", None), "patch_size", None)
    tall, wide = (size, size) if isinstance(size, int) else tuple(size or (0, 0))
    rows, cols = (height // tall, width // wide) if tall and wide else (0, 0)
    markers = length - rows * cols
    if rows * cols == 0 or markers < 0:
        return Side([f"patch {n}" for n in range(length)])
    names = ["[CLS]" if n == 0 else f"[REG{n}]" for n in range(markers)]
    tokens = names + [f"row {r} column {c}" for r in range(rows) for c in range(cols)]
    segment = {"name": "image", "start": markers, "end": length, "grid": [rows, cols]}
    return Side(tokens, [segment], None, names or None)


def frames(length: int, seconds: float | None) -> Side:
    """The frames of a sound, by when each begins."""
    if seconds is None:
        return Side([f"frame {n}" for n in range(length)])
    return Side([f"{n * seconds / length:.2f} s" for n in range(length)])


def _seconds(audio, sampling_rate, processor, given: dict) -> float | None:
    """How much time the model's frames stand for: Whisper pads to 30 s."""
    extractor = getattr(processor, "feature_extractor", processor)
    rate = sampling_rate or getattr(extractor, "sampling_rate", None)
    if "input_features" in given and getattr(extractor, "hop_length", None) and rate:
        return given["input_features"].shape[-1] * extractor.hop_length / rate
    if audio is None or rate is None or not hasattr(audio, "__len__"):
        return None
    return len(audio) / rate
