import { describe, expect, test } from 'vitest';
import { functionAttention, type HeadRequest } from '../../../../src/lib/io/index.js';
import { createTrace, TraceError, type AttentionSource } from '../../../../src/lib/trace/index.js';
import { names } from '../../trace/arrays.js';
import { causalHeads, expectSame, headOf } from './compare.js';

describe('a function', () => {
  const n = 29;
  const weights = causalHeads(2, n);
  const cells = ({ head, row, col, rows, cols }: HeadRequest): Float32Array => {
    const out = new Float32Array(rows * cols);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < cols; c++) out[r * cols + c] = weights[(head * n + row + r) * n + col + c]!;
    return out;
  };
  const dims = [1, 2, n, n] as const;

  test.each<[string, AttentionSource]>([
    ['at once', functionAttention({ dims, block: (request) => ({ data: cells(request) }) })],
    ['later', functionAttention({ dims, block: async (request) => ({ data: cells(request) }) })],
    [
      'a view into what it holds',
      functionAttention({
        dims,
        block: ({ head, row, col }) => ({ data: weights, offset: (head * n + row) * n + col, stride: n }),
      }),
    ],
  ])('%s', async (_, source) => {
    for (const head of [0, 1]) await expectSame(source.matrix(0, head), headOf(weights, n, head));
  });

  test('is asked for what is looked at, and told when it is not wanted any more', async () => {
    const asked: HeadRequest[] = [];
    let signal: AbortSignal | undefined;
    const source = functionAttention({
      dims: [3, 2, 5000, 5000],
      causal: true,
      levels: true,
      block(request, options) {
        asked.push(request);
        signal = options.signal;
        return { data: new Uint8Array(request.rows * request.cols).fill(51) };
      },
    });
    const abort = new AbortController();
    const request = { row: 7, col: 9, rows: 2, cols: 3, rowLevel: 6, colLevel: 6 };
    const block = await source.matrix(2, 1).block(request, { signal: abort.signal });
    expect(asked).toEqual([{ layer: 2, head: 1, ...request }]);
    expect(block).toMatchObject({ ...request, type: 'uint8' });
    abort.abort();
    expect(signal!.aborted).toBe(true);
    expect(createTrace({ tokens: names(5000), attention: source }).stream().causal).toBe(true);
  });

  test('what is left out', () => {
    const source = functionAttention({
      dims: [1, 2, 4, 4],
      block: ({ rows, cols }) => ({ data: new Uint8Array(rows * cols) }),
      leftOut: (layer, head, row) => (layer * 10 + head * 100 + row) / 1000,
    });
    expect(source.matrix(0, 1).leftOut!(3)).toBe(0.103);
  });

  test.each<[string, object | undefined, string]>([
    ['nothing', undefined, 'found nothing'],
    ['plain numbers', { data: [1, 2] }, 'expected { data }, a Uint8Array'],
    ['too few', { data: new Uint8Array(5) }, 'found 5 weights, expected 6: 2 rows of 3'],
    ['too few, set apart', { data: new Uint8Array(9), stride: 7 }, 'expected 10: 2 rows of 3, 7 apart'],
    [
      'another type',
      { data: new Uint8Array(6), type: 'float32' },
      'type float32 with a Uint8Array, expected',
    ],
    ['a place before the first', { data: new Uint8Array(6), offset: -1 }, 'found offset -1, stride 3'],
    [
      'NaN',
      { data: Float32Array.of(0, 0, 0, 0, NaN, 0) },
      'rowLevel: 0, colLevel: 0 }) weight [1][1]: found NaN',
    ],
    ['half NaN', { data: Uint16Array.of(0, 0x7e00, 0, 0, 0, 0) }, 'weight [0][1]: found NaN'],
    ['scores', { data: Float32Array.of(0.5, 0, 0, 0, 0, -0.25) }, 'weight [1][2]: found -0.25'],
    [
      'percentages',
      { data: Float32Array.of(9, 0, 50, 0, 0, 0, 0, 0, 0), offset: 2, stride: 4 },
      'weight [0][0]: found 50',
    ],
  ])('that returns %s', async (_, block, message) => {
    const request = { row: 0, col: 0, rows: 2, cols: 3 };
    const now = functionAttention({ dims, block: () => block as never }).matrix(0, 0);
    expect(() => now.block(request)).toThrow(TraceError);
    expect(() => now.block(request)).toThrow(message);
    const later = functionAttention({ dims, block: async () => block as never }).matrix(0, 0);
    await expect(later.block(request)).rejects.toThrow(message);
  });

  test.each([
    [{ dims: [1, 2, 3], block: () => null }, 'dims: found'],
    [{ dims: [1, 1, 0, 4], block: () => null }, 'dims: found'],
    [{ dims, block: null }, 'block: found null, expected a function'],
  ])('%o', (input, message) => {
    expect(() => functionAttention(input as never)).toThrow(message);
  });

  test.each([
    ['an error', new Error('offline'), 'found an error (offline), expected weights'],
    ['a string', 'offline', 'found an error (offline), expected weights'],
    ['nothing', undefined, 'found an error (undefined), expected weights'],
  ])('one that fails with %s', async (_, cause, message) => {
    const request = { row: 0, col: 0, rows: 2, cols: 3 };
    const throws = (): never => {
      throw cause;
    };
    const refused = expect.objectContaining({ name: 'TraceError', code: 'unreadable', cause });
    expect(() => functionAttention({ dims, block: throws }).matrix(0, 0).block(request)).toThrow(message);
    const later = functionAttention({ dims, block: async () => throws() }).matrix(0, 0);
    await expect(later.block(request)).rejects.toEqual(refused);
  });

  test('one that rejects as it is told to: with the signal’s reason', async () => {
    const source = functionAttention({
      dims,
      block: (_, { signal }) =>
        new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error))),
    });
    const abort = new AbortController();
    const block = source.matrix(0, 0).block({ row: 0, col: 0, rows: 2, cols: 3 }, { signal: abort.signal });
    const reason = new Error('moved on');
    abort.abort(reason);
    await expect(block).rejects.toBe(reason);
  });

  test('promises of another kind', async () => {
    const thenable = (data: Float32Array) => ({ then: (take: (given: object) => void) => take({ data }) });
    const source = functionAttention({ dims, block: (request) => thenable(cells(request)) as never });
    await expectSame(source.matrix(0, 1), headOf(weights, n, 1));
  });

  test('one that never answers and heeds no signal keeps the rest from nothing', async () => {
    let asked = 0;
    const side = 3000;
    const matrix = functionAttention({
      dims: [1, 1, side, side],
      block: ({ rows, cols }) =>
        asked++ < 3 ? new Promise<never>(() => {}) : { data: new Uint8Array(rows * cols).fill(51) },
    }).matrix(0, 0);
    const abort = new AbortController();
    const request = { row: 0, col: 0, rows: 9, cols: 9, rowLevel: 9, colLevel: 9 };
    const given = Promise.resolve(matrix.block(request, { signal: abort.signal }));
    await expect.poll(() => asked).toBe(3);
    abort.abort(new Error('moved on'));
    await expect(given).rejects.toThrow('moved on');
    const { data } = await matrix.block(request);
    expect(data[0]).toBeCloseTo(0.2, 6);
  });

  test('one that fails: for who asked, and asked again when it is wanted again', async () => {
    let calls = 0;
    const matrix = functionAttention({
      dims,
      block: async (request) => {
        if (calls++ === 0) throw new Error('offline');
        return { data: cells(request) };
      },
    }).matrix(0, 0);
    const request = { row: 0, col: 0, rows: 9, cols: 9, rowLevel: 2, colLevel: 2 };
    await expect(matrix.block(request)).rejects.toThrow('offline');
    await expectSame(matrix, headOf(weights, n, 0));
  });
});
