"""What attention of a model is known to be made of. What is not known is refused by name: a plausible picture would be the worst."""

from __future__ import annotations

import re

import torch

from ..errors import InferenceError, describe

ABOUT_ATTENTION = re.compile(r"attn|attention|softcap|soft_cap|window|alibi|sink|position_bias|qk_")

KNOWN_FIELDS = re.compile(
    r"""^_?(
    attn_implementation(_internal)? | attn_implementation_autoset | (\w+_)?(attn|attention)(_probs)?_?(p?drop|dropout)(_prob|_rate)?
    | attn_pdrop | (num_|n_)?(\w+_)?attention_heads | attention_bias | attention_(in|out|output|qkv)_bias | attn_logit_softcapping
    | final_logit_softcapping | query_pre_attn_scalar | attention_multiplier | (\w+_)?attention_dropout
    | (use_)?sliding_window(_pattern)? | max_window_layers | scale_attn_weights | scale_attn_by_inverse_layer_idx
    | reorder_and_upcast_attn | add_cross_attention | cross_attention_hidden_size | output_attentions | use_bidirectional_attention
    | qk_(layer)?norm | use_qk_norm | qk_nope_head_dim | qk_rope_head_dim | attention_head_dim | head_dim | full_attention_interval
    | no_rope_layers | num_cross_attention_layers | is_(encoder_)?decoder | attention_chunk_size | use_gated_attention | window
    )$""",
    re.VERBOSE,
)

KNOWN_ARGUMENTS = {
    *("scaling", "dropout", "sliding_window", "softcap", "s_aux", "is_causal", "position_ids", "cache_position", "position_embeddings"),
    *("output_attentions", "output_hidden_states", "use_cache", "return_dict", "logits_to_keep", "input_ids", "num_items_in_batch"),
    *("encoder_hidden_states", "encoder_attention_mask", "layer_idx", "token_type_ids", "cache", "past_key_values"),
}
"""What the attention of a model may be called with, beside queries, keys, values and mask."""


def refuse_unknown_fields(config) -> None:
    """Raises ``InferenceError`` ``unsupported-operator`` for a field about attention, in a config or in one within it, that is not known."""
    for name, value in config.to_dict().items():
        if isinstance(value, dict) or not ABOUT_ATTENTION.search(name) or KNOWN_FIELDS.match(name):
            continue
        if value in (None, False, 0, "", [], ()):
            continue
        raise InferenceError(
            "unsupported-operator",
            f"model.config.{name}",
            describe(value),
            "a part of attention that is known",
            "Weights cannot be computed again from queries and keys where something else takes part: say form='weights', which records the model's own.",
        )
    for name in getattr(config, "sub_configs", {}) or {}:
        if getattr(config, name, None) is not None:
            refuse_unknown_fields(getattr(config, name))


def refuse_unknown_arguments(module_name: str, arguments: dict) -> None:
    """Raises ``InferenceError`` ``unsupported-operator`` for what a model passes to its attention and is not known."""
    for name, value in arguments.items():
        if value is None or isinstance(value, bool) or name in KNOWN_ARGUMENTS:
            continue
        if not isinstance(value, (int, float, torch.Tensor)):
            continue
        raise InferenceError(
            "unsupported-operator",
            f"{module_name}, argument {name}",
            describe(value),
            "queries, keys, values, a mask, and no more",
            "Weights cannot be computed again from queries and keys where something else takes part: say form='weights', which records the model's own.",
        )
