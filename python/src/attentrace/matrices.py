"""Attention that is read in blocks, as a page looks at it: held as arrays, or computed from queries and keys.

A block is a rectangle of cells; a cell of levels (r, c) joins 2**r queries and 2**c keys, and holds the weight of largest magnitude
among them, or their mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .arrays import kept_type, to_numpy
from .check import check_rows
from .errors import TraceError

BASE_CELLS = 2**20
"""Coarse pictures of a matrix are made from one of about so many cells, which is kept."""
CHUNK_WEIGHTS = 2**21
"""Weights computed or reduced at once, 8 MB of float32: few enough for the processor's cache to help."""


class Matrix:
    """One head: ``rows`` queries × ``cols`` keys. A subclass gives ``weights``, a rectangle of them."""

    def __init__(self, rows: int, cols: int):
        self.rows, self.cols = rows, cols
        self._bases: dict[str, tuple[int, int, np.ndarray]] = {}

    def weights(self, row: int, col: int, rows: int, cols: int) -> np.ndarray:
        raise NotImplementedError

    def free(self) -> None:
        """Lets go of what was computed; it is computed again when it is looked at again."""
        self._bases.clear()

    def block(
        self, row: int, col: int, rows: int, cols: int, row_level: int = 0, col_level: int = 0, reduce: str = "max"
    ) -> np.ndarray:
        """Cells ``[rows, cols]``, cut at the matrix's edge."""
        if row_level == 0 and col_level == 0:
            return self.weights(row, col, min(rows, self.rows - row), min(cols, self.cols - col))
        if reduce not in self._bases:
            levels = (0, 0)
            while _cells(self.rows, levels[0]) * _cells(self.cols, levels[1]) > BASE_CELLS:
                levels = (levels[0] + 1, levels[1]) if levels[0] <= levels[1] else (levels[0], levels[1] + 1)
            if row_level < levels[0] or col_level < levels[1]:
                return self._reduced(row, col, rows, cols, row_level, col_level, reduce)
            self._bases[reduce] = (*levels, self._reduced(0, 0, self.rows, self.cols, *levels, reduce))
        base_row, base_col, base = self._bases[reduce]
        if row_level < base_row or col_level < base_col:
            return self._reduced(row, col, rows, cols, row_level, col_level, reduce)
        height, width = 2 ** (row_level - base_row), 2 ** (col_level - base_col)
        part = base[row * height : (row + rows) * height, col * width : (col + cols) * width]
        if reduce == "max":
            return _join(part, height, width, reduce)
        # Cells at the edge of the base join fewer weights than others.
        return self._reduced(row, col, rows, cols, row_level, col_level, reduce)

    def _reduced(self, row: int, col: int, rows: int, cols: int, row_level: int, col_level: int, reduce: str) -> np.ndarray:
        height, width = 2**row_level, 2**col_level
        first, left = row * height, col * width
        last, right = min((row + rows) * height, self.rows), min((col + cols) * width, self.cols)
        step = max(height, CHUNK_WEIGHTS // max(right - left, 1) // height * height)
        parts = [
            _join(self.weights(at, left, min(step, last - at), right - left), height, width, reduce)
            for at in range(first, last, step)
        ]
        return np.concatenate(parts) if len(parts) != 1 else parts[0]


def _cells(n: int, level: int) -> int:
    return -(-n // 2**level)


def _join(cells: np.ndarray, height: int, width: int, reduce: str) -> np.ndarray:
    """Joins ``height`` × ``width`` cells to one."""
    if height == width == 1 or cells.size == 0:
        return cells
    rows, cols = np.arange(0, cells.shape[0], height), np.arange(0, cells.shape[1], width)
    if reduce == "mean":
        counts = np.diff([*rows, cells.shape[0]])[:, None] * np.diff([*cols, cells.shape[1]])
        sums = np.add.reduceat(np.add.reduceat(cells, cols, axis=1, dtype=np.float32), rows, axis=0) / counts
        return (np.rint(sums) if cells.dtype == np.uint8 else sums).astype(cells.dtype)
    largest = np.maximum.reduceat(np.maximum.reduceat(cells, cols, axis=1), rows, axis=0)
    if cells.dtype == np.uint8 or not (cells < 0).any():
        return largest
    least = np.minimum.reduceat(np.minimum.reduceat(cells, cols, axis=1), rows, axis=0)
    return np.where(-least > largest, least, largest)


class HeldMatrix(Matrix):
    """A head of an array in memory, or of a tensor that is fetched when it is looked at."""

    def __init__(self, tensor, head: int, place: str, quantity: dict, absent: np.ndarray | None):
        super().__init__(*(int(n) for n in tensor.shape[-2:]))
        self._tensor, self._head, self._place = tensor, head, place
        self._quantity, self._absent = quantity, absent
        self._array: np.ndarray | None = None

    def free(self) -> None:
        super().free()
        self._array = None

    def weights(self, row: int, col: int, rows: int, cols: int) -> np.ndarray:
        """Of the whole head once checked: raises what ``check_rows`` does."""
        if self._array is None:
            array = to_numpy(self._tensor[self._head], self._place)
            if self._absent is not None and self._absent.any():
                array = np.where(self._absent[:, None], np.zeros((), array.dtype), array)
            self._array = check_rows(array, self._place, self._quantity)
        return self._array[row : row + rows, col : col + cols]


@dataclass
class HeldAttention:
    """Attention in memory: one tensor ``[head, query, key]`` a layer, kept where and as it is."""

    layers: Sequence
    place: str
    quantity: dict
    absent: np.ndarray | None = None
    _matrices: dict[tuple[int, int], Matrix] = field(default_factory=dict)

    def __post_init__(self):
        self.kind = kept_type(self.layers[0], self.place)
        self.rows, self.cols = (int(n) for n in self.layers[0].shape[-2:])

    def head_count(self, layer: int) -> int:
        return int(self.layers[layer].shape[0])

    def matrix(self, layer: int, head: int) -> Matrix:
        """By indices, not the model's numbers."""
        at = (layer, head)
        if at not in self._matrices:
            place = f"{self.place}[{layer}][{head}]"
            self._matrices[at] = HeldMatrix(self.layers[layer], head, place, self.quantity, self.absent)
        return self._matrices[at]

    def free(self) -> None:
        self._matrices.clear()

    def picked(self, layers: Sequence[int], heads: Sequence[int]) -> HeldAttention:
        kept = [self.layers[layer] for layer in layers]
        if list(heads) != list(range(self.head_count(layers[0]))):
            kept = [layer[list(heads)] for layer in kept]
        return HeldAttention(kept, self.place, self.quantity, self.absent)


@dataclass
class QueryKeyLayer:
    """One layer as it was computed: ``softmax(softcap(q·k × scale) + bias)``, over the keys that the mask lets be seen.

    ``queries`` ``[head, query, dim]``, ``keys`` ``[key head, key, dim]`` (fewer heads where they are shared), ``log_sum_exp``
    ``[head, query]`` in natural logarithms. ``causal``: a query sees no key after its own position; ``window``: and no more than so many.
    ``visible(rows, cols)`` says, where a model masks in ways of its own, which of these keys each query sees, ``[rows, cols]``.
    """

    queries: np.ndarray
    keys: np.ndarray
    log_sum_exp: np.ndarray
    scale: float
    softcap: float | None = None
    causal: bool = False
    window: int | None = None
    visible: Callable[[range, range], np.ndarray | None] | None = None


class QueryKeyMatrix(Matrix):
    """A head whose weights are computed when they are looked at; N² of them are never held."""

    def __init__(self, layer: QueryKeyLayer, head: int, place: str):
        super().__init__(layer.queries.shape[1], layer.keys.shape[1])
        self._layer, self._head, self._place = layer, head, place

    def weights(self, row: int, col: int, rows: int, cols: int) -> np.ndarray:
        layer, offset = self._layer, self.cols - self.rows
        out = np.zeros((rows, cols), np.float32)
        end = min(col + cols, row + rows + offset) if layer.causal else col + cols
        start = max(col, row + offset - layer.window + 1) if layer.causal and layer.window else col
        if end <= start or rows == 0:
            return out
        group = layer.queries.shape[0] // layer.keys.shape[0]
        queries = layer.queries[self._head, row : row + rows].astype(np.float32, copy=False)
        keys = layer.keys[self._head // group, start:end].astype(np.float32, copy=False)
        scores = (queries * np.float32(layer.scale)) @ keys.T
        if layer.softcap:
            scores = np.tanh(scores / np.float32(layer.softcap)) * np.float32(layer.softcap)
        scores -= layer.log_sum_exp[self._head, row : row + rows, None]
        if layer.visible:
            scores[~layer.visible(range(row, row + rows), range(start, end))] = -np.inf
        elif layer.causal:
            hide(scores, row + offset - start, layer.window)
        np.exp(scores, out=scores)
        most = scores.max(initial=0)
        if not most <= 1 + 1e-3:
            raise TraceError(
                "source",
                f"{self._place}, near query {row} and key {col}",
                f"a log-sum-exp that makes a weight of {most:.4g}",
                "weights of at most 1",
                "It must be that of q·k × scale under the same mask, with natural logarithms.",
            )
        out[:, start - col : end - col] = np.minimum(scores, 1)
        return out


def hide(scores: np.ndarray, ahead: int, window: int | None) -> None:
    """Hides keys after each query, and those that its window leaves out. ``ahead``: where the first query stands among these keys."""
    rows, cols = scores.shape
    first = max(0, ahead)
    later = np.arange(first, cols)[None, :] > np.arange(ahead, ahead + rows)[:, None]
    scores[:, first:][later] = -np.inf
    if window is not None:
        scores[np.arange(cols)[None, :] <= np.arange(ahead, ahead + rows)[:, None] - window] = -np.inf


@dataclass
class QueryKeyAttention:
    """Attention that is computed from queries and keys, for sequences whose N² weights do not fit."""

    layers: Sequence[QueryKeyLayer]
    place: str
    kind: str = "float32"
    _matrices: dict[tuple[int, int], Matrix] = field(default_factory=dict)

    def __post_init__(self):
        self.rows, self.cols = self.layers[0].queries.shape[1], self.layers[0].keys.shape[1]

    def head_count(self, layer: int) -> int:
        return self.layers[layer].queries.shape[0]

    def matrix(self, layer: int, head: int) -> Matrix:
        at = (layer, head)
        if at not in self._matrices:
            self._matrices[at] = QueryKeyMatrix(self.layers[layer], head, f"{self.place}[{layer}][{head}]")
        return self._matrices[at]

    def free(self) -> None:
        self._matrices.clear()

    def picked(self, layers: Sequence[int], heads: Sequence[int]) -> QueryKeyAttention:
        def pick(layer: QueryKeyLayer) -> QueryKeyLayer:
            group = layer.queries.shape[0] // layer.keys.shape[0]
            rows = list(heads)
            if rows == list(range(layer.queries.shape[0])):
                return layer
            return replace(
                layer,
                queries=layer.queries[rows],
                keys=layer.keys[[head // group for head in rows]],
                log_sum_exp=layer.log_sum_exp[rows],
            )

        return QueryKeyAttention([pick(self.layers[layer]) for layer in layers], self.place)
