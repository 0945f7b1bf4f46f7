"""safetensors files: what is written is read back, by Python here, by Node in tests/python."""

import json

import numpy as np
import pytest

import attentrace as at

from .made import TOKENS, weights


def encoder_decoder() -> at.Trace:
    return at.Trace(
        encoder={"attention": weights(tokens=6, causal=False), "tokens": TOKENS},
        decoder={"attention": weights(tokens=4), "tokens": list("rstu")},
        cross={"attention": cross()},
    )


def cross() -> np.ndarray:
    given = np.random.default_rng(3).random((2, 3, 4, 6)).astype("f4")
    return given / given.sum(-1, keepdims=True)


def test_a_trace_is_read_back_as_it_was(tmp_path):
    queries = np.random.default_rng(1).normal(size=(2, 3, 6, 4)).astype("f4")
    keys = np.random.default_rng(2).normal(size=(2, 1, 6, 4)).astype("f2")
    segments = [{"name": "ä <b>", "start": 0, "end": 2}]
    trace = at.Trace(
        weights(), TOKENS, queries=queries, keys=keys, layers=[3, 7], segments=segments, special_tokens=["a"], model="m", text="line\n2"
    )
    at.save(trace, tmp_path / "t.safetensors")
    read = at.load(tmp_path / "t.safetensors")
    stream = read.stream()
    assert (read.model, read.text, read.tokens, stream.layers) == ("m", "line\n2", TOKENS, [3, 7])
    assert stream.key_side.segments == segments and stream.key_side.special_tokens == ["a"]
    np.testing.assert_array_equal(stream.weights(7, 2), weights()[1, 2])
    np.testing.assert_array_equal(stream.queries[1], queries[1])
    np.testing.assert_array_equal(stream.keys[0], keys[0])
    assert stream.keys[0].dtype == np.float16


def test_encoder_decoder_is_read_back(tmp_path):
    at.save(encoder_decoder(), tmp_path / "t.safetensors")
    read = at.load(tmp_path / "t.safetensors")
    assert list(read.streams) == ["encoder", "decoder", "cross"]
    np.testing.assert_array_equal(read.stream("cross").weights(1, 1), cross()[1, 1])
    assert read.stream("cross").query_side.tokens == list("rstu")


@pytest.mark.parametrize("dtype", ["uint8", "float16"])
def test_weights_may_be_written_smaller(tmp_path, dtype):
    at.save(at.Trace(weights(), TOKENS), tmp_path / "t.safetensors", dtype=dtype)
    kept = at.load(tmp_path / "t.safetensors").stream().weights(0, 1)
    assert kept.dtype == dtype
    np.testing.assert_allclose(kept / 255 if dtype == "uint8" else kept, weights()[0, 1], atol=0.5 / 255)


def test_the_header_is_that_of_safetensors(tmp_path):
    at.save(at.Trace(weights(), TOKENS), tmp_path / "t.safetensors")
    data = (tmp_path / "t.safetensors").read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    assert length % 8 == 0 and json.loads(header["__metadata__"]["tokens"]) == TOKENS
    start, end = header["attention.1"]["data_offsets"]
    np.testing.assert_array_equal(np.frombuffer(data[8 + length :][start:end], "<f4").reshape(3, 6, 6), weights()[1])


@pytest.mark.parametrize(
    "content, code",
    [(b"", "file"), (b"<html>", "file"), (b"\xff" * 64, "file"), ((2).to_bytes(8, "little") + b"{}", "file-names")],
)
def test_what_is_no_such_file_is_refused(tmp_path, content, code):
    (tmp_path / "t.safetensors").write_bytes(content)
    with pytest.raises(at.TraceError) as error:
        at.load(tmp_path / "t.safetensors")
    assert error.value.code == code


def test_a_file_cut_short_is_refused(tmp_path):
    at.save(at.Trace(weights(), TOKENS), tmp_path / "t.safetensors")
    whole = (tmp_path / "t.safetensors").read_bytes()
    for length in range(0, len(whole), 97):
        (tmp_path / "t.safetensors").write_bytes(whole[:length])
        with pytest.raises(at.TraceError, match="Save or download"):
            at.load(tmp_path / "t.safetensors")
