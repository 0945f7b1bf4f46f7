"""The picture for where no script may run."""

import base64
import re
import struct
import zlib

import numpy as np

import attentrace as at
from attentrace.picture import png

from .made import TOKENS, weights


def pixels(data: bytes) -> np.ndarray:
    """``[row, col, red green blue]`` of a PNG as ours are: one chunk of data, rows without a filter."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    cols, rows = struct.unpack(">II", data[16:24])
    start = data.index(b"IDAT") + 4
    (length,) = struct.unpack(">I", data[start - 8 : start - 4])
    lines = np.frombuffer(zlib.decompress(data[start : start + length]), np.uint8).reshape(rows, 1 + cols * 3)
    assert not lines[:, 0].any()
    return lines[:, 1:].reshape(rows, cols, 3)


def test_ink_is_weight():
    shown = weights()[1, 2]
    light = pixels(png(shown)).sum(2).astype(int)
    assert (light[np.triu_indices(6, 1)] == 3 * 255).all()
    order = np.argsort(shown, axis=None)
    assert (np.diff(light.ravel()[order]) <= 0).all() and light.min() < 250


def test_signs_are_colours():
    (left, middle, right), = pixels(png(np.array([[-1.0, 0.0, 1.0]])))
    assert left[0] > left[2] and right[2] > right[0] and middle.tolist() == [255, 255, 255]


def test_a_notebook_keeps_the_picture_of_what_is_chosen():
    data, _ = at.heatmap(weights(), TOKENS, layer=1, head=2)._repr_mimebundle_()
    np.testing.assert_array_equal(pixels(base64.b64decode(data["image/png"])), pixels(png(weights()[1, 2])))
    assert 'alt="Layer 1, head 2: 6 queries down, 6 keys across' in data["text/html"]
    view = at.head_view(weights(), TOKENS)
    view.selection = {"layer": 0, "heads": [1]}
    shown = re.search(r'src="data:image/png;base64,([^"]+)', view._repr_mimebundle_()[0]["text/html"])[1]
    np.testing.assert_array_equal(pixels(base64.b64decode(shown)), pixels(png(weights()[0, 1])))


def test_a_large_head_is_a_small_picture_of_its_largest_weights():
    large = np.zeros((1, 1, 1000, 1000), "f4")
    large[0, 0, np.arange(1000), np.arange(1000) // 3] = 1
    data, _ = at.heatmap(large)._repr_mimebundle_()
    made = pixels(base64.b64decode(data["image/png"]))
    expected = large[0, 0].reshape(250, 4, 250, 4).max((1, 3)) > 0
    assert made.shape == (250, 250, 3)
    np.testing.assert_array_equal(made.sum(2) < 700, expected)
