"""Running a model: as it is, with more text generated, and by what it returns itself."""

from __future__ import annotations

import inspect
from typing import Any

import torch

from ..check import parse_quantity
from ..errors import InferenceError, describe
from ..matrices import HeldAttention
from ..trace import Stream
from .inputs import Inputs, text_side
from .tap import _stored, implementation

def run(model, arguments: dict[str, Any], **more):
    accepted = inspect.signature(model.forward).parameters
    if "use_cache" in accepted or any(p.kind is p.VAR_KEYWORD for p in accepted.values()) and hasattr(model.config, "use_cache"):
        more.setdefault("use_cache", False)
    try:
        return model(**arguments, **more)
    except torch.cuda.OutOfMemoryError as cause:
        fix = "Pass a shorter text, or form='queries-keys', which never forms N² weights."
        raise InferenceError("out-of-memory", "model", "a GPU whose memory is full", "room for every weight", fix) from cause


def output_of(outputs) -> torch.Tensor:
    """What tells whether a run was the same as another: logits, or else the first floats it returned."""
    for name in ("logits", "last_hidden_state", "logits_per_image"):
        if torch.is_tensor(getattr(outputs, name, None)):
            return getattr(outputs, name).detach().float().cpu()
    for value in outputs.values() if hasattr(outputs, "values") else outputs:
        if torch.is_tensor(value) and value.is_floating_point():
            return value.detach().float().cpu()
    raise InferenceError("run", "model", describe(outputs), "logits or hidden states", "Pass check=False.")


def check_same(before: torch.Tensor, after: torch.Tensor) -> None:
    """Raises ``InferenceError`` ``run`` where the model did not do the same while it was listened to."""
    scale = float(before.abs().max()) or 1.0
    most = float((before - after).abs().max()) / scale if before.shape == after.shape else float("inf")
    if most <= (5e-2 if _half(before) else 1e-3):
        return
    raise InferenceError(
        "run",
        "the model's output",
        f"one that differs by {most:.2g} of its largest number while attention is recorded",
        "the same output",
        "This model does not compute the same attention in eager mode: its picture would not be the model's. Load it in float32, or with another attn_implementation.",
    )


def _half(output: torch.Tensor) -> bool:
    """Whether numbers were computed in half precision: they are then few in kind."""
    return bool(torch.equal(output, output.to(torch.bfloat16).float())) or bool(torch.equal(output, output.half().float()))


def generated(model, tokenizer, inputs: Inputs, target, generate, say) -> None:
    """Writes into the inputs what the model, or who calls, says that is read: the rest of the text, or what the decoder reads."""
    encoder_decoder = bool(model.config.is_encoder_decoder)
    if encoder_decoder and (target is not None or inputs.decoder_ids is not None):
        ids = inputs.decoder_ids if target is None else _target_ids(model, tokenizer, target)
        inputs.arguments["decoder_input_ids"] = torch.tensor([ids], device=next(model.parameters()).device)
        inputs.decoder_ids = ids
        return
    if not hasattr(model, "generate") or not getattr(model, "can_generate", lambda: False)():
        if not encoder_decoder:
            raise InferenceError("option", "generate", str(generate), "a model that generates", "AutoModelForCausalLM, say.")
        fix = "Pass target='what the decoder reads', or load the model with a head that generates: AutoModelForSeq2SeqLM."
        raise InferenceError("missing-input", "target", "nothing", "text or ids for the decoder", fix)
    options = dict(generate) if isinstance(generate, dict) else {}
    if isinstance(generate, int) and not isinstance(generate, bool):
        options["max_new_tokens"] = generate
    if not options.keys() & {"max_new_tokens", "max_length", "generation_config"}:
        options["max_new_tokens"] = 20
    options.setdefault("do_sample", False)
    say(f"Generating {options.get('max_new_tokens', 'some')} tokens…")
    with torch.no_grad():
        sequences = model.generate(**inputs.arguments, **options)
    whole = getattr(sequences, "sequences", sequences)[0]
    if encoder_decoder:
        inputs.decoder_ids = whole.tolist()
        inputs.arguments["decoder_input_ids"] = whole[None]
        return
    start = int(inputs.arguments["input_ids"].shape[1])
    inputs.arguments["input_ids"] = whole[None]
    for name in ("attention_mask", "token_type_ids"):
        if name in inputs.arguments:
            given = inputs.arguments[name]
            more = given.new_full((1, len(whole) - start), 1 if name == "attention_mask" else int(given[0, -1]))
            inputs.arguments[name] = torch.cat([given, more], 1)
    if not inputs.segments:
        inputs.segments.append({"name": "prompt", "start": 0, "end": start})
    if len(whole) > start:
        inputs.segments.append({"name": "generated", "start": start, "end": len(whole)})
    ids, mask = whole.tolist(), inputs.arguments.get("attention_mask")

    def side(length: int):
        made = text_side(tokenizer, ids, inputs.segments)
        if torch.is_tensor(mask) and mask.ndim == 2 and not bool(inputs.arguments["attention_mask"].all()):
            made.present = inputs.arguments["attention_mask"][0].int().tolist()
        return made

    inputs.side = side


