import { HeldMatrix, type Guard, type Stored } from './held-matrix.js';
import type { Rect } from './pyramid/pyramid.js';
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
    guard?: Guard,
    signed?: boolean,
  ) {
    super(rows, cols, type, guard, signed);
  }

  protected override stored({ row, col }: Rect): Stored {
    return { data: this.data, offset: this.offset + row * this.cols + col, stride: this.cols, own: false };
  }

  protected override at(row: number, col: number): number {
    return this.data[this.offset + row * this.cols + col]!;
  }
}
