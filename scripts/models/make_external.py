"""Writes a model as large ones are published: its weights in a file beside it.

    python make_external.py model.onnx FOLDER
"""

import sys
from pathlib import Path

import onnx

source, folder = map(Path, sys.argv[1:])
folder.mkdir(parents=True, exist_ok=True)
(folder / "model.onnx_data").unlink(missing_ok=True)  # onnx would write behind what is there.
onnx.save_model(onnx.load(source), folder / "model.onnx", save_as_external_data=True, location="model.onnx_data", size_threshold=256)
