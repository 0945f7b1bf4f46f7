import type { CellRect } from './pyramid/pyramid.js';
import { ReadMatrix } from './read-matrix.js';
import type { Block, BlockRequest, Matrix } from './types.js';

/** How the numbers of a computed matrix are had. */
export interface Computation {
  readonly rows: number;
  readonly cols: number;
  /** Whether numbers may be negative. Default false. */
  readonly signed?: boolean;
  /** How much more work a number is than reading one from memory, so that long matrices are read in smaller parts. Default 1. */
  readonly cost?: number;
  /** The numbers of a rectangle that lies within the matrix, `[rows, cols]`, row-major. The signal is aborted when nobody wants them any more. */
  read(rect: CellRect, options: { signal?: AbortSignal }): Float32Array | Promise<Float32Array>;
}

/**
 * A matrix whose numbers a function computes when they are looked at, rectangle by rectangle; coarser levels are made of them. float32.
 * What matrices of `deriveStream` are made with, where `combineMatrices` does not do.
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
    const { row, col, rows, cols } = request;
    if (data.length !== rows * cols)
      throw new RangeError(`A rectangle of ${rows} × ${cols} was computed as ${data.length} numbers.`);
    return { row, col, rows, cols, rowLevel: 0, colLevel: 0, type: 'float32', data, offset: 0, stride: cols };
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
 * A matrix all of whose numbers are computed at once, when the first is looked at, and kept: where each takes all of another matrix, as
 * in a product. A computation that fails is tried again when it is next looked at.
 *
 * @param compute gives `rows × cols` numbers, row-major
 */
export function wholeMatrix(
  { rows, cols, signed }: { rows: number; cols: number; signed?: boolean },
  compute: () => Float32Array | Promise<Float32Array>,
): Matrix {
  let whole: Float32Array | Promise<Float32Array> | undefined;
  const cut = (data: Float32Array, rect: CellRect): Float32Array => {
    if (rect.cols === cols) return data.subarray(rect.row * cols, (rect.row + rect.rows) * cols);
    const part = new Float32Array(rect.rows * rect.cols);
    for (let r = 0; r < rect.rows; r++) {
      const start = (rect.row + r) * cols + rect.col;
      part.set(data.subarray(start, start + rect.cols), r * rect.cols);
    }
    return part;
  };
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
