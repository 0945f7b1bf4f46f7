import type { GraphEdit } from '../../onnx/edit.js';
import { emitLike } from '../../onnx/emit.js';
import { apply, int64s, typed } from '../build.js';
import type { OutputPath, Step } from './output-path.js';

/** Where operators that project have a bias of their own. */
const BIAS_AT: Readonly<Record<string, number | undefined>> = { Gemm: 2, MatMulNBits: 5 };

/**
 * W_O as the model multiplies by it, whatever it is stored as: what the way makes of a vector of each dimension, without biases.
 * onnxruntime computes it when it loads the model. `[heads × dim, hidden]`.
 */
export function replayMatrix(edit: GraphEdit, path: OutputPath): string {
  const zeros = apply(edit, 'ConstantOfShape', [int64s(edit, path.width, path.width)]);
  const identity = apply(edit, 'EyeLike', [zeros]);
  const linear = path.steps.filter(({ does }) => does !== 'bias');
  return replay(edit, linear, typed(edit, identity, path.type), false);
}

/** What the way makes of nothing: all its biases. `[1, hidden]`. */
export function replayBias(edit: GraphEdit, path: OutputPath): string {
  const zeros = apply(edit, 'ConstantOfShape', [int64s(edit, 1, path.width)]);
  return replay(edit, path.steps, typed(edit, zeros, path.type), true);
}

function replay(edit: GraphEdit, steps: readonly Step[], from: string, biases: boolean): string {
  return steps.reduce((value, { node, does, input }) => {
    if (does === 'move') return value;
    const inputs = node.inputs.map((name, i) => (i === input ? value : name));
    if (!biases && inputs[BIAS_AT[node.opType] ?? -1]) inputs[BIAS_AT[node.opType]!] = '';
    while (inputs.at(-1) === '') inputs.pop();
    const output = edit.fresh('replay');
    edit.add(emitLike(node, inputs, output));
    return output;
  }, from);
}
