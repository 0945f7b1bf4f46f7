"""Writes compare.json: distances of heads, likeness and pairs computed with numpy and scipy: python make_compare.py"""

import json
from pathlib import Path

import numpy as np
from safetensors import safe_open
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import jensenshannon
from scipy.stats import false_discovery_control

HERE = Path(__file__).parent
FIXTURES = HERE.parents[3] / "fixtures"
# Tokens of b that a has not, and the other way round, as the test leaves them out.
LEFT_OUT_OF_B, LEFT_OUT_OF_A = [3, 4, 17], [9]


def distances(p, q, hidden=()):
    """Means over rows [query, key] of one head."""
    p, q = np.delete(p, list(hidden), 1), np.delete(q, list(hidden), 1)
    p, q = p / p.sum(1, keepdims=True), q / q.sum(1, keepdims=True)
    # Identical rows come out of scipy as NaN or a root of rounding.
    js = np.nan_to_num(jensenshannon(p, q, axis=1, base=2))
    return [float((js**2).mean()), float(js.mean()), float((0.5 * np.abs(p - q).sum(1)).mean())]


def per_head(a, b, hidden=()):
    return [[distances(p, q, hidden) for p, q in zip(la, lb)] for la, lb in zip(a, b)]


with safe_open(FIXTURES / "minilm-pair-float32.safetensors", "np") as file:
    attention = file.get_tensor("attention").astype(np.float64)
count = attention.shape[-1]
rolled = np.roll(attention, -1, axis=1)

# The union of both texts: what one has not has no weight; rows of what both have.
a, b = attention.copy(), rolled.copy()
a[..., LEFT_OUT_OF_A], b[..., LEFT_OUT_OF_B] = 0, 0
both = np.setdiff1d(np.arange(count), LEFT_OUT_OF_A + LEFT_OUT_OF_B)
a, b = a[:, :, both], b[:, :, both]

costs = [[[distances(p, q)[0] for q in layer_b] for p in layer_a] for layer_a, layer_b in zip(attention, rolled)]
likeness = [linear_sum_assignment(np.array(layer))[1].tolist() for layer in costs]


def mulberry32(seed):
    state, mask = seed & 0xFFFFFFFF, 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & mask
        t = ((state ^ (state >> 15)) * (state | 1)) & mask
        t = ((t + (((t ^ (t >> 7)) * (t | 61)) & mask)) & mask) ^ t
        yield ((t ^ (t >> 14)) & mask) / 2**32


# 200 pairs of 12 heads; heads 2, 5 and 11 differ. float32, as JSON gives them back exactly.
PAIRS, HEADS, RESAMPLES, FLIPS = 200, 12, 500, 2000
rng = np.random.default_rng(7)
values = rng.normal(0, 0.1, (PAIRS, HEADS))
values[:, [2, 5, 11]] += [0.06, -0.05, 0.04]
values = np.round(values, 4)
values[3, 7] = np.nan
random = mulberry32(11)
draws = np.array([[int(next(random) * PAIRS) for _ in range(PAIRS)] for _ in range(RESAMPLES)])
means = np.nanmean(values[draws], axis=1)
signs = np.array([[-1 if next(random) < 0.5 else 1 for _ in range(PAIRS)] for _ in range(FLIPS)])
known = np.nan_to_num(values)
moved = np.abs(signs @ known) >= np.abs(known.sum(0)) - 1e-12 * np.abs(known).sum(0)
p = (1 + moved.sum(0)) / (1 + FLIPS)
low, high = np.quantile(means, [0.025, 0.975], axis=0)

written = {
    "same": {"in": per_head(attention, rolled), "out": per_head(attention, rolled, [0])},
    "inserted": per_head(a, b),
    "likeness": likeness,
    "pairs": {
        "values": [[None if np.isnan(v) else v for v in row] for row in values.tolist()],
        "mean": np.nanmean(values, axis=0).tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
        "p": p.tolist(),
        "q": false_discovery_control(p).tolist(),
    },
}
(HERE / "compare.json").write_text(json.dumps(written) + "\n")
