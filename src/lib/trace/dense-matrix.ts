import { transferred } from './errors.js';
import { HeldMatrix, type About, type Stored } from './held-matrix.js';
import type { CellRect } from './pyramid/pyramid.js';
import type { WeightArray, WeightType } from './types.js';

/**
 * A matrix held whole in one array. Level 0 is a view of it.
 *
 * @param data at least `offset + rows × cols` weights, row-major; none negative unless `signed`
 */
export class DenseMatrix extends HeldMatrix {
  constructor(
    rows: number,
    cols: number,
    type: WeightType,
    private readonly data: WeightArray,
    private readonly offset = 0,
    about?: About,
  ) {
    super(rows, cols, type, about);
  }

  protected override stored({ row, col }: CellRect): Stored {
    return { data: this.#held, offset: this.offset + row * this.cols + col, stride: this.cols, own: false };
  }

  protected override at(row: number, col: number): number {
    return this.#held[this.offset + row * this.cols + col]!;
  }

  /** @throws TraceError `unreadable` where the array's buffer has been transferred away */
  get #held(): WeightArray {
    if (this.data.length === 0) throw transferred('attention');
    return this.data;
  }
}
