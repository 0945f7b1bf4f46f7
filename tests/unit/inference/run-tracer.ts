import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import {
  createTracer,
  type Encoder,
  type Tracer,
  type TracerOptions,
} from '../../../src/lib/inference/index.js';
import { blockWeights, type StreamName, type Trace } from '../../../src/lib/trace/index.js';

export { characters, words } from '../../../src/stories/inference/tokenizers.js';

export const fixture = (path: string): Uint8Array =>
  readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url));
export const model = (path: string): Uint8Array => fixture(`models/${path}`);

/** Words are their ids. */
export const numbers: Encoder = {
  encode: (text) => ({ ids: text.split(' ').map(Number), tokens: text.split(' ') }),
  id_to_token: String,
  decode: (ids) => ids.map((id) => ` ${id}`).join(''),
};

/** Makes tracers, and ends them after the file's tests. */
export function useTracers(): (options: TracerOptions) => Tracer {
  const made: Tracer[] = [];
  afterAll(() => Promise.all(made.map((tracer) => tracer.destroy())));
  return (options) => {
    made.push(createTracer(options));
    return made.at(-1)!;
  };
}

export function weightsOf(trace: Trace, stream: StreamName, layer: number, head: number): Float32Array {
  const matrix = trace.stream(stream).matrix(layer, head);
  const block = matrix.block({ row: 0, col: 0, rows: matrix.rows, cols: matrix.cols });
  if (block instanceof Promise) throw new Error('A trace in memory answers at once.');
  return Float32Array.from(blockWeights(block));
}

/** How far a stream is from a recorded `[layer, head, query, key]` tensor. */
export function distance(
  trace: Trace,
  stream: StreamName,
  recorded: { dims: number[]; data: Float32Array },
): number {
  const [layers, heads, rows, cols] = recorded.dims as [number, number, number, number];
  let largest = 0;
  for (let layer = 0; layer < layers; layer++)
    for (let head = 0; head < heads; head++) {
      const found = weightsOf(trace, stream, layer, head);
      if (found.length !== rows * cols) return Infinity;
      found.forEach(
        (weight, i) =>
          (largest = Math.max(
            largest,
            Math.abs(weight - recorded.data[(layer * heads + head) * rows * cols + i]!),
          )),
      );
    }
  return largest;
}
