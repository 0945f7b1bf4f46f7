"""Attention a few queries at a time: exact, and never N² numbers."""

from __future__ import annotations

import torch

CHUNK_BYTES = 2**25
"""Scores held at once, in float32: few enough for the processor's cache to help."""


def _seen_range(seen: torch.Tensor | None, cols: int) -> tuple[int, int]:
    if seen is None:
        return 0, cols
    found = seen.any(0).nonzero()
    return (int(found[0]), int(found[-1]) + 1) if len(found) else (0, 1)


def attend(query, key, value, *, scale, softcap=None, mask=None, sinks=None):
    """What an attention layer computes, and the log-sum-exp of each query's scores.

    softmax(softcap(q·k × scale)) · v over the keys that ``mask`` lets be seen; ``sinks``, a logit a head, takes part in the sum and has no
    value (gpt-oss).

    Args:
        query: ``[1, head, query, dim]``.
        key, value: ``[1, key head, key, dim]``; each serves an equal run of heads.
        mask: a ``LazyMask``, or None where every key is seen.

    Returns:
        ``[1, query, head, dim]``, and ``[head, query]`` in natural logarithms, float32.
    """
    _, heads, rows, dim = query.shape
    key_heads, cols = key.shape[1], key.shape[2]
    group = heads // key_heads
    queries = query[0].float().reshape(key_heads, group, rows, dim) * scale
    keys, values = key[0].float().transpose(1, 2), value[0].float()
    out = torch.empty(1, rows, heads, value.shape[-1], dtype=query.dtype, device=query.device)
    log_sum_exp = torch.empty(heads, rows, dtype=torch.float32, device=query.device)
    step = max(1, CHUNK_BYTES // (4 * heads * cols))
    for row in range(0, rows, step):
        end = min(row + step, rows)
        seen = mask.block(range(row, end), range(cols)) if mask is not None else None
        # Keys beyond those seen, half of them in a causal model, take no time.
        first, last = _seen_range(seen, cols)
        # The heads that share keys are one product.
        scores = torch.bmm(queries[:, :, row:end].flatten(1, 2), keys[..., first:last]).unflatten(1, (group, end - row))
        if softcap is not None:
            scores.div_(softcap).tanh_().mul_(softcap)
        if seen is not None and not seen[:, first:last].all():
            scores.masked_fill_(~seen[:, first:last], float("-inf"))
        most = scores.amax(-1, keepdim=True)
        if sinks is not None:
            sink = sinks.float().reshape(key_heads, group, 1, 1)
            most = torch.maximum(most, sink)
        # A query that sees no key has a largest score of nothing, and weights of 0.
        most.masked_fill_(most == float("-inf"), 0.0)
        weights = scores.sub_(most).exp_()
        total = weights.sum(-1, keepdim=True)
        if sinks is not None:
            total += torch.exp(sink - most)
        mixed = torch.bmm(weights.flatten(1, 2), values[:, first:last]).unflatten(1, (group, end - row))
        mixed /= total.masked_fill(total == 0, 1.0)
        out[0, row:end] = mixed.permute(2, 0, 1, 3).reshape(end - row, heads, -1).to(out.dtype)
        log_sum_exp[:, row:end] = (most + total.masked_fill(total == 0, 1.0).log()).reshape(heads, end - row)
    return out, log_sum_exp