def _target_ids(model, tokenizer, target) -> list[int]:
    """What the decoder reads: ids as they are; text after the token that decoders begin with."""
    if not isinstance(target, str):
        return [int(i) for i in torch.as_tensor(target).reshape(-1)]
    inner = getattr(tokenizer, "tokenizer", tokenizer)
    if inner is None:
        raise InferenceError("missing-tokenizer", "target", describe(target), "ids, or a tokenizer", "Pass the tokenizer.")
    ids = list(inner(text_target=target).input_ids)
    start = getattr(model.config, "decoder_start_token_id", None)
    return ids if start is None or (ids and ids[0] == start) else [int(start), *ids]


def recorded_by_outputs(model, tokenizer, inputs: Inputs, dtype: str) -> tuple[dict[str, Stream], torch.Tensor]:
    """For models with an attention of their own, which cannot be listened to: what ``output_attentions`` returns."""
    with implementation(model, "eager"):
        outputs = run(model, inputs.arguments, output_attentions=True)
    encoder_decoder = bool(getattr(model.config, "is_encoder_decoder", False))
    kinds = {"encoder": "encoder_attentions", "decoder": "decoder_attentions", "cross": "cross_attentions"} if encoder_decoder else {"self": "attentions"}
    sides = {}
    streams: dict[str, Stream] = {}
    for name, attribute in kinds.items():
        found = [layer for layer in getattr(outputs, attribute, None) or [] if layer is not None]
        if not found:
            continue
        layers = _numbers_of_layers(model.config, len(found), encoder_decoder)
        weights = [_stored(layer[0], dtype, name) for layer in found]
        for layer in weights:
            if layer.ndim != 3:
                raise InferenceError("no-attention", attribute, f"dims {list(layer.shape)}", "[head, query, key]", "Attention in windows is not read.")
        rows, cols = weights[0].shape[1:]
        sides.setdefault("encoder", inputs.side(cols if name != "decoder" else 0))
        decoder = text_side(tokenizer, inputs.decoder_ids, []) if inputs.decoder_ids else None
        query = decoder if name in ("decoder", "cross") else sides["encoder"]
        key = decoder if name == "decoder" else sides["encoder"]
        held = HeldAttention(weights, name, parse_quantity(None))
        streams[name] = Stream(name, held, layers, list(range(weights[0].shape[0])), query, key)
    if not streams:
        raise InferenceError(
            "no-attention",
            type(model).__name__,
            "no attentions in its output",
            "outputs.attentions",
            "This model has no attention that transformers returns; record it yourself and pass it to attentrace.Trace.",
        )
    return streams, output_of(outputs)


def _numbers_of_layers(config, found: int, encoder_decoder: bool) -> list[int]:
    """The model's numbers of the layers that gave attention, by ``layer_types`` where some gave none."""
    total = getattr(config, "num_hidden_layers", found)
    if found == total or encoder_decoder:
        return list(range(found))
    for field in ("layer_types", "layers_block_type"):
        kinds = getattr(config, field, None)
        if not kinds:
            continue
        numbers = [n for n, kind in enumerate(kinds) if "attention" in kind and "linear" not in kind]
        if len(numbers) == found:
            return numbers
    raise InferenceError(
        "no-attention",
        "outputs.attentions",
        f"{found} layers of {total}",
        "which layers these are, in config.layer_types",
        "Pass them to attentrace.Trace with layers=[…].",
    )

