"""Exports small randomly initialised transformers as a user would, with what transformers itself says their attention is.

    pip install -r requirements.txt
    python make_exports.py OUT [name ...]

Each case is a folder of OUT with model.onnx, and case.safetensors: the inputs as `feeds.<name>`, the attention expected as
the output names of tapAttention (`attentions.0`, `decoder_attentions.0`, `cross_attentions.0`), its metadata the tolerance.
`ATTENTRACE_EXPORTS=OUT npx vitest run --project unit tests/unit/inference/exports.test.ts` compares them.
"""

import shutil
import sys
import traceback
from pathlib import Path

import torch
import transformers as tr
from optimum.exporters.onnx import onnx_export_from_model
from transformers.models.swin.modeling_swin import SwinSelfAttention

from cases import LENGTH, SMALL, fitting, ids, inputs_of, named, save, sharpen
from variants import VARIANTS, make_variant

# optimum-onnx 0.1 was written when this was the default.
traced_export = torch.onnx.export
torch.onnx.export = lambda *args, **kwargs: traced_export(*args, **{**kwargs, "dynamo": False})

ENCDEC = dict(vocab_size=99, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
              encoder_ffn_dim=37, decoder_ffn_dim=37, max_position_embeddings=64, pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2)

ENCODERS = {
    "bert": (tr.BertConfig(**SMALL), tr.BertModel),
    "bert-classifier": (tr.BertConfig(**SMALL), tr.BertForSequenceClassification),
    "roberta": (tr.RobertaConfig(**SMALL), tr.RobertaModel),
    "distilbert": (tr.DistilBertConfig(vocab_size=99, dim=32, n_layers=3, n_heads=4, hidden_dim=37, max_position_embeddings=64), tr.DistilBertModel),
    "deberta-v2": (tr.DebertaV2Config(**SMALL, relative_attention=True, pos_att_type=["p2c", "c2p"], norm_rel_ebd="layer_norm", share_att_key=True, position_buckets=8), tr.DebertaV2Model),
    "albert": (tr.AlbertConfig(**{**SMALL, "num_hidden_layers": 2}, embedding_size=16), tr.AlbertModel),
    "mpnet": (tr.MPNetConfig(**SMALL), tr.MPNetModel),
    "electra": (tr.ElectraConfig(**SMALL, embedding_size=16), tr.ElectraModel),
}
DECODERS = {
    "gpt2": (tr.GPT2Config(vocab_size=99, n_embd=32, n_layer=3, n_head=4, n_positions=64), tr.GPT2LMHeadModel),
    "llama": (tr.LlamaConfig(**SMALL, num_key_value_heads=2), tr.LlamaForCausalLM),
    "qwen2": (tr.Qwen2Config(**SMALL, num_key_value_heads=2), tr.Qwen2ForCausalLM),
    "qwen3": (tr.Qwen3Config(**SMALL, num_key_value_heads=2, head_dim=16), tr.Qwen3ForCausalLM),
    "gemma": (tr.GemmaConfig(**SMALL, num_key_value_heads=1, head_dim=8), tr.GemmaForCausalLM),
    "gemma2": (tr.Gemma2Config(**SMALL, num_key_value_heads=2, head_dim=8, sliding_window=4, query_pre_attn_scalar=8), tr.Gemma2ForCausalLM),
    "mistral": (tr.MistralConfig(**SMALL, num_key_value_heads=2), tr.MistralForCausalLM),
    "phi": (tr.PhiConfig(**SMALL), tr.PhiForCausalLM),
    "opt": (tr.OPTConfig(vocab_size=99, hidden_size=32, num_hidden_layers=3, num_attention_heads=4, ffn_dim=37, max_position_embeddings=64, word_embed_proj_dim=32), tr.OPTForCausalLM),
    "gpt-neox": (tr.GPTNeoXConfig(**SMALL), tr.GPTNeoXForCausalLM),
    "bloom": (tr.BloomConfig(vocab_size=99, hidden_size=32, n_layer=3, n_head=4), tr.BloomForCausalLM),
}
SEQ2SEQ = {
    "t5": (tr.T5Config(vocab_size=99, d_model=32, d_kv=8, d_ff=37, num_layers=2, num_heads=4, decoder_start_token_id=0), tr.T5ForConditionalGeneration),
    "bart": (tr.BartConfig(**ENCDEC), tr.BartForConditionalGeneration),
    "marian": (tr.MarianConfig(**ENCDEC, decoder_vocab_size=99), tr.MarianMTModel),
    "whisper": (tr.WhisperConfig(**{k: v for k, v in ENCDEC.items() if k != "max_position_embeddings"}, num_mel_bins=80, max_source_positions=20, max_target_positions=64, suppress_tokens=None, begin_suppress_tokens=None), tr.WhisperForConditionalGeneration),
}
VISION = {
    "vit": (tr.ViTConfig(hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=37, image_size=32, patch_size=8), tr.ViTModel),
    "deit": (tr.DeiTConfig(hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=37, image_size=32, patch_size=8), tr.DeiTForImageClassification),
    # 8 × 8 patches in four windows of 4 × 4, every second layer's shifted; then 4 × 4 patches in one.
    "swin": (tr.SwinConfig(image_size=32, patch_size=4, embed_dim=16, depths=[2, 2], num_heads=[2, 4], window_size=4), tr.SwinModel),
}
TOWER = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=37)
CLIP = tr.CLIPConfig(text_config=dict(**TOWER, vocab_size=99, max_position_embeddings=16, eos_token_id=98), vision_config=dict(**TOWER, image_size=32, patch_size=8), projection_dim=24)
BOTH = {"clip": (CLIP, tr.CLIPModel)}

