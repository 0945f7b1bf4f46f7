import { describe, expect, test } from 'vitest';
import { fromGenerateSteps } from '../../../src/lib/io/index.js';
import { blockWeights, type Block, type Tensor } from '../../../src/lib/trace/index.js';
import { names, nest, seeded } from '../trace/arrays.js';

describe('any causal attention, cut into steps, comes back', () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))('seed %i', (seed) => {
    const random = seeded(seed);
    const upTo = (n: number) => Math.floor(random() * n);
    const [layers, heads, prompt, count] = [1 + upTo(3), 1 + upTo(3), 1 + upTo(5), 1 + upTo(6)];
    const padding = upTo(2) * upTo(prompt);
    const window = random() < 0.3 ? 2 + upTo(4) : Infinity;
    const beams = 1 + upTo(3);
    // What a cache held before the first step.
    const past = window === Infinity ? upTo(2) * upTo(prompt) : 0;
    const all = prompt + count - 1;
    const rowOf = Array.from({ length: count }, () => upTo(beams));
    const sees = (query: number, key: number) => key >= padding && key <= query && key > query - window;
    /** The truth: for each layer and head a row a query, all positions, padding with it. */
    const truth = nest<number[][]>([layers, heads], () =>
      Array.from({ length: all }, (_, query) => {
        const powers = Array.from({ length: all }, (_, key) => (sees(query, key) ? random() + 0.01 : 0));
        const sum = powers.reduce((a, b) => a + b, 0) || 1;
        return powers.map((power) => Math.fround(power / sum));
      }),
    ) as unknown as number[][][][];

    const stepAt = (n: number): Tensor[] => {
      const tokens = prompt + n;
      const queries = n === 0 ? prompt - past : random() < 0.3 ? tokens : 1;
      return Array.from({ length: layers }, (_, l) => {
        // The last keys, all, or room for more.
        const keys =
          n > 0 && queries === 1 && tokens > window
            ? window
            : tokens + (random() < 0.3 && !(n === 0 && past > 0) ? upTo(4) : 0);
        const data = new Float32Array(beams * heads * queries * keys).fill(1 / keys);
        const first = Math.max(0, tokens - keys);
        for (let head = 0; head < heads; head++)
          for (let row = 0; row < queries; row++)
            for (let key = 0; key < keys; key++)
              data[((rowOf[n]! * heads + head) * queries + row) * keys + key] =
                truth[l]![head]![tokens - queries + row]![first + key] ?? 0;
        return { dims: [beams, heads, queries, keys], data };
      });
    };
    const stream = fromGenerateSteps({
      steps: Array.from({ length: count }, (_, n) => stepAt(n)),
      tokens: names(prompt + count),
      beamIndices: rowOf,
      padding,
      slidingWindow: Number.isFinite(window) ? window : undefined,
    }).stream();
    const first = Math.max(past, padding);
    expect(stream.keyTokens.map(({ raw }) => raw)).toEqual(names(all).slice(padding));
    expect(stream.queryTokens.map(({ raw, position }) => [raw, position])).toEqual(
      names(all)
        .slice(first)
        .map((raw, i) => [raw, first - padding + i]),
    );
    truth.forEach((ofLayer, l) =>
      ofLayer.forEach((rows, head) => {
        const block = stream
          .matrix(l, head)
          .block({ row: 0, col: 0, rows: all - first, cols: all - padding }) as Block;
        expect([...blockWeights(block)]).toEqual(rows.slice(first).flatMap((row) => row.slice(padding)));
      }),
    );
  });
});
