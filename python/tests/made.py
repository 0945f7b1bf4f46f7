"""Attention made by hand or at random, as people have it."""

import numpy as np

TOKENS = list("abcdef")


def weights(layers=2, heads=3, tokens=6, causal=True, seed=0) -> np.ndarray:
    """``[layer, head, query, key]``, rows that sum to 1."""
    random = np.random.default_rng(seed).random((layers, heads, tokens, tokens)).astype(np.float32)
    random = np.tril(random) if causal else random
    return random / random.sum(-1, keepdims=True)


def by_layer(**options) -> list[np.ndarray]:
    """As ``outputs.attentions`` is: one ``[1, head, query, key]`` a layer."""
    return [layer[None] for layer in weights(**options)]
