import { expect, test } from 'vitest';
import { queryKey } from '../../../src/lib/analysis/query-key/index.js';
import { collectLines } from '../../../src/lib/views/head-view/head-lines.js';
import { scoreThreshold } from '../../../src/lib/views/neuron-view/neuron-lines.js';
import { queryNumbers, sees, tableOrder } from '../../../src/lib/views/neuron-view/open-query.js';
import { createTrace, quantities, type Block } from '../../../src/lib/trace/index.js';

const blockOf = (rows: number, cols: number, number: (i: number) => number): Block => ({
  ...{ row: 0, col: 0, rows, cols, rowLevel: 0, colLevel: 0, type: 'float32', offset: 0, stride: cols },
  data: Float32Array.from({ length: rows * cols }, (_, i) => number(i)),
});

test('scores of few keys have lines from a twentieth of the largest size on', () => {
  const block = blockOf(4, 4, (i) => (i === 6 ? -8 : i / 16));
  expect(scoreThreshold(block, quantities.scores)).toBeCloseTo(0.4, 6);
});

test.each([100, 700])(
  'of %i keys about 20 lines a query are drawn, as many as weights of 0.05 can have',
  (count) => {
    const block = blockOf(count, count, (i) => Math.sin(i * 12.9898) * 9);
    const threshold = scoreThreshold(block, quantities.scores);
    const all = { start: 0, end: count };
    const { count: lines } = collectLines([{ block, color: 0 }], { edges: 'threshold', threshold }, all, all);
    expect(lines / count).toBeGreaterThan(17);
    expect(lines / count).toBeLessThan(23);
  },
);

test('a key that a bias hides is not seen: it has no score, and takes no part in the range of colours', () => {
  const trace = createTrace({
    tokens: ['a', 'b', 'c'],
    attention: [[[[0.5, 0, 0.5], [0.5, 0, 0.5], [0.5, 0, 0.5]]]], // prettier-ignore
    queries: [[[[1], [1], [1]]]],
    keys: [[[[2], [2], [2]]]],
    scoring: { bias: [[[0, 1, 2].map(() => [0, -Infinity, 0])]] },
  });
  const vectors = queryKey(trace.stream(), 0, 0);
  const numbers = queryNumbers(vectors, 0, 1, 'weight', () => undefined);
  expect([0, 1, 2].map((key) => sees(numbers, key))).toEqual([true, false, true]);
  expect(numbers.ranges.score).toBe(2);
  expect([...tableOrder(vectors, numbers, true).keys].at(-1)).toBe(1);
});
