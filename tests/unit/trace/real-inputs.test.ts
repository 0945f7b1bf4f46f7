import { describe, expect, test } from 'vitest';
import { measureHeads, previousTokenScore, sinkScores } from '../../../src/lib/analysis/index.js';
import {
  blockWeights,
  createTrace,
  DenseMatrix,
  type Block,
  type Matrix,
} from '../../../src/lib/trace/index.js';
import { errorOf, even, names, nest, rowsOf, self } from './arrays.js';

describe('rows of some queries only', () => {
  /** Queries 3 and 4 of five tokens, causal. */
  const last = [
    [
      [
        [0.25, 0.25, 0.25, 0.25, 0],
        [0.5, 0, 0, 0, 0.5],
      ],
    ],
  ];

  test('the last ones, where the weights show that they are', () => {
    const stream = self({ tokens: names(5), attention: last });
    expect(stream.queryTokens.map(({ raw, position }) => [raw, position])).toEqual([
      ['t3', 3],
      ['t4', 4],
    ]);
    expect(stream.keyTokens).toHaveLength(5);
    expect(stream.causal).toBe(true);
    expect(rowsOf(stream.matrix(0, 0))).toEqual(last[0]![0]);
  });

  test('one row shows nothing of the kind, but causal: true says it', () => {
    const step = { tokens: names(4), attention: even(1, 2, 1, 4) };
    expect(errorOf(() => self(step)).code).toBe('query-positions');
    expect(self({ ...step, causal: true }).queryTokens[0]!.position).toBe(3);
    expect(self({ ...step, queryPositions: [3] }).queryTokens[0]!.raw).toBe('t3');
    // As onnxruntime has it, a batch of one and a tensor a layer.
    const data = new Float32Array(32 * 748).fill(1 / 748);
    const one = { tokens: names(748), attention: [{ dims: [1, 32, 1, 748], data }], queryPositions: [747] };
    expect(self(one).queryTokens[0]!.position).toBe(747);
  });

  test('a row that looks past the place it would have is not of the last queries', () => {
    const ahead = [
      [
        [
          [0.25, 0.25, 0.25, 0, 0.25],
          [0.5, 0, 0, 0, 0.5],
        ],
      ],
    ];
    expect(errorOf(() => self({ tokens: names(5), attention: ahead })).code).toBe('query-positions');
    // Nor is one whose own token, with that of all queries, has nothing.
    const padded = [
      [
        [
          [0.5, 0.5, 0, 0, 0],
          [0.5, 0.5, 0, 0, 0],
        ],
      ],
    ];
    expect(errorOf(() => self({ tokens: names(5), attention: padded })).code).toBe('query-positions');
  });

  test('causality goes by positions', () => {
    const attention = [
      [
        [
          [0.5, 0.5, 0, 0],
          [0.25, 0.25, 0.25, 0.25],
        ],
      ],
    ];
    expect(self({ tokens: names(4), attention, queryPositions: [1, 3] }).causal).toBe(true);
    expect(self({ tokens: names(4), attention, queryPositions: [0, 3] }).causal).toBe(false);
    expect(
      errorOf(() => self({ tokens: names(4), attention, queryPositions: [0, 3], causal: true })).code,
    ).toBe('not-causal');
  });

  test('segments of the queries are runs of rows; those without a row are none', () => {
    const segments = [
      { name: 'A', start: 0, end: 2 },
      { name: 'B', start: 2, end: 4 },
      { name: 'C', start: 4, end: 5 },
    ];
    const stream = self({ tokens: names(5), attention: last, segments });
    expect(stream.querySegments).toEqual([
      { name: 'B', start: 0, end: 1 },
      { name: 'C', start: 1, end: 2 },
    ]);
    expect(stream.keySegments).toEqual(segments);
  });

  test('of cross attention, typed', () => {
    const cross = createTrace({
      encoder: { tokens: names(3) },
      decoder: { tokens: ['a', 'b', 'c', 'd'] },
      cross: { attention: even(1, 1, 2, 3), queryPositions: Int32Array.of(1, 3) as never },
    }).stream('cross');
    expect(cross.queryTokens.map(({ raw, position }) => [raw, position])).toEqual([
      ['b', 1],
      ['d', 3],
    ]);
  });

  test('measures go by positions', async () => {
    const stream = self({ tokens: ['a', 'b', 'a', 'b', 'a'], attention: last });
    const value = async (name: 'previous-token' | 'distance' | 'duplicate-token' | 'induction') =>
      (await measureHeads(stream, name))[0]!.value;
    // Query 3 has 0.25 on key 2, query 4 nothing on key 3; the rows sum to 2.
    expect(await value('previous-token')).toBeCloseTo(0.25 / 2, 6);
    // 0.25 × (3 + 2 + 1) + 0.5 × 4, over 2.
    expect(await value('distance')).toBeCloseTo(3.5 / 2, 6);
    // Query 3, a b, on key 1; query 4, an a, on keys 0 and 2.
    expect(await value('duplicate-token')).toBeCloseTo((0.25 + 0.5) / 2, 6);
    // What followed them: key 2; keys 1 and 3.
    expect(await value('induction')).toBeCloseTo(0.25 / 2, 6);
    const matrix = stream.matrix(0, 0);
    expect(previousTokenScore(matrix, { queryPositions: [3, 4] })).toBeCloseTo(0.25 / 2, 6);
    expect([...(sinkScores(matrix, { queryPositions: [3, 4] }) as Float64Array)]).toEqual([
      0.375, 0.125, 0.125, 0.125, 0.5,
    ]);
  });

  test('queries have vectors for their rows, keys for all tokens', () => {
    const stream = self({
      tokens: names(5),
      attention: last,
      queries: nest([1, 1, 2, 3], (...i) => i[2]! + 1),
      keys: nest([1, 1, 5, 3], (...i) => i[2]!),
    });
    expect([stream.queries!.tokens, stream.keys!.tokens]).toEqual([2, 5]);
  });
});

