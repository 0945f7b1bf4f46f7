"""Writes generate-steps.safetensors: what generate() returns of tiny random models, and what one pass over all its tokens gives.

    python make_generate_steps.py   # transformers 5.23

For each case `{case}.steps.{n}.{layer}` as generate() returned it, `{case}.encoder.{layer}` and `{case}.cross.{n}.{layer}`
where there is an encoder, and from a single pass over the final ids `{case}.full` (and `.full_encoder`, `.full_cross`)
`[layer, head, query, key]`. `__metadata__[case]` holds ids, prompt length, beam indices and what else the case needs.

generate-steps-saved.safetensors is what the snippet of docs/bertviz.md saves of the first case.
"""

import json
from pathlib import Path

import safetensors.torch
import torch
from transformers import LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, T5Config, T5ForConditionalGeneration

HERE = Path(__file__).parent
VOCABULARY = 24
PAD = 0
sizes = {"vocab_size": VOCABULARY, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
ids_of = {"pad_token_id": PAD, "bos_token_id": 1, "eos_token_id": 2}
wanted = {"output_attentions": True, "return_dict_in_generate": True, "output_scores": True, "max_new_tokens": 6}

tensors: dict[str, torch.Tensor] = {}
metadata: dict[str, str] = {}


def make(kind, config, seed=0):
    torch.manual_seed(seed)
    model = kind._from_config(config, attn_implementation="eager").eval()
    # Weights of the usual size give attention that is nearly even: too alike to tell one row from another.
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() == 2:
                weight.normal_(std=0.5)
    return model


def store(name, value):
    tensors[name] = value.detach().float().clone().contiguous()


def keep_steps(name, steps):
    for n, layers in enumerate(steps):
        for layer, attention in enumerate(layers):
            store(f"{name}.{n}.{layer}", attention)


def full(attentions, row=0):
    return torch.stack([layer[row] for layer in attentions])


def decoder_case(name, model, prompt, row=0, mask=None, **options):
    """`row` of what is returned: an example of a batch, or a hypothesis of a beam search."""
    mask = torch.ones_like(prompt) if mask is None else mask
    out = model.generate(prompt, attention_mask=mask, **wanted, **options)
    keep_steps(f"{name}.steps", out.attentions)
    ids = out.sequences[row]
    beams = None if out.get("beam_indices") is None else out.beam_indices[row].tolist()
    length = len(out.scores) if beams is None else sum(b >= 0 for b in beams)
    padding = int((mask[row] == 0).sum()) if beams is None else 0
    seen = ids[padding : prompt.shape[1] + length - 1][None]
    store(f"{name}.full", full(model(seen, output_attentions=True).attentions))
    metadata[name] = json.dumps(
        {"ids": ids.tolist(), "prompt": prompt.shape[1], "row": row, "beams": beams, "padding": padding}
    )


def encoder_decoder_case(name, model, source, row=0, **options):
    out = model.generate(source, attention_mask=torch.ones_like(source), **wanted, **options)
    for layer, attention in enumerate(out.encoder_attentions):
        store(f"{name}.encoder.{layer}", attention)
    keep_steps(f"{name}.steps", out.decoder_attentions)
    keep_steps(f"{name}.cross", out.cross_attentions)
    ids = out.sequences[row]
    beams = None if out.get("beam_indices") is None else out.beam_indices[row].tolist()
    length = len(out.scores) if beams is None else sum(b >= 0 for b in beams)
    example = row if beams is None else row // options.get("num_return_sequences", 1)
    again = model(input_ids=source[example][None], decoder_input_ids=ids[:length][None], output_attentions=True)
    store(f"{name}.full", full(again.decoder_attentions))
    store(f"{name}.full_encoder", full(again.encoder_attentions))
    store(f"{name}.full_cross", full(again.cross_attentions))
    metadata[name] = json.dumps(
        {"ids": ids.tolist(), "prompt": 1, "row": example, "beams": beams, "source": source[example].tolist(), "padding": 0}
    )


prompt = torch.tensor([[1, 7, 19, 5]])
llama = make(LlamaForCausalLM, LlamaConfig(**sizes, **ids_of, num_key_value_heads=1, max_position_embeddings=64))
decoder_case("greedy", llama, prompt)
decoder_case("no_cache", llama, prompt, use_cache=False)
decoder_case("static_cache", llama, prompt, cache_implementation="static")
decoder_case("beams", llama, prompt, row=1, num_beams=3, num_return_sequences=2)
decoder_case("beams_no_cache", llama, prompt, num_beams=3, use_cache=False)
two = torch.tensor([[1, 7, 19, 5], [PAD, PAD, 1, 11]])
decoder_case("batch", llama, two, row=1, mask=(two != PAD).long())

mistral = make(MistralForCausalLM, MistralConfig(**sizes, **ids_of, num_key_value_heads=1, head_dim=8, sliding_window=6))
decoder_case("sliding_window", mistral, prompt)
decoder_case("static_sliding_window", mistral, prompt, cache_implementation="static")

t5 = T5Config(
    vocab_size=VOCABULARY, d_model=16, d_kv=8, d_ff=16, num_layers=2, num_heads=2, decoder_start_token_id=PAD, eos_token_id=2, pad_token_id=PAD
)
translator = make(T5ForConditionalGeneration, t5, seed=10)
sources = torch.tensor([[5, 9, 14, 3, 2], [8, 8, 17, 21, 2]])
encoder_decoder_case("translation", translator, sources, row=1)
encoder_decoder_case("translation_beams", translator, sources, row=3, num_beams=3, num_return_sequences=2)

safetensors.torch.save_file(tensors, HERE / "generate-steps.safetensors", metadata)


def save(outputs, tokenizer, path):
    """The snippet of docs/bertviz.md."""
    steps = {f"steps.{n}": torch.stack(step) for n, step in enumerate(outputs.attentions)}
    tokens = tokenizer.convert_ids_to_tokens(outputs.sequences[0])
    safetensors.torch.save_file(steps, path, {"tokens": json.dumps(tokens)})


class Tokenizer:
    """Random models have no vocabulary."""

    def convert_ids_to_tokens(self, ids):
        return [f"id{id}" for id in ids]


outputs = llama.generate(prompt, attention_mask=torch.ones_like(prompt), **wanted)
save(outputs, Tokenizer(), HERE / "generate-steps-saved.safetensors")
