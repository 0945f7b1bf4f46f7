"""Exports models that optimum does not, or otherwise than it does: by torch.onnx.export, both exporters, attention eager and sdpa.

    pip install -r requirements.txt
    python make_torch_exports.py OUT [name ...]

Cases as make_exports.py writes them, compared in the same way.
"""

import sys
from pathlib import Path

import torch
import transformers as tr

from cases import named, save, sharpen

VOCABULARY, LENGTH = 131, 12
SMALL = dict(vocab_size=VOCABULARY, hidden_size=40, num_hidden_layers=2, num_attention_heads=5, intermediate_size=50, max_position_embeddings=48)
FOUR = {**SMALL, "num_attention_heads": 4, "hidden_size": 32}
GROUPED = dict(**FOUR, num_key_value_heads=2, use_cache=False)
EXPERTS = dict(num_experts_per_tok=2, moe_intermediate_size=16)
LATENT = dict(num_key_value_heads=4, q_lora_rank=12, kv_lora_rank=16, qk_rope_head_dim=4, qk_nope_head_dim=8, v_head_dim=8, use_cache=False)
IMAGE = dict(hidden_size=40, num_hidden_layers=2, num_attention_heads=5, intermediate_size=50, image_size=48, patch_size=16)
DETECTOR = dict(num_queries=6, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=40, decoder_ffn_dim=40)
BACKBONE = tr.ResNetConfig(embedding_size=8, hidden_sizes=[8, 8], depths=[1, 1], out_features=["stage2"])

generator = torch.Generator().manual_seed(7)
ids = torch.randint(3, VOCABULARY, (1, LENGTH), generator=generator)
mask = torch.ones_like(ids)
mask[0, -3:] = 0
TEXT = {"input_ids": ids, "attention_mask": mask}
# A mask of four axes goes past the masking of transformers, which the older exporter cannot write for every model.
FOUR_AXES = {"input_ids": ids, "attention_mask": torch.full((1, 1, LENGTH, LENGTH), torch.finfo(torch.float32).min).triu(1), "position_ids": torch.arange(LENGTH)[None]}
PIXELS = {"pixel_values": torch.randn((1, 3, 48, 48), generator=generator)}
MASKED_PIXELS = {**PIXELS, "pixel_mask": torch.ones((1, 48, 48), dtype=torch.int64)}

