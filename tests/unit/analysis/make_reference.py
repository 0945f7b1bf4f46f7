"""Writes reference.json: what make_measures.py and make_derived.py leave out, with numpy and scipy from whole matrices, on MiniLM, on the
induction model and on a tiny random model (fixtures/families/mistral): python make_reference.py"""

import json
from pathlib import Path

import numpy as np
from safetensors import safe_open

from make_derived import max_flow, rollout
from make_measures import measure

HERE = Path(__file__).parent
FIXTURES = HERE.parents[2] / "fixtures"


def read(name, tensor="attention"):
    with safe_open(FIXTURES / f"{name}.safetensors", "np") as file:
        return file.get_tensor(tensor).astype(np.float64), json.loads(file.metadata()["tokens"])


def sinks(a, causal):
    size = a.shape[-1]
    return a.sum(-2) / (np.arange(size, 0, -1) if causal else size)


def corrected(a):
    both = a + a.T
    return both - np.outer(both.sum(0), both.sum(1)) / both.sum()


def retrieval(a, tokens, start, end, answer):
    """Of the needle's distinct tokens, those written while the head looks most at one of them that is the same."""
    copied = {tokens[i + 1] for i in range(answer - 1, len(tokens) - 1)
              if start <= (j := int(a[i].argmax())) < end and tokens[j] == tokens[i + 1]}
    return len(copied) / len(set(tokens[start:end]))


minilm, _ = read("minilm-pair-float32")
pair, _ = read("minilm-pair")
values, _ = read("minilm-pair", "values")
induction, said = read("induction")
tiny, _ = read("families/mistral")
# As the random model knows no text, one is given that repeats itself.
text = list("abc" "abd" "abc" "aab" "c")
size = induction.shape[-1]
uniform = np.tril(np.ones((size, size))) / np.arange(1, size + 1)[:, None]
last = minilm[-1].shape[-1]

found = {
    "tiny": {"tokens": text, "heads": [[measure(head, text, True) for head in layer] for layer in tiny]},
    "sinks": {"minilm": sinks(minilm[2], False).tolist(), "induction": sinks(induction[1], True).tolist(), "tiny": sinks(tiny[1], True).tolist()},
    "sinkRate": {name: float((a[..., 0].mean(-1) > 0.3).mean()) for name, a in (("minilm", minilm), ("induction", induction), ("tiny", tiny))},
    "apc": {"minilm": corrected(minilm[3, 1]).tolist(), "induction": corrected(induction[1, 0]).tolist(), "tiny": corrected(tiny[0, 1]).tolist()},
    "valueNorms": (pair[4, 5] * np.sqrt((values[4, 5] ** 2).sum(-1))).tolist(),
    "overLayers": {how: getattr(minilm[:5, 7], how)(0).tolist() for how in ("sum", "mean", "max")},
    "uniform": rollout(np.stack([uniform[None]] * len(induction))).tolist(),
    "rollout": rollout(tiny).tolist(),
    # The first three layers, of some tokens: a linear programme each.
    "flow": [[q, k, max_flow(minilm[:3], q, k)] for q, k in ((0, 0), (5, 5), (7, 2), (12, 20), (last - 1, 0))],
    "retrieval": [[retrieval(head, said, 0, 8, size // 2) for head in layer] for layer in induction],
}
shorten = lambda value: (
    {k: shorten(v) for k, v in value.items()} if isinstance(value, dict)
    else [shorten(v) for v in value] if isinstance(value, list)
    else float(f"{value:.8g}") if isinstance(value, float) else value
)
(HERE / "reference.json").write_text(json.dumps(shorten(found)) + "\n")
