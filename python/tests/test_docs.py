"""Every snippet of docs/python.md runs, in order, with what its section speaks of; so does the example notebook."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import attentrace as at
from attentrace.figure import find_browser

from .made import TOKENS, by_layer

ROOT = Path(__file__).parents[2]


def snippets() -> dict[str, list[str]]:
    """Blocks of Python by the heading above them."""
    found: dict[str, list[str]] = {}
    for part in re.split(r"^##+ ", (ROOT / "docs/python.md").read_text(), flags=re.M):
        heading, _, text = part.partition("\n")
        blocks = re.findall(r"^```python\n(.*?)^```", part, flags=re.M | re.S)
        if blocks:
            found[heading.removeprefix("# ")] = blocks
    return found


def torch_things(tmp_path) -> dict:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("transformers", reason="transformers is not installed")
    from . import tiny
    from .test_capture import Processor

    tokenizer = tiny.tokenizer(chat=True)
    model = tiny.llama()
    return {
        "model": model,
        "tokenizer": tokenizer,
        "trace": at.capture(model, tokenizer, "the cat sat on the mat"),
        "inputs": tokenizer("the cat sat", return_tensors="pt", return_token_type_ids=False),
        "seq2seq": tiny.t5(),
        "vision": tiny.vit(),
        "image_processor": lambda images, return_tensors: {"pixel_values": images},
        "picture": torch.rand(1, 3, 24, 24),
        "speech": tiny.whisper(),
        "processor": Processor(),
        "sound": np.zeros(9600),
        "text": "the cat sat on the mat " * 20,
        "a": "the cat",
        "b": "the dog",
    }


class ActivationCache(dict):
    """As that of TransformerLens: by full names, and by a short one and a layer."""

    def __getitem__(self, key):
        name, layer = key
        return super().__getitem__(f"blocks.{layer}.attn.hook_{name}")


def of_transformer_lens(tmp_path) -> dict:
    """Shapes and names as TransformerLens 4.3 has them: pattern [batch, head, query, key], q, k and v [batch, position, head, dim]."""
    cache = ActivationCache({f"blocks.{layer}.attn.hook_pattern": pattern for layer, pattern in enumerate(by_layer(heads=4))})
    for name, heads in {"q": 4, "k": 2, "v": 2}.items():
        cache |= {f"blocks.{layer}.attn.hook_{name}": np.ones((1, 6, heads, 8), "f4") for layer in range(2)}
    model = SimpleNamespace(cfg=SimpleNamespace(n_layers=2), run_with_cache=lambda text: (None, cache), to_str_tokens=list)
    return {"model": model, "text": "abcdef"}


def of_nnsight(tmp_path) -> dict:
    """As in nnsight 0.8 a layer of Llama is: its attention gives what it adds, and the weights [batch, head, query, key]."""
    from contextlib import nullcontext

    def layer(weights):
        return SimpleNamespace(self_attn=SimpleNamespace(output=(None, SimpleNamespace(save=lambda: weights))))

    model = SimpleNamespace(
        trace=lambda text: nullcontext(),
        model=SimpleNamespace(layers=[layer(weights) for weights in by_layer()]),
        tokenizer=SimpleNamespace(tokenize=list),
    )
    return {"model": model, "text": "abcdef"}


def of_bertviz(tmp_path) -> dict:
    attention = by_layer(layers=3)
    more = {"attention": attention, "tokens": TOKENS}
    more |= {f"{name}_attention": by_layer(causal=name == "decoder") for name in ("encoder", "decoder", "cross")}
    return {**torch_things(tmp_path), **more, "encoder_tokens": TOKENS, "decoder_tokens": TOKENS}


def of_jax(tmp_path) -> dict:
    """As in Flax 0.12: what is sown is a tuple, by the names of modules."""
    sown = {f"layer_{n}": {"attention": {"attention_weights": (weights,)}} for n, weights in enumerate(by_layer())}
    module = SimpleNamespace(apply=lambda *_, mutable: (None, {"intermediates": sown}))
    return {"module": module, "variables": {}, "inputs": None, "tokens": TOKENS}


def of_queries_and_keys(tmp_path) -> dict:
    vectors = np.random.default_rng(0).normal(size=(2, 4, 6, 8)).astype("f4")
    return {"queries": vectors, "keys": vectors[:, :2], "tokens": TOKENS}


SECTIONS = {
    "In Python, and in notebooks": torch_things,
    "A view": torch_things,
    "From transformers": torch_things,
    "Long inputs": torch_things,
    "Two traces": torch_things,
    "From BertViz": of_bertviz,
    "From TransformerLens": of_transformer_lens,
    "From nnsight": of_nnsight,
    "From vLLM, or whatever records queries and keys": of_queries_and_keys,
    "From JAX": of_jax,
}


@pytest.mark.parametrize("heading", snippets())
def test_snippets_run(heading, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"at": at, **SECTIONS[heading](tmp_path)}
    for block in snippets()[heading]:
        if "to_svg" in block and not find_browser():
            with pytest.raises(at.TraceError, match="CHROMIUM_PATH"):
                exec(block, names)
            continue
        exec(block, names)
    if heading == "A view":
        assert not find_browser() or "<svg" in (tmp_path / "figure.svg").read_text()
        assert "<!doctype html>" in (tmp_path / "trace.html").read_text()
        assert at.load("trace.safetensors").tokens == names["trace"].tokens


def test_the_example_notebook_runs(tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.read(ROOT / "python/examples/attentrace.ipynb", as_version=4)
    monkeypatch.chdir(tmp_path)
    done = nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [output for cell in done.cells for output in cell.get("outputs", [])]
    assert sum("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in shown) >= 3
    assert sum("<iframe" in output.get("data", {}).get("text/html", "") for output in shown) >= 3
