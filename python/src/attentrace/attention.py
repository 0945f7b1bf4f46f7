"""Attention, queries, keys and values as people have them, as one tensor a layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import is_tensor, kept_type, to_numpy
from .errors import TraceError, count, describe
from .matrices import HeldAttention, QueryKeyAttention

EAGER = "model.set_attn_implementation('eager'), or attn_implementation='eager' when it is loaded"


def parse_attention(
    given: Any, place: str, quantity: dict, batch: int | None
) -> tuple[HeldAttention | QueryKeyAttention, list[int]]:
    """Attention by layer, and which of the layers passed have some: hybrid models have layers without.

    Raises ``TraceError`` ``empty``, ``null-attention``, ``not-an-array``, ``dims``, ``batch``, ``ragged``, ``dtype``.
    """
    if isinstance(given, (HeldAttention, QueryKeyAttention)):
        return given, list(range(len(given.layers)))
    layers = _layers(given, place, "head, query, key", batch)
    present = [i for i, layer in enumerate(layers) if layer is not None]
    if not present:
        raise TraceError(
            "null-attention",
            f"{place}[0]",
            "nothing",
            "an array [head, query, key]",
            f"Fused kernels (sdpa, flash attention) return no weights: {EAGER}.",
        )
    held = [layers[i] for i in present]
    first = tuple(int(n) for n in held[0].shape)
    for i, layer in zip(present, held):
        shape = tuple(int(n) for n in layer.shape)
        if shape[1:] != first[1:]:
            raise TraceError(
                "ragged",
                f"{place}[{i}]",
                f"dims {list(shape)}",
                f"as in {place}[{present[0]}], {list(first)}",
                "All layers have one number of queries and keys: put 0 where a causal model cannot look. "
                "Of the steps of generate() pass outputs.attentions whole.",
            )
    kinds = {kept_type(layer, f"{place}[{i}]") for i, layer in zip(present, held)}
    if len(kinds) > 1:
        raise TraceError(
            "dtype", place, f"layers of types {' and '.join(sorted(kinds))}", "one type", "Convert them alike: tensor.float()."
        )
    first = (min(int(layer.shape[0]) for layer in held), *first[1:])
    if min(first) == 0:
        axis = ("heads", "queries", "keys")[first.index(0)]
        raise TraceError(
            "empty",
            place,
            f"no {axis}",
            "at least one layer, head, query and key",
            "Check that the model ran and that the slice you took is not empty.",
        )
    return HeldAttention(held, place, quantity), present


def parse_vectors(
    given: Any, place: str, *, layers: list[int], heads: int, tokens: int, batch: int | None
) -> list[np.ndarray] | None:
    """Queries, keys or values, one array ``[head, token, dim]`` a layer that has attention, float16 or float32.

    Raises ``TraceError`` ``vectors``, and all that ``parse_attention`` does.
    """
    if given is None:
        return None
    found = _layers(given, place, "head, token, dim", batch)
    if len(found) != len(layers):
        found = [found[i] for i in layers if i < len(found)]
    if len(found) != len(layers) or any(layer is None for layer in found):
        raise _wrong(
            place, count(len(found), "layer"), f"{len(layers)}, as in attention", "Record the same layers as attention."
        )
    arrays = [to_numpy(layer, f"{place}[{i}]") for i, layer in enumerate(found)]
    for i, array in enumerate(arrays):
        at = f"dims {list(array.shape)}"
        if array.dtype == np.uint8:
            raise _wrong(place, "uint8 numbers", "float32 or float16", "Vectors have no fixed range: store floats.")
        if array.shape[1] != tokens:
            fix = "The axes are [layer, head, token, dim]; split the heads and swap axes where they differ."
            raise _wrong(f"{place}[{i}]", f"{count(array.shape[1], 'token')} in {at}", f"{tokens}, as in attention", fix)
        if heads % array.shape[0] or (place.endswith("queries") and array.shape[0] != heads):
            fix = "Queries have as many heads as attention; keys and values as many, or one for each equal group of heads."
            raise _wrong(f"{place}[{i}]", f"{count(array.shape[0], 'head')} in {at}", f"{heads}, or an equal share of them", fix)
        if array.shape != arrays[0].shape:
            fix = "Record them alike for every layer, or leave them out."
            raise TraceError("head-count", f"{place}[{i}]", at, f"as in {place}[0], {list(arrays[0].shape)}", fix)
        if not np.isfinite(array).all():
            bad = int(np.flatnonzero(~np.isfinite(array).all(axis=(0, 2)))[0])
            code = "not-a-number" if np.isnan(array).any() else "infinite"
            raise TraceError(code, f"{place}[{i}], token {bad}", code, "a number", "Record it in float32.")
    return arrays


def stacked(given: Any, place: str) -> list[np.ndarray]:
    """One array ``[head, token, dim]`` a layer, float16 or float32."""
    return [to_numpy(layer, f"{place}[{i}]") for i, layer in enumerate(_layers(given, place, "head, token, dim", None))]


def _layers(given: Any, place: str, axes: str, batch: int | None) -> list:
    """One tensor of three axes a layer, or None where a layer has none."""
    if isinstance(given, dict) or isinstance(given, (str, int, float)) or hasattr(given, "attentions"):
        fix = "Pass the attention itself (outputs.attentions in transformers), not what holds it."
        raise TraceError("not-an-array", place, describe(given), f"a tensor [layer, {axes}], or a list of one a layer", fix)
    if is_tensor(given):
        given = _whole(given, place, axes, batch)
    layers = list(given)
    if not layers:
        raise TraceError(
            "empty",
            place,
            "no layers",
            "at least one layer, head, query and key",
            f"With sdpa and flash attention transformers gives no weights, an empty tuple: {EAGER}; or let attentrace.capture(model, …) do it.",
        )
    if is_steps(layers):
        layers = join_steps(layers, place, batch)
    return [
        None if layer is None else _layer(layer if is_tensor(layer) else _nested(layer, f"{place}[{i}]"), f"{place}[{i}]", axes, batch)
        for i, layer in enumerate(layers)
    ]


def is_steps(given: Any) -> bool:
    """Whether it is what generate() returns: ``[step][layer]`` of tensors."""
    return (
        isinstance(given, (list, tuple))
        and len(given) > 0
        and isinstance(given[0], (list, tuple))
        and len(given[0]) > 0
        and is_tensor(given[0][0])
        and len(given[0][0].shape) == 4
    )


def _nested(layer: Any, place: str) -> np.ndarray:
    try:
        return np.asarray(layer, dtype=np.float32)
    except (TypeError, ValueError) as cause:
        code = "ragged" if isinstance(layer, (list, tuple)) else "not-an-array"
        raise TraceError(
            code,
            place,
            f"{describe(layer)} ({cause})",
            "rows of one length, of numbers",
            "All rows, heads and layers have one length: put 0 where a causal model cannot look.",
        ) from cause


def _whole(tensor: Any, place: str, axes: str, batch: int | None) -> list:
    shape = [int(n) for n in tensor.shape]
    if len(shape) == 5 and shape[0] == 1:
        tensor, shape = tensor[0], shape[1:]
    if len(shape) == 5:
        return list(tensor)
    if len(shape) != 4:
        fix = "Wrap a single layer in a list, and add an axis of 1 for a single head."
        raise TraceError("dims", place, f"{count(len(shape), 'axis', 'axes')}, dims {shape}", f"4: [layer, {axes}]", fix)
    return [tensor[i] for i in range(shape[0])]


def _layer(tensor: Any, place: str, axes: str, batch: int | None) -> Any:
    shape = [int(n) for n in tensor.shape]
    if len(shape) == 4:
        return tensor[_example(shape[0], shape, place, batch)]
    if len(shape) == 3:
        return tensor
    fix = "Pass one tensor a layer, as transformers gives them; add an axis of 1 for a single head."
    raise TraceError("dims", place, f"{len(shape)} axes, dims {shape}", f"3: [{axes}], with or without one of the batch", fix)


def _example(size: int, shape: list[int], place: str, batch: int | None) -> int:
    if batch is None and size == 1:
        return 0
    if batch is not None and -size <= batch < size:
        return batch
    found = f"a batch of {size} in dims {shape}" + ("" if batch is None else f", and batch={batch}")
    expected = "a batch of 1" if batch is None else f"batch from 0 to {size - 1}"
    fix = f"Say which example: batch=0, or up to {size - 1}; its tokens are those of that example, its padding is told with present."
    raise TraceError("batch", place, found, expected, fix)


def join_steps(steps: list, place: str, batch: int | None) -> list[np.ndarray]:
    """The steps of ``generate()``, ``[step][layer]`` of ``[batch, head, query, key]``, as one matrix a head and layer.

    Step 0 is the whole prompt, each later one the rows of what it added. Raises ``TraceError`` ``steps``.
    """
    rows: list[list[np.ndarray]] = [[] for _ in steps[0]]
    for n, step in enumerate(steps):
        if len(step) != len(rows):
            raise _steps(f"{place}[{n}]", count(len(step), "layer"), f"{len(rows)}, as in step 0")
        for layer, tensor in enumerate(step):
            rows[layer].append(to_numpy(_layer(tensor, f"{place}[{n}][{layer}]", "head, query, key", batch), place))
    joined = []
    for layer, parts in enumerate(rows):
        total = sum(part.shape[1] for part in parts)
        first = parts[-1].shape[2] - total
        whole = np.zeros((parts[0].shape[0], total, total), parts[0].dtype)
        at = 0
        for n, part in enumerate(parts):
            if first != 0 or part.shape[2] != at + part.shape[1] or part.shape[0] != whole.shape[0]:
                raise _steps(f"{place}[{n}][{layer}]", f"dims {list(part.shape)}", f"{at + part.shape[1]} keys, one a token so far")
            whole[:, at : at + part.shape[1], : part.shape[2]] = part
            at += part.shape[1]
        joined.append(whole)
    return joined


def _steps(place: str, found: str, expected: str) -> TraceError:
    fix = "Pass every step, in order, without beam search; or let attentrace.capture(model, tokenizer, text, generate=True) do it."
    return TraceError("steps", place, found, expected, fix)


def _wrong(place: str, found: str, expected: str, fix: str) -> TraceError:
    return TraceError("vectors", place, found, expected, fix)
