"""Writes measures.json, measures of fixture traces computed with numpy from whole matrices: python make_measures.py"""

import json
from pathlib import Path

import numpy as np
from safetensors import safe_open

HERE = Path(__file__).parent
FIXTURES = HERE.parents[2] / "fixtures"


def measure(attention, tokens, causal):
    a = attention.astype(np.float64)
    count = len(tokens)
    query, key = np.mgrid[:count, :count]
    same = np.array([[tokens[i] == tokens[j] for j in range(count)] for i in range(count)])
    followed = np.zeros_like(same)
    followed[:, 1:] = same[:, :-1]
    earlier = same & (key < query)
    after = np.zeros_like(same)
    after[:, 1:] = earlier[:, :-1]
    repeats = earlier.any(1).sum()
    share = lambda pattern: float((a * pattern).sum() / a.sum())
    nats = -np.where(a > 0, a * np.log(np.where(a > 0, a, 1)), 0).sum(1)
    visible = np.arange(1, count + 1) if causal else np.full(count, count)
    return {
        "entropy": nats.mean(),
        "normalizedEntropy": (nats[visible > 1] / np.log(visible[visible > 1])).mean(),
        "effective-keys": np.exp(nats).mean(),
        "confidence": a.max(1).mean(),
        "distance": float((a * np.abs(query - key)).sum() / a.sum()),
        "previous-token": share(key == query - 1),
        "duplicate-token": share(same & (key < query)),
        "induction": share(followed & (key <= query)),
        "repeat-induction": float((a * after).sum() / repeats) if repeats else float("nan"),
        "first-token": a[:, 0].mean(),
    }


if __name__ == "__main__":
    written = {}
    for name, causal in [("induction", True), ("minilm-pair", False)]:
        with safe_open(FIXTURES / f"{name}.safetensors", "np") as file:
            tokens = json.loads(file.metadata()["tokens"])
            attention = file.get_tensor("attention")
        written[name] = [[measure(head, tokens, causal) for head in layer] for layer in attention]
    (HERE / "measures.json").write_text(json.dumps(written, indent=1) + "\n")
