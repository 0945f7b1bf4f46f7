"""What is taken as attention, and what is refused: with the codes of docs/errors.md."""

import re
from pathlib import Path

import numpy as np
import pytest

import attentrace as at
from attentrace.matrices import QueryKeyAttention, QueryKeyLayer

from .made import TOKENS, by_layer, weights


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(by_layer(), id="a list of one a layer, with a batch of 1"),
        pytest.param(tuple(by_layer()), id="a tuple"),
        pytest.param([layer[0] for layer in by_layer()], id="without the batch"),
        pytest.param(weights(), id="one array"),
        pytest.param(weights()[None], id="one array with a batch of 1"),
        pytest.param(weights().tolist(), id="nested lists"),
        pytest.param(weights().astype(np.float64), id="float64"),
    ],
)
def test_forms_of_attention(given):
    stream = at.Trace(given, TOKENS).stream()
    assert (stream.layers, stream.heads) == ([0, 1], [0, 1, 2])
    np.testing.assert_allclose(stream.weights(1, 2), weights()[1, 2], atol=1e-7)


def test_arrays_are_viewed_not_copied():
    given = weights()
    assert np.shares_memory(at.Trace(given, TOKENS).stream().weights(1, 0), given)


@pytest.mark.parametrize("dtype", ["uint8", "float16"])
def test_types_are_kept(dtype):
    given = np.rint(weights() * 255).astype("uint8") if dtype == "uint8" else weights().astype(dtype)
    assert at.Trace(given, TOKENS).stream().weights(0, 0).dtype == dtype


def test_one_example_of_a_batch():
    batch = [np.stack(pair) for pair in zip(weights(seed=1), weights(seed=2))]
    stream = at.Trace(batch, TOKENS, batch=1).stream()
    np.testing.assert_array_equal(stream.weights(0, 1), weights(seed=2)[0, 1])


def test_layers_without_attention_keep_the_numbers_of_others():
    one, two = by_layer()
    assert at.Trace([None, one, None, two], TOKENS).stream().layers == [1, 3]


def test_steps_of_generate_become_one_matrix():
    whole = weights(layers=1, heads=2)
    steps = [[whole[:, :, :4, :4][0][None]], [whole[:, :, 4:5, :5][0][None]], [whole[:, :, 5:6, :6][0][None]]]
    trace = at.Trace(steps, [*TOKENS, "last"])
    np.testing.assert_array_equal(trace.stream().weights(0, 1), whole[0, 1])
    assert trace.tokens == TOKENS


def test_some_queries_are_the_last_ones():
    assert at.Trace(weights()[:, :, 4:], TOKENS).stream().attention.rows == 2


def test_padding_may_hold_anything():
    given = weights(causal=False)
    given[:, :, :, 4:] = 0
    given /= given.sum(-1, keepdims=True)
    given[:, :, 4:] = np.nan
    stream = at.Trace(given, TOKENS, present=[1, 1, 1, 1, 0, 0]).stream()
    assert np.isfinite(stream.weights(0, 0)).all()


def test_layers_may_differ_in_their_heads(tmp_path):
    given = [weights(heads=3)[0], weights(heads=2)[1]]
    stream = at.Trace(given, TOKENS).stream()
    assert (stream.heads, stream.heads_of(0), stream.heads_of(1)) == ([0, 1, 2], [0, 1, 2], [0, 1])
    pruned = at.Trace(given, TOKENS, heads=[[0, 1, 3], [2, 5]])
    at.save(pruned, tmp_path / "a.safetensors")
    read = at.load(tmp_path / "a.safetensors").stream()
    assert read.heads == [0, 1, 2, 3, 5] and read.heads_by_layer == [[0, 1, 3], [2, 5]]
    np.testing.assert_array_equal(read.weights(1, 5), given[1][1])
    with pytest.raises(at.TraceError, match="one of 2, 5") as error:
        read.matrix(1, 3)
    assert error.value.code == "unknown-head"
    picked = pruned.picked(heads=[1, 3, 5]).stream()
    assert picked.heads_by_layer == [[1, 3], [5]]
    np.testing.assert_array_equal(picked.weights(0, 3), given[0][2])
    with pytest.raises(at.TraceError, match="layer 1"):
        pruned.picked(heads=[0])


def test_picked_layers_and_heads_keep_their_numbers():
    picked = at.Trace(weights(), TOKENS).picked(layers=[1], heads=[0, 2]).stream()
    assert (picked.layers, picked.heads) == ([1], [0, 2])
    np.testing.assert_array_equal(picked.weights(1, 2), weights()[1, 2])


def bad(change):
    given = weights()
    change(given)
    return given


def put(*at_, value):
    def change(given):
        given[at_] = value

    return change


