"""Whether numbers are what they are said to be: the rules of the JavaScript package (src/lib/trace/check-weights.ts)."""

from __future__ import annotations

import numpy as np

from .errors import TraceError, describe

WEIGHT_TOLERANCE = 1e-3
"""Rounding may take a weight this far out of [0, 1]."""
ROW_TOLERANCE = 2e-2
"""Rounding may take a row's sum this far over 1."""

INF = float("inf")
QUANTITIES = {
    "weights": {"name": "weight", "range": (0, 1), "evidence": "descriptive"},
    "signedWeights": {"name": "signed weight", "range": (-INF, INF), "evidence": "descriptive"},
    "gates": {"name": "gate", "range": (0, 1), "evidence": "descriptive"},
    "scores": {"name": "score", "range": (-INF, INF), "evidence": "descriptive"},
    "differences": {"name": "difference", "range": (-1, 1), "evidence": "descriptive"},
    "contributions": {"name": "contribution", "range": (0, INF), "evidence": "contribution"},
    "attributions": {"name": "attribution", "range": (-INF, INF), "evidence": "contribution"},
}
"""Ready-made quantities, by the names that the JavaScript package has for them."""


def parse_quantity(given: str | dict | None) -> dict:
    """What the numbers of a stream are: a ready-made quantity by its name, or one of one's own.

    Raises ``TraceError`` ``quantity``.
    """
    if given is None:
        return QUANTITIES["weights"]
    if isinstance(given, str) and given in QUANTITIES:
        return QUANTITIES[given]
    if isinstance(given, dict) and {"name", "range", "evidence"} <= given.keys() and len(given["range"]) == 2:
        least, largest = (limit if limit is not None else sign * INF for limit, sign in zip(given["range"], (-1, 1)))
        return {**given, "range": (least, largest)}
    raise TraceError(
        "quantity",
        "quantity",
        describe(given),
        ", ".join(repr(name) for name in QUANTITIES),
        "A quantity is {'name': 'score', 'range': (-inf, inf), 'evidence': 'descriptive'}, or the name of a ready-made one.",
    )


def is_weights(quantity: dict) -> bool:
    return quantity["name"] == "weight"


def check_rows(rows: np.ndarray, place: str, quantity: dict, first: int = 0) -> np.ndarray:
    """Checks whole rows ``[query, key]`` of one head, and returns them, rounding mended: a weight of −1e-4 is 0.

    ``first`` is the number of the first row, for messages. Raises ``TraceError`` ``not-a-number``, ``infinite``,
    ``negative-weight``, ``weight-over-1``, ``row-over-1``, ``out-of-range``.
    """
    weights = is_weights(quantity)
    if rows.size == 0:
        return rows
    if rows.dtype == np.uint8:
        slack = np.count_nonzero(rows, axis=1) / 510 if weights else 0
        _check_sums(rows, rows.sum(axis=1, dtype=np.int64) / 255, ROW_TOLERANCE + slack, place, first)
        return rows
    least, largest = quantity["range"]
    slack = WEIGHT_TOLERANCE * (1 if weights else largest - least if np.isfinite(largest - least) else 0)
    with np.errstate(invalid="ignore"):
        low, high = rows.min(), rows.max()
    # A NaN makes both comparisons false.
    if not (low >= least - slack and high <= largest + slack and np.isfinite(low) and np.isfinite(high)):
        with np.errstate(invalid="ignore"):
            bad = ~((rows >= least - slack) & (rows <= largest + slack) & np.isfinite(rows))
        row, key = np.argwhere(bad)[0]
        raise _bad_number(float(rows[row, key]), f"{place}[{first + row}][{key}]", quantity)
    if not weights:
        return rows
    _check_sums(rows, rows.sum(axis=1, dtype=np.float32), ROW_TOLERANCE, place, first)
    return rows if low >= 0 and high <= 1 else np.clip(rows, 0, 1)


def _check_sums(rows: np.ndarray, sums: np.ndarray, tolerance, place: str, first: int) -> None:
    over = np.flatnonzero(sums > 1 + tolerance)
    if over.size == 0:
        return
    row = int(over[0])
    scale = 255 if rows.dtype == np.uint8 else 1
    turned = rows.shape[0] == rows.shape[1] and np.all(
        np.abs(rows.sum(axis=0, dtype=np.float64) / scale - 1) < ROW_TOLERANCE
    )
    raise TraceError(
        "row-over-1",
        f"{place} row {first + row}",
        f"weights that sum to {sums[row]:.4g}",
        "at most 1",
        "The columns do sum to 1: swap the last two axes, so that queries are rows and keys are columns."
        if turned
        else "Pass weights after the softmax, queries as rows; with dropout, call model.eval() first. "
        "Of sigmoid or gated attention say quantity='gates'.",
    )


def _bad_number(number: float, place: str, quantity: dict) -> TraceError:
    weights = is_weights(quantity)
    other = "scores before the softmax: quantity='scores'; attributions: quantity='attributions'"
    expected = "a weight in [0, 1]" if weights else "a number"
    found = f"{number:.4g}"
    if np.isnan(number):
        fix = (
            "A softmax over a row that is masked whole gives NaN: set such rows to 0; where the query is padding, say so with present."
            if weights
            else "Put a number in its place."
        )
        return TraceError("not-a-number", place, "NaN", expected, fix)
    if np.isinf(number):
        fix = "Pass weights after the softmax, not scores with a mask of −∞." if weights else "Leave a mask of −∞ out."
        return TraceError("infinite", place, found, "a finite number" if not weights else expected, fix)
    if not weights:
        least, largest = quantity["range"]
        return TraceError(
            "out-of-range",
            place,
            found,
            f"a {quantity['name']} in [{least:g}, {largest:g}]",
            "Check the numbers, or give the quantity the range that they have.",
        )
    if number < 0:
        return TraceError("negative-weight", place, found, expected, f"Not weights of a softmax? Say what they are, for {other}.")
    fix = f"Divide percentages by 100; with dropout, call model.eval() first. Not weights? Say what they are, for {other}."
    return TraceError("weight-over-1", place, found, expected, fix)
