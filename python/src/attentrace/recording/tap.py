"""Listens at the attention of a transformers model: an attention function and a mask function of our own, under one name."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ..arrays import to_numpy
from ..errors import InferenceError
from ..matrices import QueryKeyLayer
from .in_chunks import attend
from .known import refuse_unknown_arguments
from .lazy_mask import LazyMask, lazy_mask

WEIGHTS, QUERIES_KEYS = "attentrace_weights", "attentrace_queries_keys"


@dataclass
class Call:
    """One attention computed: where in the model, its weights or what they are computed from, and its vectors."""

    module: str
    cross: bool
    weights: np.ndarray | None
    layer: QueryKeyLayer | None
    queries: np.ndarray
    keys: np.ndarray
    values: np.ndarray | None


class Recorder:
    """Keeps what the attention of one model computes, in order."""

    def __init__(self, model, dtype: str, values: bool, progress: Callable[[int], None]):
        self.calls: list[Call] = []
        self._names = {id(module): name for name, module in model.named_modules()}
        self._dtype, self._values, self._progress = dtype, values, progress
        self._cross: set[int] = set()
        self._hooks = []
        for module in model.modules():
            if "Attention" in type(module).__name__:
                self._hooks.append(module.register_forward_pre_hook(self._see_cross, with_kwargs=True))

    def close(self) -> None:
        for hook in self._hooks:
            hook.remove()

    def _see_cross(self, module, args, kwargs) -> None:
        try:
            given = inspect.signature(module.forward).bind_partial(*args, **kwargs).arguments
        except TypeError:
            given = kwargs
        given = {**given, **given.get("kwargs", {})}
        crossing = any(given.get(name) is not None for name in ("key_value_states", "encoder_hidden_states"))
        (self._cross.add if crossing else self._cross.discard)(id(module))

    def name_of(self, module) -> str:
        return self._names.get(id(module), type(module).__name__)

    def keep(self, module, query, key, value, weights=None, layer=None) -> None:
        if query.shape[0] != 1:
            found = f"{query.shape[0]} sequences"
            raise InferenceError("run", self.name_of(module), found, "one", "Capture one sequence at a time; windows of Swin are not read.")
        place = self.name_of(module)
        stored = None
        if weights is not None:
            stored = _stored(weights[0], self._dtype, place)
        self.calls.append(
            Call(
                place,
                id(module) in self._cross,
                stored,
                layer,
                layer.queries if layer else to_numpy(query[0], place),
                layer.keys if layer else to_numpy(key[0], place),
                to_numpy(value[0], place) if self._values else None,
            )
        )
        self._progress(len(self.calls))


def _stored(weights: torch.Tensor, dtype: str, place: str) -> np.ndarray:
    """On the CPU, as uint8 (255 × weight), float16 or float32; copied, as a model may write into its own."""
    if dtype == "uint8":
        return (weights.float() * 255).round().to(torch.uint8).cpu().numpy()
    return to_numpy(weights.detach().to(getattr(torch, dtype)).cpu().clone(), place)


_recorder: Recorder | None = None


def record_weights(module, query, key, value, attention_mask, *rest, **options):
    """The model's own eager attention; what it computed is kept."""
    result = _eager_of(module)(module, query, key, value, attention_mask, *rest, **options)
    if _recorder is not None:
        _recorder.keep(module, query, key, value, weights=result[1])
    return result


def record_queries_keys(module, query, key, value, attention_mask=None, **options):
    """The same attention computed in chunks; queries, keys and log-sum-exp are kept."""
    name = _recorder.name_of(module) if _recorder else type(module).__name__
    refuse_unknown_arguments(name, options)
    if attention_mask is not None and not isinstance(attention_mask, LazyMask):
        raise InferenceError(
            "unsupported-operator",
            f"{name}, attention_mask",
            f"{type(attention_mask).__name__} {list(attention_mask.shape)}",
            "a mask made by transformers' mask functions",
            "This model builds its mask by itself: say form='weights'.",
        )
    scale = options.get("scaling")
    scale = query.shape[-1] ** -0.5 if scale is None else float(scale)
    softcap = options.get("softcap")
    output, log_sum_exp = attend(
        query, key, value, scale=scale, softcap=softcap, mask=attention_mask, sinks=options.get("s_aux")
    )
    if _recorder is not None:
        shape = attention_mask.shape(query.shape[2], key.shape[2]) if attention_mask is not None else "all"
        layer = QueryKeyLayer(
            to_numpy(query[0].clone(), name),
            to_numpy(key[0].clone(), name),
            to_numpy(log_sum_exp, name),
            scale,
            softcap,
            causal=shape in ("causal", "part"),
            visible=attention_mask.visible if shape in ("part", "later") else None,
        )
        _recorder.keep(module, query, key, value, layer=layer)
    return output, None


def _eager_of(module) -> Callable:
    """The eager attention of the file that a module's class, or one that it is derived from, stands in."""
    for kind in type(module).__mro__:
        found = getattr(sys.modules.get(kind.__module__), "eager_attention_forward", None)
        if found is not None:
            return found
    raise InferenceError(
        "no-attention",
        type(module).__name__,
        "no eager attention in its file",
        "eager_attention_forward, as in transformers 5",
        "Upgrade transformers, or record the attention yourself and pass it to attentrace.Trace.",
    )


@contextmanager
def listening(model, name: str, recorder: Recorder) -> Iterator[None]:
    """Has the model compute its attention through us, and sets it back to what it was."""
    global _recorder
    from transformers import AttentionInterface
    from transformers.masking_utils import AttentionMaskInterface, eager_mask

    AttentionInterface.register(WEIGHTS, record_weights)
    AttentionMaskInterface.register(WEIGHTS, eager_mask)
    AttentionInterface.register(QUERIES_KEYS, record_queries_keys)
    AttentionMaskInterface.register(QUERIES_KEYS, lazy_mask)
    with implementation(model, name):
        before, _recorder = _recorder, recorder
        try:
            yield
        finally:
            _recorder = before
            recorder.close()


@contextmanager
def implementation(model, name: str) -> Iterator[None]:
    """Has the model, and the models in it, use an attention implementation, and sets each back to its own."""
    configs: dict[int, Any] = {}
    waiting = [module.config for module in model.modules() if hasattr(module, "config") and hasattr(module.config, "to_dict")]
    while waiting:
        config = waiting.pop()
        if id(config) in configs:
            continue
        configs[id(config)] = (config, getattr(config, "_attn_implementation_internal", None))
        waiting += [sub for key in getattr(config, "sub_configs", None) or {} if (sub := getattr(config, key, None)) is not None]
    try:
        model.set_attn_implementation(name)
        yield
    finally:
        for config, before in configs.values():
            config._attn_implementation_internal = before
