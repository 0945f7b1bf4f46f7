"""What the answer of an encoder-decoder changes when one value is 0, by graphs edited with onnx's own tools.

    pip install -r requirements.txt
    python make_zeroed.py ../../fixtures/models/seq2seq/bart

Writes zeroed.json: the ids read and answered, the position looked at, and for each stream and layer the total variation of the distribution
after that position with the value of each key set to 0.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper, numpy_helper

folder = Path(sys.argv[1])
SOURCE, ANSWER, POSITION = [5, 17, 32, 13, 8], [2, 4, 9, 21], 2
encoder, decoder = (onnx.load(folder / f"{name}_model.onnx") for name in ("encoder", "decoder"))


def products(model, across):
    """The nodes that multiply weights with values, layer by layer: of two in a layer, the first looks at itself."""
    made = {output: node for node in model.graph.node for output in node.output}
    found = [node for node in model.graph.node if node.op_type == "MatMul" and made.get(node.input[0], node).op_type == "Softmax"]
    return found if across is None else found[across::2]


def edited(model, across, layer, key, keys):
    model = onnx.ModelProto.FromString(model.SerializeToString())
    node = products(model, across)[layer]
    mask = np.ones((keys, 1), np.float32)
    mask[key] = 0
    model.graph.initializer.append(numpy_helper.from_array(mask, "mask/of/values"))
    place = list(model.graph.node).index(node)
    model.graph.node.insert(place, helper.make_node("Mul", [node.input[1], "mask/of/values"], ["values/masked"]))
    node.input[1] = "values/masked"
    return model


def answer(encoder, decoder):
    ones = lambda ids: np.ones((1, len(ids)), np.int64)
    row = lambda ids: np.array([ids], np.int64)
    run = lambda model, feeds: ort.InferenceSession(model.SerializeToString()).run(
        None, {value.name: feeds[value.name] for value in model.graph.input})
    hidden = run(encoder, {"input_ids": row(SOURCE), "attention_mask": ones(SOURCE)})[0]
    feeds = {"input_ids": row(ANSWER), "decoder_input_ids": row(ANSWER), "encoder_hidden_states": hidden,
             "encoder_attention_mask": ones(SOURCE), "attention_mask": ones(ANSWER), "decoder_attention_mask": ones(ANSWER)}
    logits = run(decoder, feeds)[0][0, POSITION].astype(np.float64)
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


before = answer(encoder, decoder)
change = lambda *models: float(np.abs(answer(*models) - before).sum() / 2)
layers = range(len(products(encoder, None)))
found = {
    "encoder": [[change(edited(encoder, None, layer, key, len(SOURCE)), decoder) for key in range(len(SOURCE))] for layer in layers],
    "decoder": [[change(encoder, edited(decoder, 0, layer, key, len(ANSWER))) for key in range(len(ANSWER))] for layer in layers],
    "cross": [[change(encoder, edited(decoder, 1, layer, key, len(SOURCE))) for key in range(len(SOURCE))] for layer in layers],
}
(folder / "zeroed.json").write_text(json.dumps({"source": SOURCE, "answer": ANSWER, "position": POSITION, "changes": found}) + "\n")
