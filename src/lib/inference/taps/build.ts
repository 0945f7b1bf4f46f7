import { emitConstant } from '../onnx/emit.js';
import type { GraphEdit } from '../onnx/edit.js';
import { DataType } from '../onnx/model.js';
import type { Found } from './types.js';

/** Small computations added to a graph. Each returns the name of the value it makes. */

export function constant(edit: GraphEdit, values: readonly number[], type: number, scalar = false): string {
  const name = edit.fresh('constant');
  edit.add(emitConstant(name, values, type, scalar));
  return name;
}

/** One operator with one output. */
export function apply(
  edit: GraphEdit,
  opType: string,
  inputs: readonly string[],
  attributes: {
    ints?: Record<string, number>;
    lists?: Record<string, readonly number[]>;
    floats?: Record<string, number>;
    domain?: string;
  } = {},
): string {
  const output = edit.fresh(opType);
  edit.add({ opType, inputs, outputs: [output], ...attributes });
  return output;
}

export const int64s = (edit: GraphEdit, ...values: readonly number[]): string =>
  constant(edit, values, DataType.int64);

export function cast(edit: GraphEdit, value: string, to: number): string {
  return apply(edit, 'Cast', [value], { ints: { to } });
}

/** Elements `from` up to `to` of an axis. */
export function slice(edit: GraphEdit, value: string, axis: number, from: number, to: number): string {
  return apply(edit, 'Slice', [value, int64s(edit, from), int64s(edit, to), int64s(edit, axis)]);
}

/** `[batch, token, head × dim]` as `[batch, head, token, dim]`. */
export function splitHeads(edit: GraphEdit, value: string, heads: number): string {
  const split = apply(edit, 'Reshape', [value, int64s(edit, 0, 0, heads, -1)]);
  return apply(edit, 'Transpose', [split], { lists: { perm: [0, 2, 1, 3] } });
}

/** Any value as four axes: where it has others, those before the last two become one after a first of length 1. */
export function fourAxes(edit: GraphEdit, { value, dims }: Found): string {
  if (dims?.length === 4) return value;
  const shape = apply(edit, 'Shape', [value]);
  const lastTwo = slice(edit, shape, 0, -2, Number.MAX_SAFE_INTEGER);
  const target = apply(edit, 'Concat', [int64s(edit, 1, -1), lastTwo], { ints: { axis: 0 } });
  return apply(edit, 'Reshape', [value, target]);
}

/** How many heads a value of four axes has. `[1]`. */
export function countHeads(edit: GraphEdit, value: string): string {
  return slice(edit, apply(edit, 'Shape', [value]), 0, 1, 2);
}
