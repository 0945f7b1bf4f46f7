import { checkWeights, type Checked } from './check-weights.js';
import { keepLevels, touchLevels } from './pyramid/kept-levels.js';
import type { Pyramid, Rect } from './pyramid/pyramid.js';
import { cutRequest, readAtOnce } from './request.js';
import { decodeTable, decodeWeights } from './weights.js';
import type { Block, BlockRequest, Matrix, WeightArray, WeightType } from './types.js';

/** Rows of a matrix too large to be checked at once are checked when they are first read. */
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

type Reduce = 'max' | 'mean';

/**
 * A matrix held whole in memory. Level 0 is a view of the array given; coarser levels are made when first asked for, of a matrix
 * of more than 4 million weights as a promise, away from the page. Beyond the level of one cell every level is that cell.
 *
 * @param data at least `offset + rows × cols` weights, row-major, none negative
 */
export class DenseMatrix implements Matrix {
  readonly #data: WeightArray;
  readonly #offset: number;
  readonly #guard: Guard | undefined;
  /** Of a guarded matrix: 1 for each row that was checked. */
  readonly #checked: Uint8Array | undefined;
  readonly #pyramids: Partial<Record<Reduce, Promise<Pyramid>>> = {};
  #levels: Record<Reduce, Level[]>;

  constructor(
    readonly rows: number,
    readonly cols: number,
    readonly type: WeightType,
    data: WeightArray,
    offset = 0,
    guard?: Guard,
  ) {
    this.#data = data;
    this.#offset = offset;
    this.#guard = guard;
    this.#checked = guard && new Uint8Array(rows);
    this.#levels = this.#noLevels();
  }

  /** Of a matrix of more than 4 million weights unknown. */
  get max(): number | undefined {
    if (this.#large) return undefined;
    const { data, offset } = this.#level(Infinity, 'max');
    return decodeWeights(data, this.type, offset, 1)[0]!;
  }

  block(request: BlockRequest, { signal }: { signal?: AbortSignal } = {}): Block | Promise<Block> {
    const cut = cutRequest(request, this);
    const { level, reduce, sample } = cut;
    if (level > 0 && this.#large) {
      if (sample) return this.#sample(cut);
      return this.#pyramid(reduce).then((pyramid) => pyramid.block(cut, level, signal));
    }
    const unchecked = level === 0 && !this.#checkRows(cut.row, cut.row + cut.rows);
    if (!unchecked) return this.#view(cut);
    const whole = { row: cut.row, col: 0, rows: cut.rows, cols: this.cols };
    return this.#pyramid('max')
      .then((pyramid) => pyramid.ensure(whole, signal))
      .then(() => this.#view(cut));
  }

  /** Lets the coarser levels go; they are made again when they are asked for. */
  forget(): void {
    this.#levels = this.#noLevels();
  }

  get #large(): boolean {
    return this.rows * this.cols > readAtOnce;
  }

  #view({ row, col, rows, cols, level, reduce }: Required<BlockRequest>): Block {
    const source = this.#level(level, reduce);
    return {
      row,
      col,
      rows,
      cols,
      level,
      type: source.type,
      data: source.data,
      offset: source.offset + row * source.cols + col,
      stride: source.cols,
    };
  }

  /** Whether rows are checked; does so where they are few. */
  #checkRows(start: number, end: number): boolean {
    const first = this.#checked?.subarray(0, end).indexOf(0, start) ?? -1;
    if (first < 0) return true;
    if ((end - first) * this.cols > readAtOnce) return false;
    const { rows, cols, type } = this;
    const { place, see } = this.#guard!;
    see(checkWeights({ data: this.#data, offset: this.#offset, type, rows, cols, place }, first, end));
    this.#checked!.fill(1, first, end);
    return true;
  }

  #level(wanted: number, reduce: Reduce): Level {
    const level = Math.min(wanted, Math.ceil(Math.log2(Math.max(this.rows, this.cols))));
    const levels = this.#levels[reduce];
    touchLevels(this);
    for (let n = levels.length; n <= level; n++) {
      const next = reduce === 'mean' ? halveByMean(levels[n - 1]!, this, n) : halveByMax(levels[n - 1]!);
      levels.push(next);
      keepLevels(this, next.data.byteLength);
    }
    return levels[level]!;
  }

  #noLevels(): Record<Reduce, Level[]> {
    const { rows, cols, type } = this;
    const whole = { rows, cols, type, data: this.#data, offset: this.#offset };
    return { max: [whole], mean: [whole] };
  }

  #pyramid(reduce: Reduce): Promise<Pyramid> {
    return (this.#pyramids[reduce] ??= import('./pyramid/pyramid.js').then(
      ({ Pyramid }) => new Pyramid(this.#pyramidSource(), reduce),
    ));
  }

  #pyramidSource() {
    const { rows, cols, type } = this;
    const place = this.#guard?.place;
    const checks = (rect: Rect): boolean =>
      rect.cols === cols && this.#checked?.subarray(rect.row, rect.row + rect.rows).includes(0) === true;
    return {
      rows,
      cols,
      type,
      // Whole rows, as checking takes; half a million weights and more.
      part: { rows: 2 ** Math.max(0, Math.ceil(19 - Math.log2(cols))), cols },
      read: (rect: Rect, level: number, reduce: Reduce) => () => ({
        op: 'reduce' as const,
        data: this.#copy(rect),
        type,
        rows: rect.rows,
        cols: rect.cols,
        level,
        reduce,
        check: checks(rect) ? { place: place!, firstRow: rect.row } : undefined,
      }),
      see: (rect: Rect, { looksAhead }: Partial<Checked>) => {
        if (!checks(rect)) return;
        this.#guard!.see({ looksAhead: looksAhead ?? false });
        this.#checked!.fill(1, rect.row, rect.row + rect.rows);
      },
    };
  }

  #copy({ row, col, rows, cols }: Rect): WeightArray {
    const at = (r: number): number => this.#offset + (row + r) * this.cols + col;
    if (cols === this.cols) return this.#data.slice(at(0), at(rows));
    const out = new (this.#data.constructor as new (length: number) => WeightArray)(rows * cols);
    for (let r = 0; r < rows; r++) out.set(this.#data.subarray(at(r), at(r) + cols), r * cols);
    return out;
  }

  /** One weight a cell, from its middle. */
  #sample({ row, col, rows, cols, level }: Required<BlockRequest>): Block {
    const size = 2 ** level;
    const middle = (cell: number, length: number): number =>
      Math.min(length - 1, Math.floor((cell + 0.5) * size));
    const data = new (this.#data.constructor as new (length: number) => WeightArray)(rows * cols);
    const columns = Uint32Array.from({ length: cols }, (_, c) => middle(col + c, this.cols));
    for (let r = 0; r < rows; r++) {
      const from = this.#offset + middle(row + r, this.rows) * this.cols;
      for (let c = 0; c < cols; c++) data[r * cols + c] = this.#data[from + columns[c]!]!;
    }
    return { row, col, rows, cols, level, type: this.type, data, offset: 0, stride: cols, sampled: true };
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
