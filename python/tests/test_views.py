"""What a view takes, and what its page asks of the kernel and is told."""

import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest

import attentrace as at
from attentrace import widget
from attentrace.views import KINDS, view_function

from .made import TOKENS, by_layer, weights


class Page:
    """The other end of a view's messages."""

    def __init__(self, view):
        self.view, self.heard = view, []
        view.send = lambda content, buffers=None: self.heard.append((content, buffers or []))

    def ask(self, **content):
        self.heard.clear()
        self.view._answer(self.view, {"id": 1, "trace": "trace", **content}, [])
        return self.heard

    def array(self, **content):
        heard = self.ask(**content)
        data = b"".join(buffers[0] for _, buffers in heard)
        return np.frombuffer(data, heard[0][0]["type"]).reshape(heard[0][0]["dims"])


VIEWS = [at.budget_view, at.evidence_view, at.explorer, at.group_view, at.head_scatter, at.head_view, at.heatmap, at.model_view, at.neuron_view, at.token_view]


@pytest.mark.parametrize("make", VIEWS)
def test_every_view_takes_a_trace_and_says_what_it_takes(make):
    view = make(at.Trace(weights(), TOKENS), layer=1)
    assert view.props == {"layer": 1}
    assert "layer: The layer shown" in make.__doc__
    assert "layer" in inspect.signature(make).parameters


def test_every_view_of_the_npm_package_is_here():
    source = (Path(__file__).parents[2] / "src/lib/embed/views.ts").read_text()
    theirs = set(re.findall(r"^\s*'(\w+)',$", source, re.M) + re.findall(r"\(\)\('(\w+)',", source))
    assert len(theirs) >= 9 and theirs == {kind.component for kind in KINDS.values()}
    assert set(KINDS) <= set(at.__all__)


def test_two_traces_are_compared():
    a, b, again = (at.Trace(weights(seed=seed), TOKENS) for seed in (1, 2, 3))
    view = at.compare_view(a, b, again, name_a="base", align="ids", include_layers=[1], display_mode="dark")
    assert view.props == {"nameA": "base", "align": "ids", "theme": "dark"}
    page = Page(view)
    about = page.ask(kind="hello", page="p")[0][0]["about"]
    assert {name: told["streams"][0]["layers"] for name, told in about.items()} == {"a": [1], "b": [1], "floor": [1]}
    np.testing.assert_array_equal(page.array(trace="b", kind="heads", stream="self", layer=0, heads=[2])[0], weights(seed=2)[1, 2])
    assert list(at.compare_view(a, b).traces) == ["a", "b"]
    assert "a: The trace that is compared" in at.compare_view.__doc__ and "attention:" not in at.compare_view.__doc__
    assert list(inspect.signature(at.compare_view).parameters)[:3] == ["a", "b", "floor"]
    assert "a: Layer 0, head 0" in at.compare_view(a, b)._saved()[0] and "b: Layer 0, head 0" in at.compare_view(a, b)._saved()[0]


def test_weights_of_heads_are_arrays():
    learned = np.array([[0.5, -1.0, 0.0], [0.25, 2.0, 0.0]], "f4")
    view = at.group_view(weights(), TOKENS, head_weights={"label": "AT2", "values": learned}, head_grid="weight", weighted=True)
    assert view.props == {"headWeights": {"label": "AT2", "values": [[0.5, -1, 0], [0.25, 2, 0]]}, "headGrid": "weight", "weighted": True}


def test_a_new_view_is_one_line():
    assert view_function("Heatmap")(weights(), TOKENS, range=[0, 1]).props == {"range": [0, 1]}


def test_arguments_of_bertviz():
    view = at.head_view(by_layer(), TOKENS, 2, prettify_tokens=True, layer=1, heads=[0, 2], include_layers=[1], display_mode="dark")
    assert view.trace.stream().layers == [1]
    assert view.props == {"layer": 1, "heads": [0, 2], "theme": "dark"}
    assert view.trace.stream().key_side.segments == [{"name": "A", "start": 0, "end": 2}, {"name": "B", "start": 2, "end": 6}]
    crossed = at.model_view(
        encoder_attention=by_layer(causal=False), decoder_attention=by_layer(), cross_attention=by_layer(causal=False),
        encoder_tokens=TOKENS, decoder_tokens=TOKENS, include_heads=[1],
    )
    assert list(crossed.trace.streams) == ["encoder", "decoder", "cross"]
    assert crossed.trace.stream("cross").heads == [1]
    html = at.model_view(by_layer(), TOKENS, html_action="return")
    assert "<!doctype html>" in html.data and "<iframe" in html._repr_html_()


def test_names_of_props_and_options_are_those_of_each_language():
    view = at.head_view(weights(), TOKENS, query_segment=None, edges="top", top=2)
    assert view.props == {"edges": "top", "top": 2}
    view.options = {"query_segment": "A"}
    assert view.get_state("options")["options"] == {"querySegment": "A"}
    view.set_state({"options": {"querySegment": "B", "top": 3}})
    assert view.options == {"query_segment": "B", "top": 3}


