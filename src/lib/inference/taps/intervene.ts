import type { Builder } from '../onnx/edit.js';
import { DataType } from '../onnx/model.js';
import type { Scope } from '../onnx/scope.js';
import { apply, constant, int64s, typed } from './build.js';

/** Multiplies a value by the input `gain`, into `name`, which later nodes read. */
export function silenceHeads(edit: Builder, value: string, gain: string, type: number, name: string): void {
  edit.add({ opType: 'Mul', inputs: [value, typed(edit, gain, type)], outputs: [name] });
}

/**
 * Sets the weights on keys that `keep` holds 0 for to 0 and shares what they had out among all else that the softmax saw: each
 * weight w becomes w ÷ (1 − what was hidden), as if the model's own mask had hidden them. What a sink took, so that a row sums to
 * less than 1, is thus left to it, and where nothing is hidden nothing changes. Returns the new value.
 */
export function hideKeys(edit: Builder, value: string, keep: string, type: number, scope: Scope): string {
  const made = (opType: string, ...inputs: string[]): string => apply(edit, opType, inputs);
  const number = (what: number): string => constant(edit, [what], type, true);
  const sumOf = (summed: string): string =>
    (scope.model.opsets.get('') ?? 13) < 13
      ? apply(edit, 'ReduceSum', [summed], { lists: { axes: [-1] } })
      : made('ReduceSum', summed, int64s(edit, -1));
  const seen = made('Mul', value, typed(edit, keep, type));
  const hidden = sumOf(made('Sub', value, seen));
  const [none, one] = [number(0), number(1)];
  const half = type === DataType.float16;
  // What rounding leaves of 1 − Σ is no sink; a row that saw nothing but hidden keys has a sum of 0, which stays 0.
  const rest = made('Sub', one, sumOf(value));
  const sink = made('Where', made('Greater', rest, number(half ? 1e-2 : 1e-5)), rest, none);
  const left = made('Max', made('Add', sumOf(seen), sink), number(half ? 6e-8 : 1e-30));
  return made('Div', seen, made('Where', made('Greater', hidden, none), left, one));
}
