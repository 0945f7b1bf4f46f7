"""Writes groups.json, shares of groups in fixture traces computed with numpy from whole matrices: python make_groups.py"""

import json
from pathlib import Path

import numpy as np
from safetensors import safe_open

HERE = Path(__file__).parent
FIXTURES = HERE.parents[3] / "fixtures"

# In neither are the query groups apart; in the second a key is in two groups, and some are in none.
CASES = {
    "induction": {
        "causal": True,
        "query": {"second half": list(range(20, 40)), "end": [35, 39], "start": [0, 1, 2]},
        "key": {"first half": list(range(0, 20)), "second half": list(range(20, 40))},
    },
    "minilm-pair": {
        "causal": False,
        "query": {"A": list(range(0, 12)), "B": list(range(12, 24))},
        "key": {"ends": [0, 11, 23], "A": list(range(0, 12)), "odd": [1, 3, 5, 13]},
    },
}


def shares(a, case, hidden, renormalize):
    """share, per token and lift [query group, key group], as the mean over queries of whole rows."""
    count = len(a)
    keys = [np.array(group) for group in case["key"].values()]
    taken = np.unique(np.concatenate(keys))
    rest = np.setdiff1d(np.arange(count), taken)
    if len(rest):
        keys.append(rest)
    member = np.zeros((len(keys), count))
    for row, group in zip(member, keys):
        row[group] = 1
    member[:, hidden] = 0
    visible = np.tril(np.ones((count, count))) if case["causal"] else np.ones((count, count))
    left_visible = visible.copy()
    left_visible[:, hidden] = 0
    left = (a * left_visible).sum(1)
    scale = np.where(left > 0, a.sum(1) / np.where(left > 0, left, 1), 1) if renormalize else np.ones(count)
    mass = (a @ member.T) * scale[:, None]
    seen = visible @ member.T
    number = left_visible.sum(1)
    even = seen * (left * scale / np.where(number > 0, number, 1))[:, None]
    out = []
    for group in case["query"].values():
        m, n, e = mass[group].mean(0), seen[group].mean(0), even[group].mean(0)
        with np.errstate(invalid="ignore", divide="ignore"):
            cells = zip(m, m / n, m / e)
            out.append([[None if np.isnan(v) else float(v) for v in cell] for cell in cells])
    return out


def lookback(a, context, answer, hidden):
    ratios = []
    for query in answer:
        given = [key for key in context if key not in hidden]
        written = [key for key in answer if key <= query]
        mean_given, mean_written = a[query, given].mean(), a[query, written].mean()
        ratios.append(float(mean_given / (mean_given + mean_written)))
    return ratios


written = {}
for name, case in CASES.items():
    with safe_open(FIXTURES / f"{name}.safetensors", "np") as file:
        attention = file.get_tensor("attention").astype(np.float64)
    variants = {"in": ([], False), "out": ([0], False), "scaled": ([0], True)}
    written[name] = {
        "query": case["query"],
        "key": case["key"],
        **{
            label: [[shares(head, case, *variant) for head in layer] for layer in attention]
            for label, variant in variants.items()
        },
    }
    if case["causal"]:
        written[name]["lookback"] = {
            label: [[lookback(head, range(20), range(20, 40), hidden) for head in layer] for layer in attention]
            for label, hidden in {"in": [], "out": [0]}.items()
        }
(HERE / "groups.json").write_text(json.dumps(written) + "\n")