def test_what_is_chosen_in_the_page_is_heard():
    view, heard = at.head_view(weights(), TOKENS), []
    view.observe(lambda change: heard.append(change.new), "selection")
    view.set_state({"selection": {"layer": 1, "query": 3}})
    assert heard == [{"layer": 1, "query": 3}] and view.selection["query"] == 3


def test_the_page_is_told_of_the_trace_and_gets_a_head_or_a_block():
    page = Page(at.heatmap(weights(), TOKENS))
    ((reply, _),) = page.ask(kind="hello", page="p")
    (stream,) = reply["about"]["trace"]["streams"]
    assert stream["dims"] == [2, 3, 6, 6] and stream["causal"] is True and stream["key"]["tokens"] == TOKENS
    json.dumps(reply)
    np.testing.assert_array_equal(page.array(kind="heads", stream="self", layer=1, heads=[0, 2]), weights()[1, [0, 2]])
    block = dict(kind="block", stream="self", layer=1, head=2, row=0, col=0, rows=2, cols=3, rowLevel=1, colLevel=1)
    np.testing.assert_allclose(page.array(**block), weights()[1, 2].reshape(3, 2, 3, 2).max((1, 3))[:2])


def test_messages_are_of_four_megabytes_at_most():
    given = weights(layers=1, heads=1, tokens=1200)
    page = Page(at.heatmap(given))
    np.testing.assert_array_equal(page.array(kind="heads", stream="self", layer=0, heads=[0])[0], given[0, 0])
    assert [len(buffers[0]) for _, buffers in page.heard] == [2**22, 1200 * 1200 * 4 - 2**22]


def test_8192_tokens_of_8_heads_are_opened_without_every_weight():
    """One head would be 256 MB, all of them 2 GB. Queries of zeros look at every key alike."""
    import tracemalloc

    queries, keys = np.zeros((1, 8, 8192, 16), "f2"), np.ones((1, 8, 8192, 16), "f2")
    sums = np.broadcast_to(np.log(np.arange(1, 8193, dtype="f4")), (1, 8, 8192))
    tracemalloc.start()
    page = Page(at.heatmap(at.query_key_attention(queries, keys, causal=True, log_sum_exp=sums), layer=0, head=2))
    assert page.ask(kind="hello", page="p")[0][0]["about"]["trace"]["streams"][0]["dims"] == [1, 8, 8192, 8192]
    made = page.array(kind="block", stream="self", layer=0, head=2, row=0, col=0, rows=512, cols=512, rowLevel=4, colLevel=4)
    page.view._repr_mimebundle_()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 128 * 2**20, f"{most / 2**20:.0f} MB"
    row, col = np.indices((512, 512))
    # The largest of 16 × 16 is of the first query that sees the cell's first key.
    np.testing.assert_allclose(made, np.where(col > row, 0, 1 / (row * 16 + 1)), rtol=1e-4)


def test_layers_with_different_heads_are_told_the_page():
    given = [weights(heads=3)[0], weights(heads=2)[1]]
    page = Page(at.model_view(at.Trace(given, TOKENS, heads=[[0, 1, 3], [2, 5]])))
    (stream,) = page.ask(kind="hello", page="p")[0][0]["about"]["trace"]["streams"]
    assert (stream["dims"], stream["heads"], stream["headCounts"]) == ([2, 3, 6, 6], [[0, 1, 3], [2, 5]], [3, 2])
    np.testing.assert_array_equal(page.array(kind="heads", stream="self", layer=1, heads=[0, 1]), given[1])


def test_what_is_wrong_with_a_head_is_told_the_page():
    given = weights(layers=2, heads=2, tokens=1600)
    given[1, 1, 800, 0] = np.nan
    heard = Page(at.heatmap(given)).ask(kind="heads", stream="self", layer=1, heads=[1])
    assert heard[0][0]["kind"] == "error" and heard[0][0]["error"]["code"] == "not-a-number"


def test_vectors_go_to_views_that_need_them():
    trace = at.Trace(weights(), TOKENS, queries=np.ones((2, 3, 6, 4), "f4"), keys=np.ones((2, 1, 6, 4), "f4"))
    about = Page(at.neuron_view(trace)).ask(kind="hello", page="p")[0][0]["about"]["trace"]
    assert about["streams"][0]["vectors"] == {"queries": ["float32", 3, 6, 4], "keys": ["float32", 1, 6, 4]}
    assert Page(at.head_view(trace)).ask(kind="hello", page="p")[0][0]["about"]["trace"]["streams"][0]["vectors"] == {}


