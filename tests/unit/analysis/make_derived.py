"""Writes derived.json: rollout, flow and kept weights, computed with numpy and scipy from whole matrices: python make_derived.py"""

import json
from pathlib import Path

import numpy as np
from safetensors import safe_open
from scipy.optimize import linprog

HERE = Path(__file__).parent
FIXTURES = HERE.parents[2] / "fixtures"


def attention(name):
    with safe_open(FIXTURES / f"{name}.safetensors", "np") as file:
        return file.get_tensor("attention").astype(np.float64)


def mixing(layer):
    a = layer.mean(0) + np.eye(layer.shape[-1])
    return a / a.sum(-1, keepdims=True)


def rollout(a):
    product = np.eye(a.shape[-1])
    for layer in a:
        product = mixing(layer) @ product
    return product


def max_flow(a, query, key):
    """The flow as a linear programme: a variable an edge, what enters a node leaves it."""
    steps = [mixing(layer) for layer in a[::-1]]
    levels, size = len(steps), a.shape[-1]
    edges = [(l, i, j) for l in range(levels) for i in range(size) for j in range(size)]
    worth = [-float(l == 0 and i == query) for l, i, _ in edges]
    width = [(0, steps[l][i, j] if (l > 0 or i == query) and (l < levels - 1 or j == key) else 0) for l, i, j in edges]
    balance = np.zeros(((levels - 1) * size, len(edges)))
    for e, (l, i, j) in enumerate(edges):
        if l < levels - 1:
            balance[l * size + j, e] += 1
        if l > 0:
            balance[(l - 1) * size + i, e] -= 1
    found = linprog(worth, A_eq=balance, b_eq=np.zeros(len(balance)), bounds=width, method="highs")
    return -found.fun


def kept(a, policy, budget, sinks, window, pool):
    size = a.shape[-1]
    if policy == "streaming":
        scores = np.arange(size, dtype=float)
        scores[:sinks] = np.inf
    elif policy == "h2o":
        scores = a.sum(0) / np.arange(size, 0, -1)
    else:
        seen = np.pad(a[-window:, :-window].mean(0), pool // 2)
        scores = np.concatenate([np.convolve(seen, np.ones(pool) / pool, "valid"), np.full(window, np.inf)])
    mask = np.zeros(size)
    mask[np.argsort(-scores, kind="stable")[:budget]] = 1
    return mask


if __name__ == "__main__":
    induction = attention("induction")
    random = np.random.default_rng(7).random((3, 2, 5, 5)) * np.tril(np.ones((5, 5)))
    random = (random / random.sum(-1, keepdims=True)).astype(np.float32).astype(np.float64)
    full = np.random.default_rng(8).dirichlet(np.ones(4), (2, 2, 4)).astype(np.float32).astype(np.float64)

    budgets = [
        {"policy": "streaming", "budget": 10, "sinks": 3},
        {"policy": "h2o", "budget": 10},
        {"policy": "snapkv", "budget": 14, "window": 8, "pool": 5},
    ]
    written = {
        "rollout": {
            "induction": rollout(induction).tolist(),
            "minilm": rollout(attention("minilm-pair-float32")).tolist(),
        },
        "flow": [
            {"attention": a.tolist(), "flow": [[max_flow(a, q, k) for k in range(a.shape[-1])] for q in range(a.shape[-1])]}
            for a in (random, full)
        ],
        "kept": [],
    }
    for budget in budgets:
        heads = []
        for layer in induction:
            for a in layer:
                mask = kept(a, **{"sinks": 4, "window": 64, "pool": 5, **budget})
                needle = slice(20, 25)
                heads.append({
                    "keys": mask.astype(int).tolist(),
                    "weight": float(((a * mask).sum(1) / a.sum(1)).mean()),
                    "needle": {"keys": mask[needle].mean(), "weight": (a * mask)[:, needle].sum() / a[:, needle].sum()},
                })
        written["kept"].append({"budget": budget, "heads": heads})
    shorten = lambda value: (
        {k: shorten(v) for k, v in value.items()} if isinstance(value, dict)
        else [shorten(v) for v in value] if isinstance(value, list)
        else float(f"{value:.9g}") if isinstance(value, float) else value
    )
    (HERE / "derived.json").write_text(json.dumps(shorten(written)) + "\n")
