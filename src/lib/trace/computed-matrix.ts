import type { CellRect } from './pyramid/pyramid.js';
import { ReadMatrix } from './read-matrix.js';
import { blockWeights, packedBlock } from './weights.js';
import type { Block, BlockRequest, Matrix } from './types.js';

/** A matrix, by the function that computes its numbers. */
export interface Computation {
  readonly rows: number;
  readonly cols: number;
  /** Whether numbers may be negative. Default false. */
  readonly signed?: boolean;
  /** How many times slower a number is to compute than to read from memory: costly matrices are read in smaller parts. Default 1. */
  readonly cost?: number;
  /** The numbers of a rectangle that lies within the matrix, `[rows, cols]`, row-major. The signal aborts when the numbers are no longer needed. */
  read(rect: CellRect, options: { signal?: AbortSignal }): Float32Array | Promise<Float32Array>;
}

/**
 * A matrix whose numbers are computed on demand, rectangle by rectangle, as float32; coarser levels are made from them. For the
 * matrices of `deriveStream`, where `combineMatrices` is not enough.
 *
 * @example
 * const squared = computedMatrix({
 *   rows: matrix.rows,
 *   cols: matrix.cols,
 *   read: async (rect, options) => blockWeights(await matrix.block(rect, options)).map((weight) => weight ** 2),
 * });
 */
export function computedMatrix({ rows, cols, signed, cost, read }: Computation): Matrix {
  const toBlock = (request: BlockRequest, data: Float32Array): Block => {
    const { rows, cols } = request;
    if (data.length !== rows * cols)
      throw new RangeError(`A rectangle of ${rows} × ${cols} was computed as ${data.length} numbers.`);
    return packedBlock(request, 'float32', data);
  };
  return new ReadMatrix({
    ...{ rows, cols, signed, cost },
    read(request, { signal }) {
      const { row, col, rows, cols } = request;
      const data = read({ row, col, rows, cols }, { signal });
      return data instanceof Promise ? data.then((ready) => toBlock(request, ready)) : toBlock(request, data);
    },
  });
}

/**
 * A matrix whose numbers are all computed when the first is needed, and kept: for numbers that each depend on a whole other matrix, as
 * in a product. A computation that failed is tried again the next time.
 *
 * @param compute gives `rows × cols` numbers, row-major
 */
export function wholeMatrix(
  { rows, cols, signed }: { rows: number; cols: number; signed?: boolean },
  compute: () => Float32Array | Promise<Float32Array>,
): Matrix {
  let whole: Float32Array | Promise<Float32Array> | undefined;
  const cut = (data: Float32Array, rect: CellRect): Float32Array =>
    blockWeights({
      ...packedBlock(rect, 'float32', data),
      offset: rect.row * cols + rect.col,
      stride: cols,
    });
  const keep = (ready: Float32Array): Float32Array => {
    if (ready.length !== rows * cols)
      throw new RangeError(`A matrix of ${rows} × ${cols} was computed as ${ready.length} numbers.`);
    return (whole = ready);
  };
  return computedMatrix({
    ...{ rows, cols, signed },
    read(rect) {
      whole ??= compute();
      if (!(whole instanceof Promise)) return cut(keep(whole), rect);
      return whole.then(
        (ready) => cut(keep(ready), rect),
        (error: unknown) => {
          whole = undefined;
          throw error;
        },
      );
    },
  });
}
