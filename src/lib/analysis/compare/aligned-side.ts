import {
  blockWeights,
  type Block,
  type BlockOptions,
  type CellRect,
  type Matrix,
} from '../../trace/index.js';
import { consecutive } from '../consecutive.js';
import type { TokenRun } from '../lens/index.js';

/** The numbers of a rectangle, `[rows, cols]`, a view or a copy; at once where the matrix gives them at once. */
export type AlignedSide = (
  matrix: Matrix,
  rect: CellRect,
  options: BlockOptions,
) => Float32Array | Promise<Float32Array>;

/**
 * A reader of one of two aligned streams, by aligned queries and keys: the sum over the keys of a run, the mean over its queries.
 *
 * @param rowsOf the rows of each aligned query, ascending
 * @param runs the keys of each aligned key; undefined if this side has none, and so no weight
 */
export function alignedSide(
  rowsOf: readonly (readonly number[])[],
  runs: readonly (TokenRun | undefined)[],
  keys: number,
): AlignedSide {
  /** The aligned key that each key belongs to. */
  const runOf = new Int32Array(keys).fill(-1);
  runs.forEach((run, i) => run && runOf.fill(i, run.start, run.end));
  /** Whether aligned keys and keys are the same. */
  const plain = runs.length === keys && runOf.every((run, key) => run === key);
  return (matrix, rect, options) => {
    let first = rect.col;
    let last = rect.col + rect.cols - 1;
    while (first <= last && !runs[first]) first++;
    while (first <= last && !runs[last]) last--;
    if (first > last) return new Float32Array(rect.rows * rect.cols);
    const col = runs[first]!.start;
    const cols = runs[last]!.end - col;
    const rows = rowsOf.slice(rect.row, rect.row + rect.rows);
    const blocks = Array.from(consecutive(rows.flat()), ({ start, count }) =>
      matrix.block({ row: start, col, rows: count, cols }, options),
    );
    return blocks.every((block): block is Block => !(block instanceof Promise))
      ? gather(blocks, rows, rect)
      : Promise.all(blocks).then((ready) => gather(ready, rows, rect));
  };

  function gather(
    blocks: readonly Block[],
    rows: readonly (readonly number[])[],
    rect: CellRect,
  ): Float32Array {
    const [firstRun, endRun] = [rect.col, rect.col + rect.cols];
    const weights = blocks.map(blockWeights);
    // One block of single rows, and each of its keys its own: what was read is what is asked for.
    if (plain && weights[0]?.length === rect.rows * rect.cols && rows.every(({ length }) => length === 1))
      return weights[0];
    const out = new Float32Array(rect.rows * rect.cols);
    let b = 0;
    rows.forEach((own, i) => {
      const from = i * rect.cols - firstRun;
      for (const row of own) {
        while (row >= blocks[b]!.row + blocks[b]!.rows) b++;
        const { row: firstRow, col, cols } = blocks[b]!;
        const of = weights[b]!.subarray((row - firstRow) * cols, (row - firstRow + 1) * cols);
        if (plain && own.length === 1) {
          out.set(of, i * rect.cols);
          continue;
        }
        const part = 1 / own.length;
        for (let c = 0; c < cols; c++) {
          const run = runOf[col + c]!;
          if (run >= firstRun && run < endRun) out[from + run] = out[from + run]! + of[c]! * part;
        }
      }
    });
    return out;
  }
}
