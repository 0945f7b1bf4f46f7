"""One call from a transformers model to a trace."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ..errors import InferenceError, describe
from ..trace import Trace, trace_of_streams

FORMS = ("auto", "weights", "queries-keys")
MOST_WEIGHTS = 2**30
"""Above so many bytes of weights ``form='auto'`` keeps queries and keys in their place."""


def capture(
    model: Any,
    tokenizer: Any = None,
    text: Any = None,
    *,
    pair: str | None = None,
    target: Any = None,
    images: Any = None,
    audio: Any = None,
    sampling_rate: int | None = None,
    generate: bool | int | dict = False,
    part: str | None = None,
    form: str = "auto",
    dtype: str = "float32",
    values: bool = True,
    check: bool = True,
    progress: bool | Callable[[str], None] | None = None,
    tokenizer_options: dict | None = None,
) -> Trace:
    """Attention of a transformers model, with queries, keys and values.

    The model is run as it is, then with an attention implementation of ours that keeps what it computes; the outputs of both are
    compared, and the model is set back to what it was. Nothing about it changes.

    Args:
        model: a model of transformers 5, on any device, in evaluation mode.
        tokenizer: its tokenizer; its processor for pictures and sound; None with ids.
        text: a text; a pair ``(a, b)``; messages ``[{'role': 'user', 'content': …}]``; ids; or what a tokenizer returned.
        pair: the second of two texts.
        target: of an encoder-decoder model, what its decoder reads: text or ids. Without it the model generates it.
        images: pictures, through the processor; the patches become a segment with a grid.
        audio: sound, through the processor, with its ``sampling_rate``.
        generate: continue the text first: True, how many tokens, or arguments of ``model.generate``. Attention is then that of the whole.
        part: of a model with several stacks of layers (a picture and a text), which: the beginning of its modules' names.
        form: ``'weights'`` keeps every weight, as the model's eager attention computes them. ``'queries-keys'`` keeps queries, keys and
            the log-sum-exp of their products, and never forms N² numbers: weights are computed when they are looked at. ``'auto'``
            takes the latter where weights would be over 1 GB.
        dtype: what weights are kept in: ``'float32'``, ``'float16'`` or ``'uint8'``.
        values: whether values are kept too.
        check: whether the model's output is compared with and without us.
        progress: called with a line of text now and then; True prints; by default what takes long prints.
        tokenizer_options: passed on to the tokenizer, processor or chat template.

    Raises:
        InferenceError: ``run`` for a model in training mode, or whose output changes while its attention is recorded;
            ``no-attention``, ``missing-input``, ``missing-tokenizer``, ``option``; ``unsupported-operator`` for a part of attention
            that is not known, by its name.
        TraceError: for attention that is none.

    Example:
        >>> trace = capture(model, tokenizer, "The cat sat on the mat.")   # doctest: +SKIP
    """
    import torch

    from .inputs import make_inputs
    from .runs import check_same, generated, output_of, run

    _check_options(model, form, dtype)
    say = _teller(progress)
    inputs = make_inputs(
        model, tokenizer, text, pair=pair, images=images, audio=audio, sampling_rate=sampling_rate, options=tokenizer_options
    )
    encoder_decoder = bool(getattr(model.config, "is_encoder_decoder", False))
    device = next(model.parameters()).device
    inputs.arguments = {k: v.to(device) if torch.is_tensor(v) else v for k, v in inputs.arguments.items()}
    if encoder_decoder or generate:
        generated(model, tokenizer, inputs, target, generate, say)
    with torch.no_grad():
        before = None
        if check:
            say("Running the model as it is…")
            before = output_of(run(model, inputs.arguments))
        form = _form(model, inputs, form, dtype)
        say("Running the model with its attention recorded…")
        streams, after = _record(model, tokenizer, inputs, part, form, dtype, values, say)
    if before is not None:
        check_same(before, after)
    name = getattr(model.config, "name_or_path", "") or type(model).__name__
    return trace_of_streams(streams, model=name, text=inputs.text)


def _record(model, tokenizer, inputs, part, form: str, dtype: str, values: bool, say):
    from .known import refuse_unknown_fields
    from .runs import output_of, recorded_by_outputs, run
    from .streams import streams_of
    from .tap import QUERIES_KEYS, WEIGHTS, Recorder, listening

    supported = getattr(type(model), "_can_set_attn_implementation", lambda: False)()
    if form == "queries-keys":
        refuse_unknown_fields(model.config)
    calls: list = []
    if supported:
        layers = getattr(model.config, "num_hidden_layers", None)
        recorder = Recorder(model, dtype, values, lambda n: say(f"Recorded attention {n}{f' of {layers}' if layers else ''}…"))
        with listening(model, QUERIES_KEYS if form == "queries-keys" else WEIGHTS, recorder):
            after = output_of(run(model, inputs.arguments))
        calls = recorder.calls
    if calls:
        return streams_of(model, tokenizer, inputs, calls, part), after
    if form == "queries-keys":
        raise InferenceError(
            "no-attention",
            type(model).__name__,
            "no attention that can be listened to",
            "a model that computes its attention through transformers' AttentionInterface",
            "Say form='weights'.",
        )
    return recorded_by_outputs(model, tokenizer, inputs, dtype)


def _check_options(model, form: str, dtype: str) -> None:
    if not hasattr(model, "config") or not callable(getattr(model, "set_attn_implementation", None)):
        fix = "AutoModel.from_pretrained(name); attention of other models goes into attentrace.Trace."
        raise InferenceError("missing-model", "model", describe(model), "a model of transformers", fix)
    if model.training:
        fix = "Call model.eval() first: with dropout no two runs have the same attention, and rows do not sum to 1."
        raise InferenceError("run", "model", "a model in training mode", "one in evaluation mode", fix)
    if form not in FORMS:
        raise InferenceError("option", "form", describe(form), ", ".join(map(repr, FORMS)), "Leave it out to let the size decide.")
    if dtype not in ("float32", "float16", "uint8"):
        raise InferenceError("option", "dtype", describe(dtype), "'float32', 'float16' or 'uint8'", "Leave it out for float32.")


def _form(model, inputs, form: str, dtype: str) -> str:
    """``auto`` by how many bytes the weights of all layers would take."""
    if form != "auto":
        return form
    lengths = [v.shape[1] for k, v in inputs.arguments.items() if k in ("input_ids", "decoder_input_ids") and hasattr(v, "shape")]
    length = max(lengths, default=0)
    config = getattr(model.config, "text_config", model.config)
    layers, heads = getattr(config, "num_hidden_layers", 0) or 0, getattr(config, "num_attention_heads", 0) or 0
    width = {"float32": 4, "float16": 2, "uint8": 1}[dtype]
    return "queries-keys" if length * length * layers * heads * width > MOST_WEIGHTS else "weights"


def _teller(progress: bool | Callable[[str], None] | None) -> Callable[[str], None]:
    """What tells of progress: what was passed, or a line on stderr once a run has taken two seconds."""
    import time

    if callable(progress):
        return progress
    started = time.monotonic()
    last = [0.0]

    def tell(line: str) -> None:
        now = time.monotonic()
        if progress is False or (progress is None and (now - started < 2 or now - last[0] < 1)):
            return
        last[0] = now
        print(f"attentrace: {line}", file=sys.stderr)

    return tell

