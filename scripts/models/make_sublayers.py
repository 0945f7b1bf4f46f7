"""Exports small randomly initialised models with what torch says of their attention sublayers: what contributions are made of.

    pip install -r requirements.txt
    python make_sublayers.py OUT [name ...]

Each folder of OUT has model.onnx, and case.safetensors: the inputs as `feeds.<name>`, and of each layer, as modules took and gave it,
`values.0` [head, token, dim], `outputMatrix.0` [head, dim, hidden], `outputBias.0`, `residual.0` (what enters the sublayer), `blockOutput.0`
(what the next one reads, or, of a model that norms first, what its norm reads) and `attentions.0`. Where a model norms what attention gives
before it is added, there is no residual and no block. `changes.0` [token] is what the output changes when the value of a token is 0 in the layer:
total variation after the last token, or of BERT 1 - cosine of the first token's hidden state.
"""

import shutil
import sys
from pathlib import Path

import torch
import transformers as tr

from cases import LENGTH, fitting, ids, save, sharpen
from make_exports import export

TINY = dict(vocab_size=99, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=20, max_position_embeddings=16)
HEADS, HIDDEN = 4, 16


def bert(model):
    """Post-LN."""
    return [dict(value=layer.attention.self.value, out=layer.attention.output.dense, before=layer.attention.self.query, after=layer.attention.output.LayerNorm, post=True) for layer in model.encoder.layer]


def gpt2(model):
    """Pre-LN; queries, keys and values in one product."""
    return [dict(value=layer.attn.c_attn, out=layer.attn.c_proj, before=layer.ln_1, after=layer.ln_2, packed=True) for layer in model.transformer.h]


def llama(model):
    """Pre-LN with RMS norms; heads share values."""
    return [dict(value=layer.self_attn.v_proj, out=layer.self_attn.o_proj, before=layer.input_layernorm, after=layer.post_attention_layernorm) for layer in model.model.layers]


def gemma2(model):
    """As llama, and a norm of what attention gives, before it is added."""
    return [dict(part, before=None) for part in llama(model)]


MODELS = {
    "bert": (tr.BertConfig(**TINY), tr.BertModel, bert, "feature-extraction", {}),
    # Norms written out, an operator each, as before operator set 17.
    "bert-opset14": (tr.BertConfig(**TINY), tr.BertModel, bert, "feature-extraction", {"opset": 14}),
    "gpt2": (tr.GPT2Config(vocab_size=99, n_embd=16, n_layer=2, n_head=4, n_positions=16), tr.GPT2LMHeadModel, gpt2, "text-generation", {}),
    # What attention gives is multiplied by a number before it is added.
    "granite": (tr.GraniteConfig(**TINY, num_key_value_heads=2, residual_multiplier=0.22, attention_multiplier=0.6), tr.GraniteForCausalLM, llama, "text-generation", {}),
    "gemma2": (tr.Gemma2Config(**TINY, num_key_value_heads=2, head_dim=4, sliding_window=4, query_pre_attn_scalar=4), tr.Gemma2ForCausalLM, gemma2, "text-generation", {"implementation": "eager"}),
}


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or MODELS:
        config, cls, parts_of, task, more = MODELS[name]
        torch.manual_seed(0)
        model = cls._from_config(config, attn_implementation="eager").eval()
        sharpen(model)
        scale(model)
        parts = parts_of(model)
        seen = [hooked(part) for part in parts]
        with torch.no_grad():
            attentions = model(ids, output_attentions=True).attentions
        expected = {f"attentions.{i}": weights for i, weights in enumerate(attentions)}
        multiplier = getattr(config, "residual_multiplier", 1)
        for i, (part, calls) in enumerate(zip(parts, seen)):
            expected |= {f"{key}.{i}": value.detach() for key, value in recorded(part, calls, multiplier).items()}
        with torch.no_grad():
            expected |= {f"changes.{i}": torch.stack([change(model, part, token) for token in range(LENGTH)]).float() for i, part in enumerate(parts)}
        path = export(model, out, task, **more) / "model.onnx"
        every = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": torch.zeros_like(ids), "position_ids": torch.arange(LENGTH)[None]}
        save(out, name, path, fitting(path, every), expected, 1e-5)
        print("made", name, flush=True)
    shutil.rmtree(out / "export", ignore_errors=True)


def scale(model):
    """Biases and norms that are not 0 and 1, as trained ones are."""
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(parameter, 0, 0.3)
        elif parameter.ndim == 1:
            torch.nn.init.normal_(parameter, 1, 0.3)


def hooked(part):
    """What goes into and comes out of the modules, once the model has run."""
    calls = {}
    for which in ("value", "out", "before", "after"):
        if part[which] is not None:
            part[which].register_forward_hook(lambda _module, inputs, output, which=which: calls.__setitem__(which, (inputs[0], output)))
    return calls


def change(model, part, token):
    """How much the output changes without the value of a token in a layer."""
    def zero(_module, _inputs, output):
        output = output.clone()
        output[:, token, 2 * HIDDEN if part.get("packed") else 0:] = 0
        return output

    before = model(ids)
    hook = part["value"].register_forward_hook(zero)
    after = model(ids)
    hook.remove()
    if hasattr(before, "logits"):
        p, q = (result.logits[0, -1].double().softmax(-1) for result in (before, after))
        return (p - q).abs().sum() / 2
    return 1 - torch.cosine_similarity(*(result.last_hidden_state[0, 0].double() for result in (before, after)), dim=0)


def recorded(part, calls, multiplier):
    values = calls["value"][1][0]
    if part.get("packed"):
        values = values[:, 2 * HIDDEN:]
    matrix = part["out"].weight if part.get("packed") else part["out"].weight.T
    found = {
        "values": values.view(LENGTH, -1, HIDDEN // HEADS).transpose(0, 1),
        "outputMatrix": matrix.reshape(HEADS, HIDDEN // HEADS, HIDDEN) * multiplier,
        "outputBias": (part["out"].bias if part["out"].bias is not None else torch.zeros(HIDDEN)) * multiplier,
    }
    if part["before"] is not None:
        found |= {"residual": calls["before"][0][0], "blockOutput": calls["after"][1 if part.get("post") else 0][0]}
    return found


if __name__ == "__main__":
    main()
