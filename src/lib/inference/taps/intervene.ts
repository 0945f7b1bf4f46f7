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

/** Sets the weights on keys that `keep` holds 0 for to 0 and lets the other keys of a row share what they had; returns the new value. */
export function hideKeys(
  edit: GraphEdit,
  node: Node,
  value: string,
  keep: string,
  type: number,
  scope: Scope,
): string {
  const [seen, sum, least, floor, shared] = ['seen', 'sum', 'least', 'floor', 'shared'].map((what) =>
    edit.fresh(what),
  ) as [string, string, string, string, string];
  edit.addAfter(node, { opType: 'Mul', inputs: [value, typed(edit, node, keep, type)], outputs: [seen] });
  if ((scope.model.opsets.get('') ?? 13) < 13)
    edit.addAfter(node, { opType: 'ReduceSum', inputs: [seen], outputs: [sum], lists: { axes: [-1] } });
  else {
    const axes = edit.fresh('axes');
    edit.addAfter(node, emitConstant(axes, [-1], DataType.int64));
    edit.addAfter(node, { opType: 'ReduceSum', inputs: [seen, axes], outputs: [sum] });
  }
  // A row that saw nothing but hidden keys has a sum of 0; one that saw little else is still shared out.
  edit.addAfter(node, emitConstant(least, [type === DataType.float16 ? 6e-8 : 1e-30], type, true));
  edit.addAfter(node, { opType: 'Max', inputs: [sum, least], outputs: [floor] });
  edit.addAfter(node, { opType: 'Div', inputs: [seen, floor], outputs: [shared] });
  return shared;
}

function typed(edit: GraphEdit, node: Node, input: string, type: number): string {
  if (type === DataType.float) return input;
  const output = edit.fresh('typed');
  edit.addAfter(node, { opType: 'Cast', inputs: [input], outputs: [output], ints: { to: type } });
  return output;
}