describe('layers that differ', () => {
  const layer = (heads: number) => even(1, heads, 2)[0];

  test('null layers leave the others their numbers', () => {
    const stream = self({ tokens: names(2), attention: [null, null, layer(2), null] });
    expect([stream.layers, stream.heads]).toEqual([[2], [0, 1]]);
    expect(stream.matrix(2, 1).rows).toBe(2);
    expect(errorOf(() => stream.matrix(0, 0)).code).toBe('unknown-layer');
    const attention = [null, layer(1), null, layer(1)];
    expect(self({ tokens: names(2), attention, layers: [4, 5, 6, 7] }).layers).toEqual([5, 7]);
    expect(self({ tokens: names(2), attention, layers: [5, 7] }).layers).toEqual([5, 7]);
    const queries = [null, nest([1, 2, 4], () => 1), null, nest([1, 2, 4], () => 2)];
    expect(self({ tokens: names(2), attention, queries }).queries!.vector(1, 0, 0)[0]).toBe(2);
    // A place counts in what was passed.
    const wrong = [
      null,
      [
        [
          [0.5, NaN],
          [0, 1],
        ],
      ],
    ];
    expect(errorOf(() => self({ tokens: names(2), attention: wrong })).place).toBe('attention[1][0][0][1]');
  });

  test('12, 10 and 12 heads', async () => {
    const stream = self({ tokens: names(2), attention: [layer(12), layer(10), layer(12)] });
    expect(stream.heads).toHaveLength(12);
    expect([0, 1, 2].map((one) => stream.headsOf(one).length)).toEqual([12, 10, 12]);
    expect(errorOf(() => stream.matrix(1, 11)).expected).toBe('one of 0–9');
    expect(await measureHeads(stream, 'entropy')).toHaveLength(34);
    await expect(measureHeads(stream, 'entropy', { heads: [12] })).rejects.toMatchObject({
      code: 'unknown-head',
    });
  });

  test('heads that are left after pruning keep their numbers', () => {
    const attention = [nest([2, 1, 1], () => 1), nest([1, 1, 1], () => 0.5)];
    const stream = self({ tokens: ['a'], attention, heads: [[0, 3], [2]] });
    expect([stream.heads, stream.headsOf(1)]).toEqual([[0, 2, 3], [2]]);
    expect(rowsOf(stream.matrix(1, 2))).toEqual([[0.5]]);
    expect(rowsOf(stream.matrix(0, 3))).toEqual([[1]]);
    expect(errorOf(() => stream.matrix(0, 2)).code).toBe('unknown-head');
  });
});

