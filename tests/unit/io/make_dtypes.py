"""Writes dtypes.safetensors, one tensor of each kind, and dtypes.json, what is in them: python make_dtypes.py"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

HERE = Path(__file__).parent

numbers = torch.tensor([[0.0, 1.0, 0.5], [1 / 3, 1e-4, -2.75]])
tensors = {
    "f64": numbers.double(),
    "f32": numbers,
    "f16": numbers.half(),
    "bf16": numbers.bfloat16(),
    "u8": torch.tensor([[0, 255], [128, 1]], dtype=torch.uint8),
    "i64": torch.arange(3),
    "none": torch.zeros(0, 4),
    "scalar": torch.tensor(0.25),
    "é ▁": torch.tensor([True, False]),
}
save_file(tensors, HERE / "dtypes.safetensors", {"said": 'with "quotes" and ✓'})
expected = {
    name: {"dims": list(t.shape), "numbers": t.double().flatten().tolist()} for name, t in tensors.items()
}
(HERE / "dtypes.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n")
