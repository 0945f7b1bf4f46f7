import type { GraphEdit } from '../onnx/edit.js';
import { DataType } from '../onnx/model.js';
import { apply, cast, constant, countHeads, fourAxes, int64s } from './build.js';
import type { Found, TapOptions } from './types.js';

/** Weights as they leave the graph: four axes, the heads chosen, float32 or float16 or, on request, uint8. */
export function finishWeights(
  edit: GraphEdit,
  found: Found,
  { heads, quantise }: TapOptions,
): { value: string; type: number } {
  const shaped = pickHeads(edit, fourAxes(edit, found), heads);
  const { value, type } = asFloat(edit, shaped, found.type);
  if (!quantise) return { value, type };
  const scaled = apply(edit, 'Mul', [value, constant(edit, [255], type, true)]);
  const rounded = apply(edit, 'Add', [scaled, constant(edit, [0.5], type, true)]);
  return { value: cast(edit, rounded, DataType.uint8), type: DataType.uint8 };
}

/**
 * Vectors as they leave the graph. Keys and values that groups of heads share are all kept, once each; where heads were chosen,
 * each has the one it shares: head h of H has the h·K/H-th of K, rounded down.
 *
 * @param weights What the heads are counted in, where the graph does not say how many there are.
 */
export function finishVectors(
  edit: GraphEdit,
  found: Found,
  { heads, weights }: { heads: number | null; weights: () => Found },
  options: TapOptions,
): { value: string; type: number } {
  const shaped = fourAxes(edit, found);
  if (!options.heads) return asFloat(edit, shaped, found.type);
  const all = heads === null ? countHeads(edit, fourAxes(edit, weights())) : int64s(edit, heads);
  const shared = countHeads(edit, shaped);
  const scaled = apply(edit, 'Mul', [int64s(edit, ...options.heads), shared]);
  const indices = apply(edit, 'Div', [scaled, all]);
  const picked = apply(edit, 'Gather', [shaped, indices], { ints: { axis: 1 } });
  return asFloat(edit, picked, found.type);
}

function pickHeads(edit: GraphEdit, value: string, heads: readonly number[] | undefined): string {
  return heads ? apply(edit, 'Gather', [value, int64s(edit, ...heads)], { ints: { axis: 1 } }) : value;
}

/** A value as it can leave the graph: float16 stays, all else becomes float32. */
export function asFloat(edit: GraphEdit, value: string, type: number): { value: string; type: number } {
  if (type === DataType.float || type === DataType.float16) return { value, type };
  return { value: cast(edit, value, DataType.float), type: DataType.float };
}
