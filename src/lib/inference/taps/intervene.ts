import { emitConstant } from '../onnx/emit.js';
import type { GraphEdit } from '../onnx/edit.js';
import { DataType, type Node } from '../onnx/model.js';
import type { Scope } from '../onnx/scope.js';

/** Multiplies a value made by a node by the input `gain`, into `name`, which later nodes read. */
export function silenceHeads(
  edit: GraphEdit,
  node: Node,
  value: string,
  gain: string,
  type: number,
  name: string,
): void {
  edit.addAfter(node, { opType: 'Mul', inputs: [value, typed(edit, node, gain, type)], outputs: [name] });
}

/**
 * Sets the weights on keys that `keep` holds 0 for to 0 and shares what they had out among all else that the softmax saw: each
 * weight w becomes w ÷ (1 − what was hidden), as if the model's own mask had hidden them. What a sink took, so that a row sums to
 * less than 1, is thus left to it, and where nothing is hidden nothing changes. Returns the new value.
 */
export function hideKeys(
  edit: GraphEdit,
  node: Node,
  value: string,
  keep: string,
  type: number,
  scope: Scope,
): string {
  const after = (opType: string, inputs: readonly string[]): string => {
    const output = edit.fresh(opType);
    edit.addAfter(node, { opType, inputs, outputs: [output] });
    return output;
  };
  const number = (what: number): string => {
    const name = edit.fresh('number');
    edit.addAfter(node, emitConstant(name, [what], type, true));
    return name;
  };
  const sumOf = (summed: string): string => {
    const sum = edit.fresh('sum');
    if ((scope.model.opsets.get('') ?? 13) < 13)
      edit.addAfter(node, { opType: 'ReduceSum', inputs: [summed], outputs: [sum], lists: { axes: [-1] } });
    else {
      const axes = edit.fresh('axes');
      edit.addAfter(node, emitConstant(axes, [-1], DataType.int64));
      edit.addAfter(node, { opType: 'ReduceSum', inputs: [summed, axes], outputs: [sum] });
    }
    return sum;
  };
  const seen = after('Mul', [value, typed(edit, node, keep, type)]);
  const hidden = sumOf(after('Sub', [value, seen]));
  const [none, one] = [number(0), number(1)];
  const half = type === DataType.float16;
  // What rounding leaves of 1 − Σ is no sink; a row that saw nothing but hidden keys has a sum of 0, which stays 0.
  const rest = after('Sub', [one, sumOf(value)]);
  const sink = after('Where', [after('Greater', [rest, number(half ? 1e-2 : 1e-5)]), rest, none]);
  const left = after('Max', [after('Add', [sumOf(seen), sink]), number(half ? 6e-8 : 1e-30)]);
  return after('Div', [seen, after('Where', [after('Greater', [hidden, none]), left, one])]);
}

function typed(edit: GraphEdit, node: Node, input: string, type: number): string {
  if (type === DataType.float) return input;
  const output = edit.fresh('typed');
  edit.addAfter(node, { opType: 'Cast', inputs: [input], outputs: [output], ints: { to: type } });
  return output;
}
