"""Attention that is no array of every weight, from what other programs record."""

from __future__ import annotations

from typing import Any

import numpy as np

from .attention import stacked
from .errors import TraceError, count
from .matrices import QueryKeyAttention, QueryKeyLayer, hide

CHUNK_SCORES = 2**21


def query_key_attention(
    queries: Any,
    keys: Any,
    *,
    causal: bool,
    scale: float | None = None,
    softcap: float | None = None,
    window: int | None = None,
    log_sum_exp: Any = None,
) -> QueryKeyAttention:
    """Attention from queries and keys, for sequences whose N² weights do not fit: weights are computed when they are looked at.

    softmax(softcap(q·k × scale)), over the keys that a query sees. What else takes part in a model's attention (ALiBi, a learned bias,
    sinks) is not in it: pass the weights then.

    Args:
        queries: ``[layer, head, token, dim]``, after rotary embedding: one tensor, or one a layer.
        keys: likewise; fewer heads where heads share them.
        causal: whether a query sees no key after its own position.
        scale: what q·k is multiplied with. Default 1/√dim.
        softcap: scores become softcap × tanh(score ÷ softcap).
        window: how many keys a query sees at most, its own the last; with ``causal``.
        log_sum_exp: of each query's scores, ``[layer, head, query]``, natural logarithms, as fused kernels return it. Default: computed,
            which takes a product of all queries with all keys.

    Returns:
        What ``Trace(attention=…)`` and the views take.

    Raises:
        TraceError: ``vectors`` for shapes that do not fit, ``source`` for a window or scale that is none.

    Example:
        >>> Trace(query_key_attention(q, k, causal=True), tokens, queries=q, keys=k)   # doctest: +SKIP
    """
    held = [stacked(given, name) for given, name in ((queries, "queries"), (keys, "keys"))]
    if len(held[0]) != len(held[1]):
        raise _wrong("keys", count(len(held[1]), "layer"), f"{len(held[0])}, as in queries", "Record both for the same layers.")
    if window is not None and (not causal or int(window) != window or window < 1):
        fix = "A window counts the keys that a query sees, its own the last."
        raise TraceError("source", "window", str(window), "a whole number over 0, with causal=True", fix)
    if scale is not None and not (np.isfinite(scale) and scale > 0):
        raise TraceError("source", "scale", str(scale), "a number over 0", "It is 1/√dim in most models; leave it out for that.")
    sums = None if log_sum_exp is None else [np.asarray(part, np.float32) for part in log_sum_exp]
    layers = []
    for i, (query, key) in enumerate(zip(*held)):
        _check(query, key, i, causal)
        layer = QueryKeyLayer(
            query,
            key,
            np.zeros(query.shape[:2], np.float32) if sums is None else sums[i],
            query.shape[-1] ** -0.5 if scale is None else float(scale),
            softcap,
            causal=causal,
            window=window,
        )
        if layer.log_sum_exp.shape != query.shape[:2]:
            fix = "One number for each query of each head."
            raise _wrong("log_sum_exp", f"dims {list(layer.log_sum_exp.shape)}", f"{list(query.shape[:2])}: [head, query]", fix)
        if sums is None:
            layer.log_sum_exp = _sums(layer)
        layers.append(layer)
    return QueryKeyAttention(layers, "attention")


def _check(query: np.ndarray, key: np.ndarray, i: int, causal: bool) -> None:
    heads, key_heads = query.shape[0], key.shape[0]
    if heads % key_heads:
        fix = "Keys have as many heads as queries, or one for each equal group of them."
        raise _wrong(f"keys[{i}]", count(key_heads, "head"), f"{heads}, or an equal share of them", fix)
    if query.shape[2] != key.shape[2]:
        fix = "Record queries and keys after the split into heads."
        raise _wrong(f"keys[{i}]", f"{key.shape[2]} dimensions", f"{query.shape[2]}, as in queries", fix)
    if causal and query.shape[1] > key.shape[1]:
        fix = "Causal attention is within one sequence; record its queries and keys from the same forward pass."
        raise _wrong(f"keys[{i}]", count(key.shape[1], "token"), f"at least {query.shape[1]}, as in queries", fix)


def _sums(layer: QueryKeyLayer) -> np.ndarray:
    heads, rows, _ = layer.queries.shape
    cols, group = layer.keys.shape[1], heads // layer.keys.shape[0]
    sums = np.empty((heads, rows), np.float32)
    step = max(1, CHUNK_SCORES // cols)
    for head in range(heads):
        keys = layer.keys[head // group].astype(np.float32, copy=False).T
        for row in range(0, rows, step):
            scores = layer.queries[head, row : row + step].astype(np.float32, copy=False) @ keys * np.float32(layer.scale)
            if layer.softcap:
                scores = np.tanh(scores / layer.softcap) * layer.softcap
            if layer.causal:
                hide(scores, row + cols - rows, layer.window)
            most = scores.max(-1, keepdims=True)
            sums[head, row : row + step] = (most + np.log(np.exp(scores - most).sum(-1, keepdims=True)))[:, 0]
    return sums


def _wrong(place: str, found: str, expected: str, fix: str) -> TraceError:
    return TraceError("vectors", place, found, expected, fix)
