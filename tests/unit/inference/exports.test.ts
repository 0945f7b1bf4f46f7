import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tapAttention, type Tap } from '../../../src/lib/inference/index.js';
import { largestDifference, readCase, runTapped, toPlain } from './run-case.js';

/** Models whose scores are more than q·k ÷ √d: biases by distance, no scale, a soft cap; or whose products are in 8 bits. */
const MORE_THAN_VECTORS = /t5|deberta|bloom|mpt|mpnet|xlnet|gemma2|int8-all|qdq|qoperator/;

/**
 * Their numbers depend on the processor: without instructions for 8-bit products its sums are cut off, 0.01 in the second layer here.
 * https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
 */
const IN_8_BITS = /int8|qdq|qoperator/;

/** What scripts/models/make_exports.py made; the few that are small are committed. */
const FOLDERS = [
  new URL('../../../fixtures/models/exports', import.meta.url).pathname,
  process.env.ATTENTRACE_EXPORTS,
];
const cases = FOLDERS.flatMap((folder) =>
  folder && existsSync(folder) ? readdirSync(folder).map((name) => [name, join(folder, name)] as const) : [],
);

describe('attention of exported models is that of transformers', () => {
  it.each(cases)('%s', async (_, folder) => {
    const { feeds, expected, tolerance } = readCase(readFileSync(join(folder, 'case.safetensors')));
    const { model, taps } = tapAttention(readFileSync(join(folder, 'model.onnx')), { vectors: true });
    expect(taps.map(({ weights, reason }) => weights ?? reason).sort()).toEqual(Object.keys(expected).sort());
    const results = await runTapped(model, feeds);
    for (const [name, weights] of Object.entries(expected)) {
      expect(results[name]!.dims, name).toEqual(weights.dims);
      expect(largestDifference(results[name]!, weights), name).toBeLessThanOrEqual(
        IN_8_BITS.test(folder) ? Math.max(tolerance, 2e-2) : tolerance,
      );
    }
    for (const tap of MORE_THAN_VECTORS.test(folder) ? [] : taps)
      expect(distanceFromVectors(tap, results), `${tap.weights} from ${tap.queries}`).toBeLessThan(5e-3);
  });
});

/** How far the weights are from the softmax of the queries and keys recorded, where the weights are not zero. */
function distanceFromVectors(tap: Tap, results: Awaited<ReturnType<typeof runTapped>>): number {
  const [weights, queries, keys] = [tap.weights, tap.queries, tap.keys].map((name) =>
    toPlain(results[name!]!),
  );
  const [, heads, rows, cols] = weights!.dims as [number, number, number, number];
  const [, groups, , width] = keys!.dims as [number, number, number, number];
  let largest = 0;
  for (let head = 0; head < heads; head++)
    for (let row = 0; row < rows; row++) {
      const start = (head * rows + row) * cols;
      const seen = Array.from({ length: cols }, (_, col) => weights!.data[start + col]! > 1e-4);
      const group = Math.floor((head * groups) / heads);
      const powers = seen.map((is, col) => {
        let score = 0;
        for (let d = 0; d < width; d++)
          score +=
            queries!.data[(head * rows + row) * width + d]! * keys!.data[(group * cols + col) * width + d]!;
        return is ? Math.exp(score / Math.sqrt(width)) : 0;
      });
      const sum = powers.reduce((a, b) => a + b, 0);
      powers.forEach((power, col) => {
        if (seen[col]) largest = Math.max(largest, Math.abs(power / sum - weights!.data[start + col]!));
      });
    }
  return largest;
}
