"""Exports a model of over 2 GB, its weights in a file beside it: a small random Llama with a vocabulary of 600,000 words.

    pip install -r requirements.txt
    python make_large.py OUT

OUT gets model.onnx, model.onnx_data (2.5 GB) and case.safetensors, as those of make_exports.py.
`ATTENTRACE_LARGE=OUT npx vitest run --project unit tests/unit/inference/large.test.ts` traces it.
"""

import sys
from pathlib import Path

import torch
import transformers as tr

from cases import LENGTH, SMALL, fitting, named, save_case, sharpen
from make_exports import export

# The words' embeddings and the head that writes have 1.2 GB each: onnxruntime takes no single tensor of 2 GB from memory.
VOCABULARY = 600_000


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    config = tr.LlamaConfig(**{**SMALL, "vocab_size": VOCABULARY, "hidden_size": 512}, num_key_value_heads=2, tie_word_embeddings=False)
    model = tr.LlamaForCausalLM._from_config(config, attn_implementation="eager").eval()
    sharpen(model)
    # Words from the whole of the table: a file read short of its end, or from a wrong place, would show.
    ids = torch.linspace(1, VOCABULARY - 1, LENGTH).long()[None]
    feeds = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "position_ids": torch.arange(LENGTH)[None]}
    with torch.no_grad():
        expected = named("", model(ids, output_attentions=True).attentions)
    folder = export(model, out, "text-generation")
    for file in list(folder.glob("model.onnx*")):
        file.rename(out / file.name)
    save_case(out, fitting(out / "model.onnx", feeds), expected)


if __name__ == "__main__":
    main()
