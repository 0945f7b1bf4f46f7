"""The forms in which a published model comes: half precision, 8 and 4 bits, optimised for onnxruntime."""

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_dynamic, quantize_static
from onnxruntime.transformers.float16 import convert_float_to_float16

VARIANTS = ["fp16", "int8", "int8-all", "qdq", "qoperator", "qoperator-matmul", "q4", "optimised", "optimised-mha"]


def make_variant(variant, source, path, feeds, expected):
    """Writes the variant and returns its path, the weights expected and how far off they may be.

    A model in 8 or 4 bits attends otherwise than the one it was made from, random weights above all: what it attends to is
    then read from its own softmaxes, exposed here with onnx's tools.
    """
    path, tolerance = write_variant(variant, source, path, feeds)
    if tolerance is None:
        return path, expose(path, feeds, expected), 1e-3
    return path, expected, tolerance


def expose(path, feeds, expected):
    import onnxruntime as ort

    model = onnx.load(path)
    softmaxes = [node for node in model.graph.node if node.op_type in ("Softmax", "QLinearSoftmax")]
    if len(softmaxes) != len(expected):
        raise ValueError(f"{len(softmaxes)} softmaxes for {len(expected)} attentions")
    constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for node in softmaxes:
        kind = np.dtype(np.float32) if node.op_type == "Softmax" else constants[node.input[4]].dtype
        model.graph.output.append(onnx.helper.make_tensor_value_info(node.output[0], onnx.helper.np_dtype_to_tensor_dtype(kind), None))
    session = ort.InferenceSession(model.SerializeToString())
    values = session.run([node.output[0] for node in softmaxes], {key: np.asarray(value) for key, value in feeds.items()})
    found, left = {}, list(zip(softmaxes, values))
    for name in sorted(expected, key=place):
        node, value = left.pop(next(i for i, (_, value) in enumerate(left) if value.size == expected[name].numel()))
        if node.op_type == "QLinearSoftmax":
            scale, zero = (constants[name].astype(np.float32) for name in node.input[3:5])
            value = (value.astype(np.float32) - zero) * scale
        found[name] = np.nan_to_num(value.astype(np.float32)).reshape(expected[name].shape)
    return found


def place(name):
    """Attentions in the order of their softmaxes, those of one size: layer by layer, across after within."""
    layer, _, _ = name.split(".")[1].partition("_")
    return int(layer), "cross" in name


def write_variant(variant, source, path, feeds):
    """Writes the variant and returns its path and how far its weights may be from the float32 model's, None if any distance."""
    if variant == "fp16":
        onnx.save(convert_float_to_float16(onnx.load(source), keep_io_types=True), path)
        return path, 5e-2
    if variant.startswith("int8"):
        quantize_dynamic(source, path, extra_options={"MatMulConstBOnly": variant == "int8"})
        return path, None
    if variant in ("qdq", "qoperator", "qoperator-matmul"):
        form = QuantFormat.QDQ if variant == "qdq" else QuantFormat.QOperator
        only = ["MatMul", "Gemm"] if variant == "qoperator-matmul" else None
        quantize_static(source, path, Once(feeds), quant_format=form, op_types_to_quantize=only)
        return path, None
    if variant == "q4":
        from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

        quantizer = MatMulNBitsQuantizer(onnx.load(source), block_size=16)
        quantizer.process()
        onnx.save(quantizer.model.model, path)
        return path, None
    return optimise(source, path, multi_head=variant == "optimised-mha"), 1e-4


def optimise(source, path, multi_head):
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    kind = "gpt2" if "gpt2" in str(source) else "bert"
    options = FusionOptions(kind)
    options.use_multi_head_attention = multi_head
    model = optimize_model(str(source), kind, num_heads=4, hidden_size=32, optimization_options=options, opt_level=0)
    fused = {node.op_type for node in model.model.graph.node} & {"Attention", "MultiHeadAttention"}
    if not fused:
        raise ValueError("the optimiser found no attention to fuse")
    model.save_model_to_file(str(path))
    return path


class Once(CalibrationDataReader):
    def __init__(self, feeds):
        self.feeds = iter([{key: np.asarray(value) for key, value in feeds.items()}])

    def get_next(self):
        return next(self.feeds, None)