SOURCE = 11
source_ids = torch.randint(3, 99, (1, SOURCE), generator=torch.Generator().manual_seed(2))


# A causal mask of -3e38 gives the static quantiser a scale of infinity, and the model no answer: decoders have their products quantised only.
FOR_DECODERS = [variant for variant in VARIANTS if variant not in ("qoperator", "optimised", "optimised-mha")]


def main():
    out = Path(sys.argv[1])
    wanted = set(sys.argv[2:])
    for family, table, make in (("encoder", ENCODERS, encoder), ("decoder", DECODERS, decoder), ("seq2seq", SEQ2SEQ, seq2seq), ("vision", VISION, vision), ("both", BOTH, text_and_image)):
        for name, (config, cls) in table.items():
            if wanted and name not in wanted:
                continue
            try:
                torch.manual_seed(0)
                model = cls._from_config(config, attn_implementation="eager").eval()
                sharpen(model)
                make(out, name, model)
                print("made", family, name, flush=True)
            except Exception:
                print("FAILED", family, name, flush=True)
                traceback.print_exc()
    shutil.rmtree(out / "export", ignore_errors=True)


def export(model, out, task, implementation="sdpa", **shapes):
    """The folder of one export, made with the attention implementation that optimum uses by default."""
    folder = out / "export"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        model.set_attn_implementation(implementation)
    except ValueError:
        pass
    onnx_export_from_model(model, folder, task=task, do_validation=False, **shapes)
    model.set_attn_implementation("eager")
    return folder


def with_variants(out, name, model_file, feeds, expected, only=VARIANTS):
    base = save(out, name, model_file, feeds, expected)
    for variant in only:
        try:
            path, weights, tolerance = make_variant(variant, base / "model.onnx", out / "variant.onnx", feeds, expected)
            save(out, f"{name}-{variant}", path, feeds, weights, tolerance)
            path.unlink()
        except Exception as error:
            print("no", variant, "of", name, type(error).__name__, str(error)[:200], flush=True)


def encoder(out, name, model):
    task = "text-classification" if "classifier" in name else "feature-extraction"
    folder = export(model, out, task)
    mask = torch.ones_like(ids)
    mask[0, -2:] = 0
    feeds = {"input_ids": ids, "attention_mask": mask}
    with torch.no_grad():
        expected = named("", model(**feeds, output_attentions=True).attentions)
    if "token_type_ids" in inputs_of(folder / "model.onnx"):
        feeds["token_type_ids"] = torch.zeros_like(ids)
    with_variants(out, name, folder / "model.onnx", feeds, expected, VARIANTS if name in ("bert", "roberta", "distilbert") else ["fp16", "int8"])
    if name == "bert":
        save(out, "bert-eager", export(model, out, task, "eager") / "model.onnx", feeds, expected)


def decoder(out, name, model):
    with torch.no_grad():
        whole = model(ids, output_attentions=True).attentions
        prefix = model(ids[:, :-1], past_key_values=tr.DynamicCache(), use_cache=True)
        step = model(ids[:, -1:], past_key_values=prefix.past_key_values, output_attentions=True).attentions
        past = model(ids[:, :-1], past_key_values=tr.DynamicCache(), use_cache=True).past_key_values
    positions = torch.arange(LENGTH)[None]
    every = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "position_ids": positions}
    folder = export(model, out, "text-generation")
    without = fitting(folder / "model.onnx", every)
    with_variants(out, name, folder / "model.onnx", without, named("", whole), FOR_DECODERS if name in ("gpt2", "llama") else ["fp16", "int8"])
    folder = export(model, out, "text-generation-with-past")
    cache = {f"past_key_values.{layer}.{kind}": vector for layer in range(len(whole)) for kind, vector in zip(("key", "value"), past.to_legacy_cache()[layer])}
    empty = {key: value[..., :0, :] if value.ndim == 4 else value for key, value in cache.items()}
    path = folder / "model.onnx"
    with_variants(out, f"{name}-past", path, fitting(path, {**every, **empty}), named("", whole), ["fp16", "int8", "q4"] if name == "llama" else [])
    last = {"input_ids": ids[:, -1:], "attention_mask": torch.ones_like(ids), "position_ids": positions[:, -1:], **cache}
    save(out, f"{name}-step", path, fitting(path, last), named("", step))


