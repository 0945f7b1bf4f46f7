import type { Checked } from './check-weights.js';
import { decodeTable, decodeWeights } from './weights.js';
import type { Block, BlockRequest, Matrix, WeightArray, WeightType } from './types.js';

/** Rows of a matrix too large to be checked at once are checked when they are read. */
export interface Guard {
  /** How the matrix is called in messages. */
  place: string;
  see(checked: Checked): void;
}

interface Level {
  rows: number;
  cols: number;
  type: WeightType;
  data: WeightArray;
  offset: number;
}

/**
 * A matrix held whole in memory. Level 0 is a view of the array given; coarser levels are made when first asked for,
 * in a third of its memory, and kept. Beyond the level of one cell every level is that cell.
 *
 * @param data at least `offset + rows × cols` weights, row-major, none negative
 */
export class DenseMatrix implements Matrix {
  private readonly maxLevels: Level[];
  private readonly meanLevels: Level[];

  constructor(
    readonly rows: number,
    readonly cols: number,
    readonly type: WeightType,
    data: WeightArray,
    offset = 0,
    private readonly guard?: Guard,
  ) {
    this.maxLevels = [{ rows, cols, type, data, offset }];
    this.meanLevels = [...this.maxLevels];
  }

  get max(): number {
    const { data, offset } = this.level(Infinity, 'max');
    return decodeWeights(data, this.type, offset, 1)[0]!;
  }

  block({ row, col, rows, cols, level = 0, reduce = 'max' }: BlockRequest): Block {
    if (![row, col, rows, cols, level].every((n) => Number.isInteger(n) && n >= 0))
      throw new RangeError(
        `A block is asked for in whole numbers from 0, not row ${row}, column ${col}, ${rows} × ${cols} at level ${level}.`,
      );
    const source = this.level(level, reduce);
    if (row > source.rows || col > source.cols)
      throw new RangeError(
        `Block at row ${row}, column ${col} lies outside level ${level} (${source.rows} × ${source.cols}).`,
      );
    return {
      row,
      col,
      rows: Math.min(rows, source.rows - row),
      cols: Math.min(cols, source.cols - col),
      level,
      type: source.type,
      data: source.data,
      offset: source.offset + row * source.cols + col,
      stride: source.cols,
    };
  }

  private level(wanted: number, reduce: 'max' | 'mean'): Level {
    const top = Math.ceil(Math.log2(Math.max(this.rows, this.cols)));
    const level = Math.min(wanted, top);
    const levels = reduce === 'mean' ? this.meanLevels : this.maxLevels;
    for (let n = levels.length; n <= level; n++)
      levels.push(reduce === 'mean' ? halveByMean(levels[n - 1]!, this, n) : halveByMax(levels[n - 1]!));
    return levels[level]!;
  }
}

/** float16's −0, the one stored value whose bits do not rise with the number. */
const negativeZero = 0x8000;

/** Stored weights compare as their weights do: float16 bits of positive numbers rise with the number. */
function halveByMax({ rows, cols, type, data, offset }: Level): Level {
  const halfRows = Math.ceil(rows / 2);
  const halfCols = Math.ceil(cols / 2);
  const out = new (data.constructor as new (length: number) => WeightArray)(halfRows * halfCols);
  for (let r = 0; r < rows; r++) {
    const from = offset + r * cols;
    const to = (r >> 1) * halfCols;
    for (let c = 0; c < cols; c++) {
      const value = data[from + c]!;
      const at = to + (c >> 1);
      if (value > out[at]! && value !== negativeZero) out[at] = value;
    }
  }
  return { rows: halfRows, cols: halfCols, type, data: out, offset: 0 };
}

/** The mean over the weights a cell of `level` covers, of which there are fewer at the right and lower edge. */
function halveByMean(
  { rows, cols, type, data, offset }: Level,
  full: { rows: number; cols: number },
  level: number,
): Level {
  const halfRows = Math.ceil(rows / 2);
  const halfCols = Math.ceil(cols / 2);
  const out = new Float32Array(halfRows * halfCols);
  const table = decodeTable(type);
  const rowShares = shares(rows, full.rows, level);
  const colShares = shares(cols, full.cols, level);
  for (let r = 0; r < rows; r++) {
    const from = offset + r * cols;
    const to = (r >> 1) * halfCols;
    for (let c = 0; c < cols; c++) {
      const stored = data[from + c]!;
      const weight = table ? table[stored]! : stored;
      const at = to + (c >> 1);
      out[at] = out[at]! + weight * rowShares[r]! * colShares[c]!;
    }
  }
  return { rows: halfRows, cols: halfCols, type: 'float32', data: out, offset: 0 };
}

/** What part of its parent each cell of one axis is: half, save at the end of an odd axis. */
function shares(cells: number, full: number, level: number): Float64Array {
  const covered = (index: number, span: number): number => Math.min(span, full - index * span);
  const span = 2 ** (level - 1);
  return Float64Array.from({ length: cells }, (_, i) => covered(i, span) / covered(i >> 1, 2 * span));
}