CASES = [
    ("missing-attention", lambda: at.Trace(None, TOKENS), "output_attentions=True"),
    ("empty", lambda: at.Trace((), TOKENS), r"set_attn_implementation\('eager'\)"),
    ("null-attention", lambda: at.Trace([None, None], TOKENS), r"set_attn_implementation\('eager'\)"),
    ("not-an-array", lambda: at.Trace({"attentions": 1}, TOKENS), "outputs.attentions"),
    ("ragged", lambda: at.Trace([weights()[0], weights(tokens=5)[0]], TOKENS), "generate"),
    ("head-numbers", lambda: at.Trace([weights()[0], weights(heads=2)[0]], TOKENS, heads=[0, 1]), "one for each layer"),
    ("head-numbers", lambda: at.Trace([weights()[0], weights(heads=2)[0]], TOKENS, heads=[[0, 1, 2]]), "2 lists"),
    ("vectors", lambda: at.Trace([weights()[0], weights(heads=2)[0]], TOKENS, queries=np.ones((2, 3, 6, 4))), "different numbers of heads"),
    ("dims", lambda: at.Trace(weights()[0], TOKENS), "Wrap a single layer in a list"),
    ("dtype", lambda: at.Trace(weights().astype(int), TOKENS), r"tensor.float\(\)"),
    ("batch", lambda: at.Trace([np.stack([w, w]) for w in weights()], TOKENS), "batch=0"),
    ("token-count", lambda: at.Trace(weights(), TOKENS[:5]), r"1 special token such as \[CLS\]"),
    ("token-type", lambda: at.Trace(weights(), [1, 2, 3, 4, 5, 6]), "convert_ids_to_tokens"),
    ("token-type", lambda: at.Trace(weights(), "abcdef"), "not its ids or its text"),
    ("query-positions", lambda: at.Trace(weights(causal=False)[:, :, :2], TOKENS), r"query_positions=range\(4, 6\)"),
    ("present", lambda: at.Trace(weights(), TOKENS, present=[1, 1]), "attention_mask"),
    ("segment", lambda: at.Trace(weights(), TOKENS, segments=[{"name": "A", "start": 2, "end": 9}]), "end exclusive"),
    ("not-a-number", lambda: at.Trace(bad(put(0, 1, 2, 0, value=np.nan)), TOKENS), r"attention\[0\]\[1\]\[2\]\[0\]"),
    ("infinite", lambda: at.Trace(bad(put(0, 1, 2, 0, value=-np.inf)), TOKENS), "after the softmax"),
    ("negative-weight", lambda: at.Trace(bad(put(0, 1, 2, 0, value=-0.2)), TOKENS), "quantity='scores'"),
    ("weight-over-1", lambda: at.Trace(bad(put(0, 1, 2, 0, value=1.2)), TOKENS), r"model.eval\(\)"),
    ("row-over-1", lambda: at.Trace(weights().swapaxes(2, 3), TOKENS), "swap the last two axes"),
    ("quantity", lambda: at.Trace(weights(), TOKENS, quantity="jets"), "'scores'"),
    ("not-causal", lambda: at.Trace(weights(causal=False), TOKENS, causal=True), "Leave causal out"),
    ("layer-numbers", lambda: at.Trace(weights(), TOKENS, layers=[5, 3]), "ascending"),
    ("head-numbers", lambda: at.Trace(weights(), TOKENS, heads=[0, 1]), "3 whole numbers"),
    ("vectors", lambda: at.Trace(weights(), TOKENS, queries=np.zeros((2, 2, 6, 4), "f4")), "as many heads"),
    ("vectors", lambda: at.query_key_attention(np.zeros((1, 4, 6, 8)), np.zeros((1, 3, 6, 8)), causal=True), "equal group"),
    ("source", lambda: at.query_key_attention(np.zeros((1, 4, 6, 8)), np.zeros((1, 4, 6, 8)), causal=False, window=3), "causal=True"),
    ("unknown-layer", lambda: at.Trace(weights(), TOKENS).stream().weights(7, 0), "one of 0, 1"),
    ("unknown-head", lambda: at.Trace(weights(), TOKENS).stream().weights(0, 7), "one of 0, 1, 2"),
    ("unknown-stream", lambda: at.Trace(weights(), TOKENS).stream("cross"), "'self'"),
    ("two-forms", lambda: at.Trace(weights(), TOKENS, encoder={"attention": weights(), "tokens": TOKENS}), "one form"),
    ("missing-tokens", lambda: at.Trace(cross={"attention": weights()}, decoder={"tokens": TOKENS}), "encoder.tokens"),
    ("steps", lambda: at.Trace([[weights()[0][None]], [weights()[0][None]]], TOKENS), "generate=True"),
    ("unknown-option", lambda: at.head_view(weights(), TOKENS, threshhold=0.1), "threshold"),
    ("unknown-option", lambda: at.head_view(weights(), TOKENS, html_action="print"), "'return'"),
    ("two-forms", lambda: at.head_view(at.Trace(weights(), TOKENS), causal=True), "the trace has its own"),
    ("unknown-option", lambda: at.compare_view(at.Trace(weights(), TOKENS)), "b: found nothing, expected a trace"),
    ("unknown-option", lambda: at.compare_view(weights(), weights()), r"Trace\(attention, tokens\)"),
    ("unknown-option", lambda: at.compare_view(at.Trace(weights(), TOKENS), at.Trace(weights(), TOKENS), tokens=TOKENS), "tokens"),
]


