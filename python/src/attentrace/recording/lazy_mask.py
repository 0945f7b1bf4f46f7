"""Masks that are asked, not built: at 16,384 tokens one built whole is 268 MB of booleans."""

from __future__ import annotations

import numpy as np
import torch

from ..errors import InferenceError


class LazyMask:
    """What transformers' mask functions say of a query and a key, for a rectangle at a time."""

    def __init__(self, function, query_offset: int, key_offset: int, padding: torch.Tensor | None, device):
        self._function, self._padding = function, padding
        self._query_offset, self._key_offset, self._device = query_offset, key_offset, device
        self._shape: str | None = None

    def block(self, rows: range, cols: range) -> torch.Tensor:
        """Whether each query sees each key, ``[rows, cols]``."""
        zero = torch.zeros(1, 1, dtype=torch.long, device=self._device)
        queries = torch.arange(rows.start, rows.stop, device=self._device)[:, None] + self._query_offset
        keys = torch.arange(cols.start, cols.stop, device=self._device)[None, :] + self._key_offset
        seen = self._function(zero, zero, queries, keys).expand(len(rows), len(cols))
        return seen if self._padding is None else seen & self._padding[0, cols.start : cols.stop]

    def shape(self, rows: int, cols: int) -> str:
        """``all`` or ``causal`` where each query sees every key, or every key up to its own; ``later`` and ``part`` where it sees fewer,
        and later ones among them or not. Every query and key is asked, a few at a time.
        """
        if self._shape is None:
            step = max(1, 2**22 // cols)
            shapes = {self._shape_of(range(row, min(row + step, rows)), cols, cols - rows) for row in range(0, rows, step)}
            self._shape = shapes.pop() if len(shapes) == 1 else "later" if shapes & {"all", "later"} else "part"
        return self._shape

    def _shape_of(self, rows: range, cols: int, offset: int) -> str:
        block = self.block(rows, range(cols))
        if block.all() and len(rows) + offset < cols:
            return "all"
        earlier = torch.ones_like(block).tril(rows.start + offset)
        return "causal" if torch.equal(block, earlier) else "later" if (block & ~earlier).any() else "part"

    def visible(self, rows: range, cols: range) -> np.ndarray:
        return self.block(rows, cols).cpu().numpy()


def lazy_mask(
    batch_size, q_length, kv_length, q_offset=0, kv_offset=0, mask_function=None, attention_mask=None, use_vmap=False, device="cpu", **_
) -> LazyMask:
    """The mask interface of transformers, as a ``LazyMask``."""
    if batch_size != 1:
        raise InferenceError(
            "run", "the batch", f"{batch_size} sequences", "one", "Capture one sequence at a time, or say form='weights'."
        )
    if use_vmap:
        raise InferenceError(
            "unsupported-operator",
            "the model's mask",
            "one that cannot be asked for a part of it (use_vmap)",
            "a mask by index",
            "Say form='weights': attention is then recorded as the model computes it.",
        )
    padding = None
    if attention_mask is not None and not bool(attention_mask.all()):
        padding = torch.nn.functional.pad(attention_mask.bool(), (0, max(0, kv_length + kv_offset - attention_mask.shape[-1])))
        padding = padding[:, kv_offset : kv_offset + kv_length]
    return LazyMask(mask_function, int(q_offset), int(kv_offset), padding, device)
