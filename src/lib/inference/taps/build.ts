import { emitConstant, type NodeSpec } from '../onnx/emit.js';
import type { Builder } from '../onnx/edit.js';
import { DataType } from '../onnx/model.js';
import type { Found } from './types.js';

/** Small computations added to a graph. Each returns the name of the value it makes. */

export function constant(edit: Builder, values: readonly number[], type: number, scalar = false): string {
  const name = edit.fresh('constant');
  edit.add(emitConstant(name, values, type, scalar));
  return name;
}

/** One operator with one output. */
export function apply(
  edit: Builder,
  opType: string,
  inputs: readonly string[],
  attributes: Omit<NodeSpec, 'opType' | 'inputs' | 'outputs'> = {},
): string {
  const output = edit.fresh(opType);
  edit.add({ opType, inputs, outputs: [output], ...attributes });
  return output;
}

export const int64s = (edit: Builder, ...values: readonly number[]): string =>
  constant(edit, values, DataType.int64);

export function cast(edit: Builder, value: string, to: number): string {
  return apply(edit, 'Cast', [value], { ints: { to } });
}

/** A float32 as another type, where a known one is wanted. */
export function typed(edit: Builder, value: string, type: number): string {
  return type === DataType.float || type === 0 ? value : cast(edit, value, type);
}

/** A value and, where there is one, a bias added to it. */
export function plus(edit: Builder, value: string, bias: string | undefined): string {
  return bias ? apply(edit, 'Add', [value, bias]) : value;
}

/** Elements of an axis by their numbers. */
export function gather(edit: Builder, value: string, axis: number, indices: string): string {
  return apply(edit, 'Gather', [value, indices], { ints: { axis } });
}

/** Elements `from` up to `to` of an axis. */
export function slice(edit: Builder, value: string, axis: number, from: number, to: number): string {
  return apply(edit, 'Slice', [value, int64s(edit, from), int64s(edit, to), int64s(edit, axis)]);
}

/** `[batch, token, head × dim]` as `[batch, head, token, dim]`. */
export function splitHeads(edit: Builder, value: string, heads: number): string {
  const split = apply(edit, 'Reshape', [value, int64s(edit, 0, 0, heads, -1)]);
  return apply(edit, 'Transpose', [split], { lists: { perm: [0, 2, 1, 3] } });
}

/** Any value as four axes: where it has others, those before the last two become one after a first of length 1. */
export function fourAxes(edit: Builder, { value, dims }: Found): string {
  if (dims?.length === 4) return value;
  const shape = apply(edit, 'Shape', [value]);
  const lastTwo = slice(edit, shape, 0, -2, Number.MAX_SAFE_INTEGER);
  const target = apply(edit, 'Concat', [int64s(edit, 1, -1), lastTwo], { ints: { axis: 0 } });
  return apply(edit, 'Reshape', [value, target]);
}

/** How many heads a value of four axes has. `[1]`. */
export function countHeads(edit: Builder, value: string): string {
  return slice(edit, apply(edit, 'Shape', [value]), 0, 1, 2);
}
