import type { GraphEdit } from '../onnx/edit.js';
import { DataType } from '../onnx/model.js';
import { apply, cast, constant, countHeads, fourAxes, gather, int64s } from './build.js';
import type { Finding, Found, TapOptions, Typed } from './types.js';

/** Weights as they leave the graph: four axes, the heads chosen, float32 or float16 or, on request, uint8. */
export function finishWeights(edit: GraphEdit, found: Found, { heads, quantise }: TapOptions): Typed {
  const all = fourAxes(edit, found);
  const picked = heads ? gather(edit, all, 1, int64s(edit, ...heads)) : all;
  const { value, type } = asFloat(edit, picked, found.type);
  if (!quantise) return { value, type };
  const scaled = apply(edit, 'Mul', [value, constant(edit, [255], type, true)]);
  const rounded = apply(edit, 'Add', [scaled, constant(edit, [0.5], type, true)]);
  return { value: cast(edit, rounded, DataType.uint8), type: DataType.uint8 };
}

/**
 * Vectors as they leave the graph. Keys and values that groups of heads share are all kept, once each; where heads were chosen,
 * each has the one it shares: head h of H has the h·K/H-th of K, rounded down.
 */
export function finishVectors(edit: GraphEdit, found: Found, finding: Finding, { heads }: TapOptions): Typed {
  const shaped = fourAxes(edit, found);
  if (!heads) return asFloat(edit, shaped, found.type);
  const all = headCount(edit, finding);
  const shared = countHeads(edit, shaped);
  const scaled = apply(edit, 'Mul', [int64s(edit, ...heads), shared]);
  const picked = gather(edit, shaped, 1, apply(edit, 'Div', [scaled, all]));
  return asFloat(edit, picked, found.type);
}

/** How many heads an attention has, counted in its weights where the graph does not say. `[1]`. */
export function headCount(edit: GraphEdit, finding: Finding): string {
  const { heads } = finding;
  return heads === null ? countHeads(edit, fourAxes(edit, finding.weights(edit))) : int64s(edit, heads);
}

/** A value as it can leave the graph: float16 stays, all else becomes float32. */
export function asFloat(edit: GraphEdit, value: string, type: number): Typed {
  if (type === DataType.float || type === DataType.float16) return { value, type };
  return { value: cast(edit, value, DataType.float), type: DataType.float };
}