def seq2seq(out, name, model):
    features = torch.randn((1, 80, 40), generator=torch.Generator().manual_seed(3)) if name == "whisper" else None
    task = "automatic-speech-recognition" if name == "whisper" else "text2text-generation"
    inputs = {"input_features": features} if name == "whisper" else {"input_ids": source_ids}
    with torch.no_grad():
        result = model(**inputs, decoder_input_ids=ids, output_attentions=True)
        hidden = result.encoder_last_hidden_state
        start = model(**inputs, decoder_input_ids=ids[:, :-1], use_cache=True)
        past = start.past_key_values.to_legacy_cache()
    encoder_mask = torch.ones((1, hidden.shape[1]), dtype=torch.int64)
    folder = export(model, out, f"{task}-with-past", **({"nb_max_frames": 40} if name == "whisper" else {}))
    path = folder / "encoder_model.onnx"
    with_variants(out, f"{name}-encoder", path, fitting(path, {**inputs, "attention_mask": encoder_mask}), named("", result.encoder_attentions), ["fp16", "int8"])
    both = {**named("decoder_", result.decoder_attentions), **named("cross_", result.cross_attentions)}
    every = {"input_ids": ids, "encoder_hidden_states": hidden, "encoder_attention_mask": encoder_mask, "decoder_attention_mask": torch.ones_like(ids)}
    path = folder / "decoder_model.onnx"
    with_variants(out, f"{name}-decoder", path, fitting(path, every), both, ["fp16", "int8"])
    last_rows = {key: value[:, :, -1:] for key, value in both.items()}
    cache = {f"past_key_values.{layer}.{side}.{kind}": vector for layer, four in enumerate(past)
             for (side, kind), vector in zip((("decoder", "key"), ("decoder", "value"), ("encoder", "key"), ("encoder", "value")), four)}
    step = {**every, **cache, "input_ids": ids[:, -1:], "cache_position": torch.tensor([LENGTH - 1])}
    path = folder / "decoder_with_past_model.onnx"
    save(out, f"{name}-step", path, fitting(path, step), last_rows)
    path = folder / "decoder_model_merged.onnx"
    first = {**every, **{key: value[:, :, :0] for key, value in cache.items()}, "use_cache_branch": torch.tensor([False]), "cache_position": torch.arange(LENGTH)}
    save(out, f"{name}-merged-first", path, fitting(path, first), both)
    save(out, f"{name}-merged-step", path, fitting(path, {**step, "use_cache_branch": torch.tensor([True])}), last_rows)


def vision(out, name, model):
    pixels = torch.randn((1, 3, 32, 32), generator=torch.Generator().manual_seed(4))
    with torch.no_grad():
        expected = named("", every_attention(model, pixels))
    folder = export(model, out, "image-classification" if name == "deit" else "feature-extraction")
    with_variants(out, name, folder / "model.onnx", {"pixel_values": pixels}, expected, ["fp16", "int8"])


def every_attention(model, pixels):
    """SwinModel itself gives those of the last block of each stage only."""
    seen = []
    blocks = [module for module in model.modules() if isinstance(module, SwinSelfAttention)]
    hooks = [block.register_forward_hook(lambda _block, _inputs, output: seen.append(output[1])) for block in blocks]
    attentions = model(pixels, output_attentions=True).attentions
    for hook in hooks:
        hook.remove()
    return seen or attentions


def text_and_image(out, name, model):
    text = torch.cat([ids[:, :-1], torch.tensor([[98]])], dim=1)
    feeds = {"input_ids": text, "pixel_values": torch.randn((1, 3, 32, 32), generator=torch.Generator().manual_seed(4)), "attention_mask": torch.ones_like(text)}
    with torch.no_grad():
        result = model(**feeds, output_attentions=True)
    expected = named("", result.text_model_output.attentions) | {f"attentions.{layer}_2": weights for layer, weights in enumerate(result.vision_model_output.attentions)}
    path = export(model, out, "zero-shot-image-classification") / "model.onnx"
    with_variants(out, name, path, fitting(path, feeds), expected, ["fp16", "int8"])


if __name__ == "__main__":
    main()
