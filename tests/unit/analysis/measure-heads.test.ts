import { expect, test } from 'vitest';
import { measureHeads, type Measure } from '../../../src/lib/analysis/index.js';
import { createTrace, type Matrix, type Stream } from '../../../src/lib/trace/index.js';

const identity = [
  [1, 0],
  [0, 1],
];
const even = [
  [0.5, 0.5],
  [0.5, 0.5],
];
const stream = createTrace({
  tokens: ['a', 'b'],
  attention: [
    [identity, even],
    [even, identity],
  ],
  layers: [3, 7],
  heads: [1, 4],
}).stream();

test('carries the numbers of the model', async () => {
  expect(await measureHeads(stream, 'confidence')).toEqual([
    { layer: 3, head: 1, value: 1 },
    { layer: 3, head: 4, value: 0.5 },
    { layer: 7, head: 1, value: 0.5 },
    { layer: 7, head: 4, value: 1 },
  ]);
});

test('measures some heads, with a measure of one’s own, and says how far it is', async () => {
  const progress: number[][] = [];
  const diagonal: Measure = {
    bears: 'descriptive',
    unit: 'share',
    oneSequence: true,
    rows: () => (sums, weights, query) => {
      sums.part += weights[query]!;
      sums.whole++;
    },
  };
  const values = await measureHeads(stream, diagonal, {
    layers: [7],
    onProgress: (measured, total) => progress.push([measured, total]),
  });
  expect(values).toEqual([
    { layer: 7, head: 1, value: 0.5 },
    { layer: 7, head: 4, value: 1 },
  ]);
  expect(progress).toEqual([
    [1, 2],
    [2, 2],
  ]);
});

test('a head the stream does not hold', async () => {
  await expect(measureHeads(stream, 'entropy', { heads: [0] })).rejects.toMatchObject({
    code: 'unknown-head',
  });
});

/** Every block takes 5 ms of work. */
function slowStream(): Stream & { reads: number } {
  const matrix: Matrix = {
    rows: 2000,
    cols: 2000,
    type: 'float32',
    block({ row, col, rows, cols }) {
      slow.reads++;
      const until = performance.now() + 5;
      while (performance.now() < until);
      const data = new Float32Array(rows * cols).fill(1 / cols);
      return {
        row,
        col,
        rows,
        cols,
        rowLevel: 0,
        colLevel: 0,
        type: 'float32',
        data,
        offset: 0,
        stride: cols,
      };
    },
  };
  const slow = { ...stream, layers: [0], heads: [0], headsOf: () => [0], reads: 0, matrix: () => matrix };
  return slow;
}

test('lets others have their turn within one head', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++);
  const slow = slowStream();
  await measureHeads(slow, 'confidence');
  clearInterval(timer);
  expect(slow.reads).toBeGreaterThan(50);
  expect(turns).toBeGreaterThan(10);
});

test('stops within a head when it is aborted', async () => {
  const abort = new AbortController();
  const slow = slowStream();
  setTimeout(() => abort.abort(new Error('enough')), 30);
  await expect(measureHeads(slow, 'confidence', { signal: abort.signal })).rejects.toThrow('enough');
  expect(slow.reads).toBeLessThan(40);
});

test('does not begin when it is aborted before', async () => {
  const slow = slowStream();
  await expect(measureHeads(slow, 'confidence', { signal: AbortSignal.abort() })).rejects.toThrow();
  expect(slow.reads).toBe(0);
});

test('a head that cannot be read ends the measuring, unless somebody wants to know', async () => {
  const broken: Stream = {
    ...stream,
    matrix(layer, head) {
      const matrix = stream.matrix(layer, head);
      const block: Matrix['block'] = () => Promise.reject(new Error('gone'));
      return layer === 3 && head === 4 ? { rows: 2, cols: 2, type: 'float32', block } : matrix;
    },
  };
  await expect(measureHeads(broken, 'confidence')).rejects.toThrow('gone');
  const failed: unknown[] = [];
  const onFailure = (...what: unknown[]): void => void failed.push(what);
  const values = await measureHeads(broken, 'confidence', { onFailure });
  expect(values.map(({ value }) => value)).toEqual([1, NaN, 0.5, 1]);
  expect(failed).toEqual([[3, 4, new Error('gone')]]);
});