MODELS = {
    "modernbert": (tr.ModernBertForSequenceClassification, tr.ModernBertConfig(**SMALL, local_attention=6, global_attn_every_n_layers=2, pad_token_id=0, cls_token_id=1, sep_token_id=2, bos_token_id=1, eos_token_id=2), TEXT),
    "deberta": (tr.DebertaModel, tr.DebertaConfig(**SMALL, relative_attention=True, pos_att_type=["p2c", "c2p"], max_relative_positions=16), TEXT),
    "roformer": (tr.RoFormerModel, tr.RoFormerConfig(**SMALL), TEXT),
    "xlnet": (tr.XLNetModel, tr.XLNetConfig(vocab_size=VOCABULARY, d_model=40, n_layer=2, n_head=5, d_inner=50), {**TEXT, "attention_mask": mask.float()}),
    "mpt": (tr.MptForCausalLM, tr.MptConfig(vocab_size=VOCABULARY, d_model=32, n_layers=2, n_heads=4, expansion_ratio=2, max_seq_len=48, use_cache=False), TEXT),
    "gptj": (tr.GPTJForCausalLM, tr.GPTJConfig(vocab_size=VOCABULARY, n_embd=40, n_layer=2, n_head=5, rotary_dim=4, n_positions=48, use_cache=False), TEXT),
    "falcon": (tr.FalconForCausalLM, tr.FalconConfig(vocab_size=VOCABULARY, hidden_size=40, num_hidden_layers=2, num_attention_heads=5, multi_query=True, use_cache=False), TEXT),
    "gemma3": (tr.Gemma3ForCausalLM, tr.Gemma3TextConfig(**{**GROUPED, "num_key_value_heads": 1}, head_dim=8, sliding_window=4, query_pre_attn_scalar=8, layer_types=["sliding_attention", "full_attention"]), TEXT),
    "cohere": (tr.CohereForCausalLM, tr.CohereConfig(**GROUPED, use_qk_norm=True), TEXT),
    "olmo2": (tr.Olmo2ForCausalLM, tr.Olmo2Config(**SMALL, use_cache=False), TEXT),
    "phi3": (tr.Phi3ForCausalLM, tr.Phi3Config(**GROUPED, pad_token_id=0, sliding_window=5), TEXT),
    "mixtral": (tr.MixtralForCausalLM, tr.MixtralConfig(**GROUPED, num_local_experts=4, num_experts_per_tok=2, sliding_window=None), FOUR_AXES),
    "qwen3-moe": (tr.Qwen3MoeForCausalLM, tr.Qwen3MoeConfig(**GROUPED, **EXPERTS, head_dim=8, num_experts=4, norm_topk_prob=True), FOUR_AXES),
    "deepseek-v3": (tr.DeepseekV3ForCausalLM, tr.DeepseekV3Config(**FOUR, **EXPERTS, **LATENT, n_routed_experts=4, n_group=2, topk_group=1, first_k_dense_replace=1, n_shared_experts=1), FOUR_AXES),
    "beit": (tr.BeitForImageClassification, tr.BeitConfig(**IMAGE, use_relative_position_bias=True, out_indices=[1]), PIXELS),
    "siglip": (tr.SiglipVisionModel, tr.SiglipVisionConfig(**IMAGE), PIXELS),
    "detr": (tr.DetrForObjectDetection, tr.DetrConfig(**DETECTOR, use_timm_backbone=False, use_pretrained_backbone=False, backbone=None, backbone_config=BACKBONE, num_labels=3), MASKED_PIXELS),
}
# The older exporter; the newer at its own operator set, and at the one with Attention.
EXPORTERS = {"traced": (False, 17), "dynamo": (True, 18), "dynamo23": (True, 23)}


def main():
    out = Path(sys.argv[1])
    for name in sys.argv[2:] or MODELS:
        cls, config, feeds = MODELS[name]
        torch.manual_seed(0)
        model = cls._from_config(config, attn_implementation="eager").eval()
        sharpen(model)
        with torch.no_grad():
            expected = expect(model, feeds)
        for implementation in ("eager", "sdpa"):
            try:
                model.set_attn_implementation(implementation)
            except ValueError:
                continue
            for exporter, (dynamo, opset) in EXPORTERS.items():
                if name == "detr" and dynamo:
                    continue  # It folds the first attention of the decoder, which no input changes, into a constant.
                case = f"{name}-{implementation}-{exporter}"
                try:
                    export(model, feeds, out / "model.onnx", dynamo=dynamo, opset_version=opset)
                    save(out, case, out / "model.onnx", feeds, expected)
                    print("made", case, flush=True)
                except Exception as error:
                    print("no", case, type(error).__name__, str(error)[:100], flush=True)
    (out / "model.onnx").unlink(missing_ok=True)


def expect(model, feeds):
    seen = []
    head = getattr(getattr(model, "vision_model", None), "head", None)
    if head is not None:
        # A learned query sums the image up; its attention is not among those that transformers gives.
        head.attention.register_forward_hook(lambda module, inputs, _: seen.append(inputs))
    result = model(**feeds, output_attentions=True)
    if "encoder_attentions" in result:
        return {**named("encoder_", result.encoder_attentions), **named("decoder_", result.decoder_attentions), **named("cross_", result.cross_attentions)}
    pooled = [head.attention(*inputs, average_attn_weights=False)[1] for inputs in seen[:1]]
    return {**named("", result.attentions), **named("cross_", pooled)}


def export(model, feeds, path, **how):
    class Flat(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, *inputs):
            result = self.model(**dict(zip(feeds, inputs)))
            return next(result[key] for key in ("logits", "pooler_output", "last_hidden_state") if key in result)

    more = {"external_data": False} if how["dynamo"] else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(Flat().eval(), tuple(feeds.values()), str(path), input_names=list(feeds), output_names=["output"], **how, **more)


if __name__ == "__main__":
    main()