def test_scores_go_to_the_neuron_view_with_their_vectors_and_their_name():
    scores = 4 * weights() - 2
    trace = at.Trace(scores, TOKENS, quantity="scores", queries=np.ones((2, 3, 6, 4), "f4"), keys=np.ones((2, 3, 6, 4), "f4"))
    page = Page(at.neuron_view(trace))
    (stream,) = page.ask(kind="hello", page="p")[0][0]["about"]["trace"]["streams"]
    assert stream["quantity"]["name"] == "score" and set(stream["vectors"]) == {"queries", "keys"}
    np.testing.assert_array_equal(page.array(kind="heads", stream="self", layer=1, heads=[2])[0], scores[1, 2])


def test_the_code_of_the_page_is_sent_once_a_page():
    page = Page(at.head_view(weights(), TOKENS))
    (first, buffers), *rest = page.ask(kind="code", known=[])
    assert len(buffers[0]) > 100_000 and not rest
    ((again, nothing),) = page.ask(kind="code", known=[first["digest"]])
    assert again["same"] and nothing == []


def test_a_closed_view_lets_go_of_its_trace(monkeypatch):
    import weakref

    view = at.head_view(weights(), TOKENS)
    page, held = Page(view), weakref.ref(view.trace)
    page.ask(kind="hello", page="one")
    page.ask(kind="hello", page="two")
    page.ask(kind="closed", page="one")
    assert held() is not None
    page.ask(kind="closed", page="two")
    assert held() is None
    with pytest.raises(at.TraceError, match="Make the view again"):
        view.trace
    assert page.ask(kind="hello", page="three")[0][0]["error"]["code"] == "unreadable"


def test_a_trace_that_is_kept_can_be_shown_again():
    trace = at.Trace(weights(), TOKENS)
    page = Page(at.head_view(trace))
    page.ask(kind="hello", page="one")
    page.ask(kind="closed", page="one")
    assert page.ask(kind="hello", page="two")[0][0]["kind"] == "reply"


def test_causality_is_seen_in_the_weights():
    assert widget.is_causal(at.Trace(weights(), TOKENS).stream())
    assert not widget.is_causal(at.Trace(weights(causal=False), TOKENS).stream())


def test_pages_hold_their_data_and_no_address(tmp_path):
    view = at.explorer(at.Trace(weights(), ["</script><script>alert(1)</script>", *TOKENS[1:]]))
    view.to_html(tmp_path / "t.html")
    text = (tmp_path / "t.html").read_text()
    assert "alert(1)" not in text and "https://" not in text


def test_a_saved_copy_says_what_it_leaves_out():
    small = at.head_view(weights(), TOKENS)._saved()[0]
    assert "A saved copy" not in small and 'sandbox="allow-scripts"' in small
    assert "weights rounded" in at.head_view(weights(layers=4, heads=2, tokens=400))._saved()[0]
    assert "layer 2 alone" in at.head_view(weights(layers=8, heads=2, tokens=600), layer=2)._saved()[0]
    assert "too large to be saved" in at.head_view(weights(layers=1, heads=1, tokens=2100))._saved()[0]


def test_what_is_too_large_for_a_page_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr("attentrace.page.MOST_BYTES", 100)
    with pytest.raises(at.TraceError, match="include_layers") as error:
        at.head_view(weights(), TOKENS).to_html(tmp_path / "t.html")
    assert error.value.code == "file"


def test_a_figure_is_drawn_by_the_page_where_no_browser_is(monkeypatch, tmp_path):
    monkeypatch.setattr("attentrace.figure.find_browser", lambda: None)
    page = Page(at.heatmap(weights(), TOKENS))
    with pytest.raises(at.TraceError, match="CHROMIUM_PATH") as error:
        page.view.to_svg(tmp_path / "a.svg")
    assert error.value.code == "no-page"
    page.ask(kind="hello", page="one")
    page.view.to_svg(tmp_path / "a.svg", width_mm=85)
    asked, _ = page.heard[-1]
    assert asked["options"] == {"whole": True, "widthMm": 85}
    text = json.dumps({"svg": "<svg>é</svg>"})
    other = dict(kind="figure", page="two", part=0, parts=2, text="no")
    for piece in ({}, {"page": "one", "part": 1, "text": text[9:]}, {"page": "one", "text": text[:9]}):
        page.view._answer(page.view, {**other, **piece, "id": asked["id"]}, [])
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == "<svg>é</svg>"


def test_a_figure_that_a_view_refuses_says_why(monkeypatch, tmp_path):
    monkeypatch.setattr("attentrace.figure.find_browser", lambda: None)
    page = Page(at.group_view(weights(), TOKENS))
    page.ask(kind="hello", page="one")
    page.view.to_svg(tmp_path / "a.svg")
    text = json.dumps({"error": {"code": "unknown-layer", "place": "layer", "found": "9", "expected": "0", "fix": "Choose it."}})
    page.heard.clear()
    (name,) = page.view._figures
    page.view._answer(page.view, dict(kind="figure", id=name, page="one", part=0, parts=1, text=text), [])
    assert page.heard[0][0]["kind"] == "error" and page.heard[0][0]["error"]["code"] == "unknown-layer"
    assert not (tmp_path / "a.svg").exists()
