"""Exports small randomly initialised encoder-decoders with what transformers writes, attends to, and does when something is taken away.

    pip install -r requirements.txt
    python make_seq2seq.py OUT [name ...]

Each folder of OUT has encoder_model.onnx and a decoder that keeps a cache, as one merged file (T5, Whisper) or as two (BART), and case.safetensors:

    source, answer        the ids read, of Whisper the features heard, and the ids that `generate` writes greedily, the start token first
    encoder_attentions.0, decoder_attentions.0, cross_attentions.0, …
                          of one pass over the whole answer
                          and, but for Whisper, which reads no tokens:
    changes.token         [position, token]: total variation of the distribution after each position of the answer, with each source token masked
    changes.answer        [position, token]: the same with each token of the answer masked
    changes.encoder, changes.decoder, changes.cross
                          [layer, head, position]: the same with one head's weights multiplied by 0
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import torch
import transformers as tr
from safetensors.numpy import save_file

from cases import sharpen
from make_exports import export

SIZE = dict(vocab_size=40, d_model=16, d_kv=4, d_ff=20, num_layers=2, num_heads=4, decoder_start_token_id=0, eos_token_id=1, pad_token_id=0, tie_word_embeddings=False)
BART = dict(vocab_size=40, d_model=16, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=20, decoder_ffn_dim=20,
            max_position_embeddings=32, pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2, forced_eos_token_id=None, init_std=0.2, tie_word_embeddings=False)
WHISPER = dict(vocab_size=40, d_model=16, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=20, decoder_ffn_dim=20,
               num_mel_bins=80, max_source_positions=20, max_target_positions=32, pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=3, init_std=0.1,
               suppress_tokens=None, begin_suppress_tokens=None)
# Seeds whose models write more than one word over and over.
MODELS = {
    "t5": (1, tr.T5Config(**SIZE), tr.T5ForConditionalGeneration, ["encoder_model", "decoder_model_merged"]),
    "bart": (10, tr.BartConfig(**BART), tr.BartForConditionalGeneration, ["encoder_model", "decoder_model", "decoder_with_past_model"]),
    "whisper": (8, tr.WhisperConfig(**WHISPER), tr.WhisperForConditionalGeneration, ["encoder_model", "decoder_model_merged"]),
}
features = torch.randn((1, 80, 40), generator=torch.Generator().manual_seed(3))
source = torch.randint(3, 40, (1, 9), generator=torch.Generator().manual_seed(5))
HEAD_MASKS = {"encoder": "head_mask", "decoder": "decoder_head_mask", "cross": "cross_attn_head_mask"}
LAYERS, HEADS = 2, 4


def main():
    out = Path(sys.argv[1])
    wanted = sys.argv[2:] or MODELS
    for name, (seed, config, cls, files) in ((name, MODELS[name]) for name in wanted):
        torch.manual_seed(seed)
        model = cls._from_config(config, attn_implementation="eager").eval()
        sharpen(model)
        (out / name).mkdir(parents=True, exist_ok=True)
        with torch.no_grad():
            tensors = heard(model) if name == "whisper" else read(model)
            save_file({key: np.ascontiguousarray(value.numpy()) for key, value in tensors.items()}, out / name / "case.safetensors")
        folder = export(model, out, "automatic-speech-recognition-with-past", nb_max_frames=40) if name == "whisper" else export(model, out, "text2text-generation-with-past")
        for file in files:
            (folder / f"{file}.onnx").rename(out / name / f"{file}.onnx")
        shutil.rmtree(folder)
        print("made", name, flush=True)


def read(model):
    answer = model.generate(source, generation_config=settings(model))
    everything = {mask: torch.ones(LAYERS, HEADS) for mask in HEAD_MASKS.values()}
    run = lambda **change: model(source, decoder_input_ids=answer, **{**everything, **change})
    whole = run(output_attentions=True)
    before = distribution(whole)
    found = {"source": source[0], "answer": answer[0], **attentions(whole)}
    for key, argument, ids in (("changes.token", "attention_mask", source), ("changes.answer", "decoder_attention_mask", answer)):
        masks = 1 - torch.eye(ids.shape[1], dtype=torch.int64)
        found[key] = torch.stack([variation(before, run(**{argument: mask[None]})) for mask in masks], dim=1)
    for stream, argument in HEAD_MASKS.items():
        found[f"changes.{stream}"] = torch.stack([torch.stack([variation(before, run(**{argument: without(layer, head)})) for head in range(HEADS)]) for layer in range(LAYERS)])
    return found


def heard(model):
    # Whisper's own generate leaves the start token out.
    answer = torch.cat([torch.tensor([[model.config.decoder_start_token_id]]), model.generate(features, generation_config=settings(model))], dim=1)
    return {"source": features, "answer": answer[0], **attentions(model(features, decoder_input_ids=answer, output_attentions=True))}


def settings(model):
    config = model.config
    return tr.GenerationConfig(max_new_tokens=8, do_sample=False, pad_token_id=config.pad_token_id, eos_token_id=config.eos_token_id, decoder_start_token_id=config.decoder_start_token_id)


def attentions(result):
    streams = {"encoder": result.encoder_attentions, "decoder": result.decoder_attentions, "cross": result.cross_attentions}
    return {f"{stream}_attentions.{layer}": weights for stream, layers in streams.items() for layer, weights in enumerate(layers)}


def without(layer, head):
    mask = torch.ones(LAYERS, HEADS)
    mask[layer, head] = 0
    return mask


def distribution(result):
    return result.logits[0].double().softmax(-1)


def variation(before, after):
    return ((before - distribution(after)).abs().sum(-1) / 2).float()


if __name__ == "__main__":
    main()
