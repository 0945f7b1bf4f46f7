"""Exports small random language models as large ones are published today: with grouped-query attention as one operator
(onnxruntime-genai's model builder, which made most of onnx-community's), and with ONNX's own Attention (torch's newer exporter).

    pip install -r requirements-llm.txt
    python make_llm_exports.py OUT

Cases are as in make_exports.py.
"""

import shutil
import subprocess
import sys
import traceback
from pathlib import Path

import numpy as np
import onnx
import torch
import transformers as tr
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from cases import LENGTH, SMALL, fitting, ids, named, save, sharpen

# The builder's rotary tables and cache want a head of at least 16 numbers.
WIDE = dict(SMALL, hidden_size=64, num_key_value_heads=2, head_dim=16, bos_token_id=1, eos_token_id=2, pad_token_id=0)
BUILT = {
    "llama": (tr.LlamaConfig(**WIDE), tr.LlamaForCausalLM),
    "qwen2": (tr.Qwen2Config(**WIDE), tr.Qwen2ForCausalLM),
    "qwen3": (tr.Qwen3Config(**WIDE), tr.Qwen3ForCausalLM),
    "mistral": (tr.MistralConfig(**WIDE, sliding_window=4), tr.MistralForCausalLM),
}


def main():
    out = Path(sys.argv[1])
    for name, (config, cls) in BUILT.items():
        for precision in ("fp32", "int4", "int4-fp32"):
            attempt(f"{name}-gqa-{precision}", lambda: built(out, name, make(config, cls), precision))
    attempt("llama-attention23", lambda: traced(out, "llama-attention23", make(*BUILT["llama"]), {"input_ids": ids}))
    for made in ("source", "built", "cache"):
        shutil.rmtree(out / made, ignore_errors=True)
    bert = make(tr.BertConfig(**SMALL), tr.BertModel)
    attempt("bert-attention23", lambda: traced(out, "bert-attention23", bert, {"input_ids": ids, "attention_mask": torch.ones_like(ids)}))
    attempt("bert-dynamo", lambda: traced(out, "bert-dynamo", bert, {"input_ids": ids, "attention_mask": torch.ones_like(ids)}, opset=18))
    vit = make(tr.ViTConfig(hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=37, image_size=32, patch_size=8), tr.ViTModel)
    attempt("vit-dynamo", lambda: traced(out, "vit-dynamo", vit, {"pixel_values": torch.randn((1, 3, 32, 32))}, opset=18))


def attempt(name, run):
    try:
        run()
        print("made", name, flush=True)
    except Exception:
        print("FAILED", name, flush=True)
        traceback.print_exc()


def make(config, cls):
    torch.manual_seed(0)
    model = cls._from_config(config, attn_implementation="eager").eval()
    sharpen(model)
    return model


def built(out, name, model, precision):
    """In 4 bits what is expected is the attention of transformers with the weights that the 4 bits stand for. The builder has them
    multiplied with activations of 8 bits, which moves weights by some hundredths; `int4-fp32` asks for whole activations."""
    source, target = out / "source", out / "built"
    model.save_pretrained(source)
    words = Tokenizer(WordLevel({f"t{i}": i for i in range(99)}, unk_token="t0"))
    tr.PreTrainedTokenizerFast(tokenizer_object=words, unk_token="t0").save_pretrained(source)
    builder = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", source, "-o", target, "-p", precision[:4], "-e", "cpu", "-c", out / "cache"]
    subprocess.run(builder, check=True)
    whole = onnx.load(target / "model.onnx")
    window = getattr(model.config, "sliding_window", None)
    for node in whole.graph.node:
        # The builder leaves the window out for the CPU; others write it.
        if node.op_type == "GroupQueryAttention" and window:
            next(attribute for attribute in node.attribute if attribute.name == "local_window_size").i = window
    if precision != "fp32":
        put_back(whole.graph, model)
    if precision == "int4-fp32":
        for attribute in (attribute for node in whole.graph.node for attribute in node.attribute if attribute.name == "accuracy_level"):
            attribute.i = 1
    path = out / "whole.onnx"
    onnx.save(whole, path)
    shutil.rmtree(target)
    empty = np.zeros((1, 2, 0, 16), np.float32)
    feeds = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "position_ids": torch.arange(LENGTH)[None]}
    for layer in range(3):
        feeds |= {f"past_key_values.{layer}.{kind}": empty for kind in ("key", "value")}
    with torch.no_grad():
        expected = named("", model(ids, output_attentions=True).attentions)
    save(out, f"{name}-gqa-{precision}", path, fitting(path, feeds), expected, 2e-2 if precision == "int4" else 1e-4)
    path.unlink()


def put_back(graph, model):
    """Gives a model the weights that the 4-bit products of a graph stand for: (quantum - 8) * scale, in blocks along a row."""
    tensors = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in (node for node in graph.node if node.op_type == "MatMulNBits"):
        numbers = {attribute.name: attribute.i for attribute in node.attribute}
        if numbers["bits"] != 4 or any(node.input[3:]):
            raise ValueError(f"{node.name} is not of the plain form")
        packed, scales = (tensors[name] for name in node.input[1:3])
        quanta = np.stack([packed & 15, packed >> 4], axis=-1).reshape(numbers["N"], -1, numbers["block_size"])
        rows = torch.tensor(((quanta.astype(np.float32) - 8) * scales.reshape(numbers["N"], -1, 1)).reshape(numbers["N"], -1)[:, : numbers["K"]])
        path = node.name.removeprefix("/").removesuffix("/MatMul_Q4").replace("/", ".").replace("attn.", "self_attn.")
        owner, _, last = path.rpartition(".")
        modules = [model.get_submodule(f"{owner}.{part}" if owner else part) for part in ({"qkv_proj": ["q_proj", "k_proj", "v_proj"]}.get(last, [last]))]
        for module, part in zip(modules, rows.split([module.out_features for module in modules])):
            module.weight.data.copy_(part)


def strip_metadata(path):
    """Takes out the exporter's notes: they hold stack traces, with paths of the machine it ran on."""
    model = onnx.load(path)
    graph = model.graph
    for item in (model, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        item.ClearField("metadata_props")
    onnx.save(model, path)


def traced(out, name, model, feeds, opset=23):
    model.set_attn_implementation("eager")
    with torch.no_grad():
        expected = named("", model(**feeds, output_attentions=True).attentions)
    model.set_attn_implementation("sdpa")
    path = out / "traced.onnx"
    if hasattr(model.config, "use_cache"):
        model.config.use_cache = False
    torch.onnx.export(model, (), str(path), kwargs=dict(feeds), dynamo=True, opset_version=opset, external_data=False)
    strip_metadata(path)
    save(out, name, path, fitting(path, feeds), expected)
    path.unlink()


if __name__ == "__main__":
    main()
