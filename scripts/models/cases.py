"""What the exporting scripts share: the sizes of models, and how a case is written."""

import json
import shutil

import numpy as np
import onnx
import torch
from safetensors.numpy import save_file

SMALL = dict(vocab_size=99, hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=37, max_position_embeddings=64)
LENGTH = 9
ids = torch.randint(3, 99, (1, LENGTH), generator=torch.Generator().manual_seed(1))


def sharpen(model):
    """Random weights attend almost evenly; larger query and key weights make rows that differ, so that a mistake shows."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim == 2 and not any(part in name for part in ("embed", "wte", "wpe", "shared", "lm_head")):
                weight.mul_(5)


def save(out, name, model_file, feeds, expected, tolerance=1e-4):
    folder = out / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(model_file, folder / "model.onnx")
    save_case(folder, feeds, expected, tolerance)
    return folder


def save_case(folder, feeds, expected, tolerance=1e-4):
    tensors = {f"feeds.{key}": np.ascontiguousarray(np.asarray(value)) for key, value in feeds.items()}
    tensors |= {key: np.ascontiguousarray(np.asarray(value.detach() if hasattr(value, 'detach') else value)) for key, value in expected.items()}
    save_file(tensors, folder / "case.safetensors", {"tolerance": json.dumps(tolerance)})


def named(prefix, attentions):
    return {f"{prefix}attentions.{layer}": weights for layer, weights in enumerate(attentions)}


def inputs_of(path):
    return [value.name for value in onnx.load(path, load_external_data=False).graph.input]


def fitting(path, feeds):
    names = inputs_of(path)
    missing = [name for name in names if name not in feeds]
    if missing:
        raise ValueError(f"{path.name} wants {missing}")
    return {name: feeds[name] for name in names}
