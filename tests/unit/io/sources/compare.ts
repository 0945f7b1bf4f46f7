import { expect } from 'vitest';
import { blockWeights, DenseMatrix, type Matrix } from '../../../../src/lib/trace/index.js';
import { seeded } from '../../trace/arrays.js';

/** Causal rows that sum to 1, a head each, as float32. */
export function causalHeads(heads: number, n: number): Float32Array {
  const next = seeded(11);
  const out = new Float32Array(heads * n * n);
  for (let head = 0; head < heads; head++)
    for (let q = 0; q < n; q++) {
      const row = Array.from({ length: q + 1 }, () => next() ** 8);
      const sum = row.reduce((a, b) => a + b, 0);
      row.forEach((weight, k) => (out[(head * n + q) * n + k] = weight / sum));
    }
  return out;
}
/** One of those heads, dense. */
export const headOf = (weights: Float32Array, n: number, head: number) =>
  new DenseMatrix(n, n, 'float32', weights, head * n * n);

/** Levels of both axes, both ways of reducing, the whole and a part of it. */
export async function expectSame(matrix: Matrix, dense: Matrix, digits = 6) {
  const { rows, cols } = dense;
  for (const [rowLevel, colLevel] of [
    [0, 0],
    [1, 1],
    [2, 2],
    [5, 5],
    [20, 20],
    [0, 3],
    [4, 0],
    [1, 6],
  ] as const)
    // prettier-ignore
    for (const reduce of ['max', 'mean'] as const) {
      const levelRows = Math.ceil(rows / 2 ** Math.min(rowLevel, Math.ceil(Math.log2(rows))));
      const levelCols = Math.ceil(cols / 2 ** Math.min(colLevel, Math.ceil(Math.log2(cols))));
      for (const part of [
        { row: 0, col: 0, rows: levelRows, cols: levelCols },
        { row: levelRows >> 1, col: levelCols >> 2, rows: 3, cols: 4 },
      ]) {
        const expected = await dense.block({ ...part, rowLevel, colLevel, reduce });
        const block = await matrix.block({ ...part, rowLevel, colLevel, reduce });
        expect([block.row, block.col, block.rows, block.cols]).toEqual([
          expected.row,
          expected.col,
          expected.rows,
          expected.cols,
        ]);
        const wanted = blockWeights(expected);
        blockWeights(block).forEach((weight, i) => expect(weight).toBeCloseTo(wanted[i]!, digits));
      }
    }
}
