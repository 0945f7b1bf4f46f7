import { lookedAtAbsent } from './present.js';
import { ReadMatrix } from './read-matrix.js';
import { blockWeights, packedBlock } from './weights.js';
import type { Block, BlockOptions, BlockRequest, Matrix } from './types.js';

/** A weight up to this on a token that is not present is rounding. */
const tolerance = 1e-3;

/** The rows and columns of a matrix whose tokens are present, ascending. */
export interface Picked {
  rows: readonly number[];
  cols: readonly number[];
  /** The other columns. */
  absent: readonly number[];
}

/**
 * A matrix without the rows and columns of tokens that are not present. A row is checked when it is first read: weight on the columns left
 * out would be missing from the picture.
 *
 * @param place the name of the matrix in messages
 */
export function pickMatrix(matrix: Matrix, picked: Picked, place: string): Matrix {
  const { rows, cols, absent } = picked;
  const checked = new Uint8Array(rows.length);

  const check = (block: Block, { row, rows: count }: BlockRequest): void => {
    const weights = blockWeights(block);
    for (let index = row; index < row + count; index++) {
      if (checked[index]) continue;
      const from = (rows[index]! - block.row) * block.cols - block.col;
      for (const col of absent)
        if (!(Math.abs(weights[from + col]!) <= tolerance))
          throw lookedAtAbsent(`${place}[${rows[index]}][${col}]`, weights[from + col]!);
      checked[index] = 1;
    }
  };
  const read = (wanted: BlockRequest, options: BlockOptions): Block | Promise<Block> => {
    const [row, height] = span(rows.slice(wanted.row, wanted.row + wanted.rows));
    const [col, width] = span(cols.slice(wanted.col, wanted.col + wanted.cols));
    const box = { row, col, rows: height, cols: width };
    const cut = (block: Block): Block => cutOut(block, wanted, picked);
    const known = absent.length === 0 || !checked.subarray(wanted.row, wanted.row + wanted.rows).includes(0);
    const [first, count] = span(absent);
    const rest = !known ? matrix.block({ ...box, col: first, cols: count }, options) : undefined;
    const block = matrix.block(box, options);
    if (!(block instanceof Promise) && !(rest instanceof Promise)) {
      if (rest) check(rest, wanted);
      return cut(block);
    }
    return Promise.all([block, rest]).then(([ready, others]) => {
      if (others) check(others, wanted);
      return cut(ready);
    });
  };
  const { leftOut } = matrix;
  return new ReadMatrix({
    rows: rows.length,
    cols: cols.length,
    signed: matrix.signed,
    read,
    leftOut: leftOut && ((row) => leftOut.call(matrix, rows[row]!)),
  });
}

/** Where a run begins that holds all of some ascending numbers, and its length. */
function span(numbers: readonly number[]): [start: number, length: number] {
  const start = numbers[0] ?? 0;
  return [start, (numbers.at(-1) ?? -1) + 1 - start];
}

/** The wanted rows and columns of a larger block: a view where they are contiguous, else a copy as float32. */
function cutOut(block: Block, wanted: BlockRequest, { rows, cols }: Picked): Block {
  const { row, col } = wanted;
  if (block.rows === wanted.rows && block.cols === wanted.cols) return { ...block, row, col };
  const weights = blockWeights(block);
  const data = new Float32Array(wanted.rows * wanted.cols);
  for (let r = 0, at = 0; r < wanted.rows; r++)
    for (let c = 0; c < wanted.cols; c++, at++)
      data[at] = weights[(rows[row + r]! - block.row) * block.cols + cols[col + c]! - block.col]!;
  return packedBlock({ row, col, rows: wanted.rows, cols: wanted.cols }, 'float32', data);
}