@pytest.mark.parametrize("code, make, says", CASES, ids=[f"{n} {case[0]}" for n, case in enumerate(CASES)])
def test_what_is_wrong_is_refused_and_said(code, make, says):
    with pytest.raises(at.TraceError, match=says) as error:
        make()
    assert error.value.code == code
    assert set(error.value.parts()) == {"code", "place", "found", "expected", "fix"}


def test_codes_are_those_of_the_javascript_package():
    root = Path(__file__).parents[2]
    source = (root / "src/lib/trace/errors.ts").read_text() + (root / "src/lib/inference/errors.ts").read_text()
    theirs = set(re.findall(r"'([a-z0-9-]+)'", source))
    ours = set()
    for path in (root / "python/src/attentrace").rglob("*.py"):
        ours |= set(re.findall(r'(?:Error|bad)\(\s*"([a-z0-9-]+)",', path.read_text()))
    assert len(ours) > 25 and ours <= theirs


def test_large_traces_are_checked_when_they_are_looked_at():
    given = weights(layers=3, heads=2, tokens=1500)
    given[2, 1, 700, 3] = 2
    trace = at.Trace(given)
    with pytest.raises(at.TraceError, match=r"attention\[2\]\[1\]\[700\]\[3\]"):
        trace.stream().weights(2, 1)


def softmax(scores, scale, softcap=None, causal=True):
    scores = scores * scale
    scores = np.tanh(scores / softcap) * softcap if softcap else scores
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    total = np.log(np.exp(scores).sum(-1))
    return np.exp(scores - total[..., None]), total


def own_mask(rows, cols):
    return np.array(rows)[:, None] >= np.array(cols)


@pytest.mark.parametrize("causal, visible", [(True, None), (True, own_mask), (False, own_mask)])
@pytest.mark.parametrize("softcap", [None, 1.5])
def test_weights_from_queries_and_keys(softcap, causal, visible):
    random = np.random.default_rng(5)
    queries, keys = random.normal(size=(4, 50, 8)).astype("f4"), random.normal(size=(2, 50, 8)).astype("f4")
    expected, total = softmax(queries @ keys.repeat(2, 0).swapaxes(1, 2), 0.3, softcap)
    layer = QueryKeyLayer(
        queries, keys, total.astype("f4"), 0.3, softcap, causal=causal, visible=visible
    )
    matrix = QueryKeyAttention([layer], "attention").matrix(0, 3)
    np.testing.assert_allclose(matrix.weights(0, 0, 50, 50), expected[3], atol=1e-6)
    np.testing.assert_allclose(matrix.weights(20, 5, 7, 11), expected[3, 20:27, 5:16], atol=1e-6)


@pytest.mark.parametrize("window", [None, 7])
@pytest.mark.parametrize("rows", [50, 3])
def test_queries_and_keys_recorded_elsewhere(window, rows):
    random = np.random.default_rng(6)
    queries, keys = random.normal(size=(2, 4, rows, 8)).astype("f4"), random.normal(size=(2, 2, 50, 8)).astype("f4")
    stream = at.Trace(at.query_key_attention(queries, keys, causal=True, window=window), causal=True).stream()
    behind = np.arange(50 - rows, 50)[:, None] - np.arange(50)
    scores = np.where((behind >= 0) & (behind < (window or 99)), queries[1, 3] @ keys[1, 1].T / np.sqrt(8), -np.inf)
    expected = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    np.testing.assert_allclose(stream.weights(1, 3), expected, atol=1e-6)
    np.testing.assert_allclose(stream.matrix(1, 3).weights(1, 4, 2, 45), expected[1:3, 4:49], atol=1e-6)


@pytest.mark.parametrize("reduce", ["max", "mean"])
@pytest.mark.parametrize("levels", [(0, 0), (1, 0), (2, 3), (3, 3)])
def test_blocks_of_coarser_cells(reduce, levels, monkeypatch):
    import attentrace.matrices as matrices

    monkeypatch.setattr(matrices, "BASE_CELLS", 200)
    monkeypatch.setattr(matrices, "CHUNK_WEIGHTS", 500)
    given = weights(layers=1, heads=1, tokens=45, causal=False)
    matrix = at.Trace(given).stream().matrix(0, 0)
    height, width = 2 ** levels[0], 2 ** levels[1]
    for row, col, rows, cols in [(0, 0, 99, 99), (1, 1, 2, 2)]:
        block = matrix.block(row, col, rows, cols, *levels, reduce)
        for r in range(block.shape[0]):
            for c in range(block.shape[1]):
                y, x = (row + r) * height, (col + c) * width
                part = given[0, 0, y : y + height, x : x + width]
                assert block[r, c] == pytest.approx(getattr(part, reduce)(), abs=1e-6)
    assert matrix.block(0, 0, 99, 99, *levels, reduce).shape == (-(-45 // height), -(-45 // width))


def test_a_coarser_cell_of_signed_numbers_holds_the_largest_with_its_sign():
    given = np.array([[[[0.5, -0.9], [0.1, 0.2]]]], "f4")
    assert at.Trace(given, ["a", "b"], quantity="differences").stream().matrix(0, 0).block(0, 0, 1, 1, 1, 1)[0, 0] == np.float32(-0.9)
