import type { Tap } from '../taps/types.js';
import { outputsOf } from './recorded.js';
import type { OnnxTensor, Results } from './runtime.js';

/**
 * Puts the steps of a generation together. With a cache a step gives the rows of its new tokens only, a column longer each
 * time; a row is filled up with zeros, as no token sees those after it.
 */
export class Stitcher {
  private readonly rows = new Map<string, OnnxTensor[]>();
  private readonly last = new Map<string, OnnxTensor>();

  constructor(private readonly taps: readonly Tap[]) {}

  add(results: Results): void {
    for (const tap of this.taps) {
      const { rows, whole, fixed } = outputsOf(tap);
      for (const name of rows)
        if (results[name]) this.rows.set(name, [...(this.rows.get(name) ?? []), results[name]]);
      // Keys and values come whole, those of the cache included.
      for (const name of [...whole, ...fixed]) if (results[name]) this.last.set(name, results[name]);
    }
  }

  /** One square matrix a head. */
  finish(): Results {
    const whole: Record<string, OnnxTensor> = Object.fromEntries(this.last);
    for (const [name, steps] of this.rows) whole[name] = stack(steps, steps.at(-1)!.dims.at(-1)!);
    return whole;
  }
}

/** Steps `[1, head, new, width ≤ wide]` one below the other. */
function stack(steps: readonly OnnxTensor[], wide: number): OnnxTensor {
  const [first] = steps as [OnnxTensor];
  const heads = first.dims[1]!;
  const tall = steps.reduce((sum, step) => sum + step.dims[2]!, 0);
  const Numbers = (first.data as Float32Array).constructor as Float32ArrayConstructor;
  const data = new Numbers(heads * tall * wide);
  let row = 0;
  for (const { dims, data: step } of steps) {
    const [, , rows, width] = dims as [number, number, number, number];
    for (let head = 0; head < heads; head++)
      for (let r = 0; r < rows; r++) {
        const from = (head * rows + r) * width;
        data.set((step as Float32Array).subarray(from, from + width), (head * tall + row + r) * wide);
      }
    row += rows;
  }
  return { type: first.type, dims: [1, heads, tall, wide], data };
}