describe('tokens that are not there', () => {
  // 8 real rows on key 1 and 56 of padding on key 5, right; and the same with the padding before.
  const oneHot = (key: number) => Array.from({ length: 64 }, (_, k) => Number(k === key));
  const tokens = [...names(8), ...Array<string>(56).fill('[PAD]')];
  const attention = [[Array.from({ length: 64 }, (_, q) => oneHot(q < 8 ? 1 : 5))]];
  const mask = Array.from({ length: 64 }, (_, q) => Number(q < 8));

  test('count in nothing', async () => {
    const stream = self({ tokens, attention, present: mask });
    expect([stream.queryTokens.length, stream.keyTokens.length]).toEqual([8, 8]);
    const matrix = stream.matrix(0, 0);
    expect([matrix.rows, matrix.cols]).toEqual([8, 8]);
    expect((await measureHeads(stream, 'entropy'))[0]!.value).toBe(0);
    expect([...(sinkScores(matrix, { causal: false }) as Float64Array)]).toEqual([0, 1, 0, 0, 0, 0, 0, 0]);
    const whole = matrix.block({
      row: 0,
      col: 0,
      rows: 1,
      cols: 1,
      rowLevel: 3,
      colLevel: 3,
      reduce: 'mean',
    }) as Block;
    expect(blockWeights(whole)[0]).toBe(1 / 8);
  });

  test('masks of any kind, of a batch of one too', () => {
    const forms: unknown[] = [
      mask.map(Boolean),
      [mask],
      BigInt64Array.from(mask, BigInt),
      { dims: [1, 64], data: BigInt64Array.from(mask, BigInt) },
      Uint8Array.from(mask),
      mask.map(BigInt),
    ];
    for (const present of forms) expect(self({ tokens, attention, present }).keyTokens).toHaveLength(8);
    expect(self({ tokens, attention, present: Array(64).fill(1) }).keyTokens).toHaveLength(64);
  });

  test('before the others and between them; positions and segments count those that are there', () => {
    const weights = [
      [0, 0, 0, 0],
      [0, 1, 0, 0],
      [NaN, 7, -3, 0],
      [0, 0.25, 0, 0.75],
    ];
    const stream = self({
      tokens: ['<pad>', 'a', '<pad>', 'b'],
      attention: [[weights]],
      present: [0, 1, 0, 1],
      segments: [{ name: 'all', start: 1, end: 4 }],
      queries: [[[[NaN], [1], [NaN], [3]]]],
    });
    expect(stream.queryTokens.map(({ raw, position }) => [raw, position])).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    expect(rowsOf(stream.matrix(0, 0))).toEqual([
      [1, 0],
      [0.25, 0.75],
    ]);
    expect(stream.keySegments).toEqual([{ name: 'all', start: 0, end: 2 }]);
    expect(stream.causal).toBe(true);
    expect([...stream.queries!.vector(0, 0, 0, 2)]).toEqual([1, 3]);
  });

  test('on one side of cross attention, and with some queries', () => {
    const trace = createTrace({
      encoder: { tokens: ['a', 'b', '<pad>'], present: [1, 1, 0] },
      decoder: { tokens: ['<pad>', 'x', 'y'], present: [0, 1, 1] },
      cross: {
        attention: [
          [
            [
              [NaN, 0, 0],
              [0.5, 0.5, 0],
            ],
          ],
        ],
        queryPositions: [0, 2],
      },
    });
    const cross = trace.stream('cross');
    expect(cross.queryTokens.map(({ raw, position }) => [raw, position])).toEqual([['y', 1]]);
    expect(rowsOf(cross.matrix(0, 0))).toEqual([[0.5, 0.5]]);
  });

  test('of a source, whose rows are looked at as they are read', async () => {
    const block = (weights: number[]): Matrix => ({
      rows: 1,
      cols: 3,
      type: 'float32',
      block: async ({ row, col, rows, cols }) => ({
        ...{ row, col, rows, cols, rowLevel: 0, colLevel: 0, type: 'float32' },
        ...{ data: Float32Array.from(weights.slice(col, col + cols)), offset: 0, stride: cols },
      }),
    });
    const source = (weights: number[]) => {
      const matrix = block(weights);
      return self({
        tokens: names(3),
        present: [1, 1, 0],
        queryPositions: [0],
        attention: { dims: [1, 1, 1, 3], matrix: () => matrix },
      }).matrix(0, 0);
    };
    const request = { row: 0, col: 0, rows: 1, cols: 2 };
    expect([...blockWeights(await source([0.5, 0.5, 0]).block(request))]).toEqual([0.5, 0.5]);
    await expect(source([0.5, 0.25, 0.25]).block(request)).rejects.toMatchObject({ code: 'present' });
    // Each row for itself: the first is sound, the second is not.
    const two = new DenseMatrix(2, 3, 'float32', Float32Array.of(0.5, 0.5, 0, 0.5, 0.25, 0.25));
    const picked = self({
      tokens: names(3),
      present: [1, 1, 0],
      queryPositions: [0, 1],
      attention: { dims: [1, 1, 2, 3], matrix: () => two },
    }).matrix(0, 0);
    expect([...blockWeights(picked.block(request) as Block)]).toEqual([0.5, 0.5]);
    expect(errorOf(() => picked.block({ ...request, row: 1 })).place).toBe('attention[0][0][1][2]');
  });
});
