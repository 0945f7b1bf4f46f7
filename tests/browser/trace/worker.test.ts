import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/** What the page's workers were given, and how many there were. */
let given: string[];
let started: number;

beforeEach(() => {
  given = [];
  started = 0;
  const Real = globalThis.Worker;
  vi.stubGlobal(
    'Worker',
    class extends Real {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        started++;
      }
      override postMessage(task: unknown, how?: Transferable[] | StructuredSerializeOptions) {
        given.push((task as { op: string }).op);
        super.postMessage(task, how as Transferable[]);
      }
    },
  );
  vi.resetModules();
});
afterEach(() => vi.unstubAllGlobals());

const [rows, cols] = [2500, 2100];
function planted() {
  const data = new Uint8Array(rows * cols);
  data[1234 * cols + 2001] = 230;
  return data;
}
const request = { row: 0, col: 0, rows: 99, cols: 99, rowLevel: 6, colLevel: 6 };
const cell = (row: number, col: number) => (row >> 6) * Math.ceil(cols / 64) + (col >> 6);

test('coarser levels of a large matrix are made by a worker; the array stays with the page', async () => {
  const { DenseMatrix } = await import('../../../src/lib/trace/index.js');
  const data = planted();
  const shares: number[] = [];
  const block = await new DenseMatrix(rows, cols, 'uint8', data).block(request, {
    onProgress: (share) => shares.push(share),
  });
  expect(block.data[cell(1234, 2001)]).toBe(230);
  expect([...block.data].filter((stored) => stored > 0)).toEqual([230]);
  expect(data).toHaveLength(rows * cols);
  expect(started).toBeGreaterThan(0);
  expect(new Set(given)).toEqual(new Set(['reduce']));
  expect(shares).toHaveLength(given.length);
  expect(shares.at(-1)).toBe(1);
});

test('weights that are wrong are found by the worker, and said as ever', async () => {
  const data = new Float32Array(rows * rows);
  data[1777 * rows + 3] = -0.5;
  const { createTrace, TraceError } = await import('../../../src/lib/trace/index.js');
  const tokens = Array.from({ length: rows }, (_, i) => `t${i}`);
  const matrix = createTrace({ tokens, attention: { dims: [1, 1, rows, rows], data } })
    .stream()
    .matrix(0, 0);
  const error: unknown = await Promise.resolve(matrix.block(request)).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(TraceError);
  expect(error).toMatchObject({ code: 'negative-weight', place: 'attention[0][0][1777][3]' });
  expect(given.length).toBeGreaterThan(0);
});

test('queries and keys are multiplied by a worker, as the page itself would', async () => {
  const n = 2100;
  const tensor = (seed: number) => ({
    dims: [1, 1, n, 8],
    data: Float32Array.from({ length: n * 8 }, (_, i) => Math.sin(i * seed)),
  });
  const input = { queries: tensor(1.7), keys: tensor(2.3), causal: true };
  const { queryKeyAttention } = await import('../../../src/lib/io/index.js');
  const matrix = queryKeyAttention(input).matrix(0, 0);
  const block = await matrix.block({ row: 0, col: 0, rows: n, cols: n });
  expect(new Set(given)).toEqual(new Set(['product']));
  const row = await matrix.block({ row: 1500, col: 0, rows: 1, cols: n });
  expect(block.data.subarray(1500 * n, 1501 * n)).toEqual(row.data);
  expect([...row.data].reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
});
