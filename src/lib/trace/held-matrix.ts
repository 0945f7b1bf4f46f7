import { checkWeights, clampRounded, type Checked, type WeightRules } from './check-weights.js';
import { drain } from './pyramid/drain.js';
import { keepLevels, touchLevels } from './pyramid/kept-levels.js';
import type { CellRect, PyramidSource } from './pyramid/pyramid.js';
import { pyramidsOf } from './pyramid/pyramids-of.js';
import { reduceWeights, type Levels, type Reduce } from './pyramid/reduce.js';
import { cellsAtLevel, cutRequest, readAtOnce } from './request.js';
import { newWeights, packedBlock } from './weights.js';
import type { Block, BlockOptions, BlockRequest, Matrix, WeightArray, WeightType } from './types.js';

/** Rows of a matrix too large to be checked at once are checked when they are first read. */
export interface Guard {
  rules: WeightRules;
  see(checked: Checked): void;
}

/** What is known of a matrix besides its weights. */
export interface About {
  guard?: Guard;
  /** Whether values may be negative. Default false. */
  signed?: boolean;
  /** Whether rounding left some weights outside [0, 1]: they are clamped when read. Default false. */
  rounded?: boolean;
}

/** Weights of a rectangle: cell `(r, c)` is `data[offset + r * stride + c]`. */
export interface Stored {
  data: WeightArray;
  offset: number;
  stride: number;
  /** Whether `data` is a copy, not a view of what is held. */
  own: boolean;
}

/**
 * A matrix whose weights are in memory. Coarser levels are made when first asked for, of a matrix of more than a million weights
 * as a promise, away from the page.
 */
export abstract class HeldMatrix implements Matrix {
  readonly signed: boolean;
  readonly #guard: Guard | undefined;
  #rounded: boolean;
  /** Of a guarded matrix: 1 for each row that was checked. */
  readonly #checked: Uint8Array | undefined;
  readonly #pyramid = pyramidsOf(() => this.#pyramidSource());
  readonly #coarser = new Map<string, Stored & { type: WeightType }>();

  constructor(
    readonly rows: number,
    readonly cols: number,
    readonly type: WeightType,
    { guard, signed = false, rounded = false }: About = {},
  ) {
    this.signed = signed;
    this.#rounded = rounded;
    this.#guard = guard;
    this.#checked = guard && new Uint8Array(rows);
  }

  /** The weights of a rectangle. */
  protected abstract stored(rect: CellRect): Stored;
  /** One weight, as stored. */
  protected abstract at(row: number, col: number): number;

  block(request: BlockRequest, options: BlockOptions = {}): Block | Promise<Block> {
    const cut = cutRequest(request, this);
    const { reduce, sample } = cut;
    const coarser = cut.rowLevel + cut.colLevel > 0;
    if (coarser && this.#large) {
      if (sample) return this.#sample(cut);
      return this.#pyramid(reduce).then((pyramid) => pyramid.block(cut, options));
    }
    const unchecked = !coarser && !this.#checkRows(cut.row, cut.row + cut.rows);
    if (!unchecked) return this.#view(cut);
    const whole = { row: cut.row, col: 0, rows: cut.rows, cols: this.cols };
    return this.#pyramid('max')
      .then((pyramid) => pyramid.ensure(whole, options))
      .then(() => this.#view(cut));
  }

  get canSample(): boolean {
    return this.#large;
  }

  /** Drops the coarser levels; they are made again when needed. */
  forget(): void {
    this.#coarser.clear();
  }

  get #large(): boolean {
    return this.rows * this.cols > readAtOnce;
  }

  #view({ row, col, rows, cols, rowLevel, colLevel, reduce }: Required<BlockRequest>): Block {
    const at = { row, col, rows, cols, rowLevel, colLevel };
    if (rowLevel + colLevel === 0) {
      const { data, offset, stride } = this.#sound({ row, col, rows, cols });
      return { ...at, type: this.type, data, offset, stride };
    }
    const { type, data, offset, stride } = this.#level(at, reduce);
    return { ...at, type, data, offset: offset + row * stride + col, stride };
  }

  /** Whether rows have been checked. A few unchecked rows are checked here. */
  #checkRows(start: number, end: number): boolean {
    const first = this.#checked?.subarray(0, end).indexOf(0, start) ?? -1;
    if (first < 0) return true;
    if ((end - first) * this.cols > readAtOnce) return false;
    const { cols, type } = this;
    const { rules } = this.#guard!;
    const rows = end - first;
    const { data, offset } = this.stored({ row: first, col: 0, rows, cols });
    this.#see(checkWeights({ data, offset, type, rows, cols, rules, firstRow: first }));
    this.#checked!.fill(1, first, end);
    return true;
  }

  #see(checked: Checked): void {
    if (checked.rounded) this.#rounded = true;
    this.#guard!.see(checked);
  }

  /** All cells of a coarser level. Largest weights are made of those of the next finer level, means of the weights. */
  #level({ rowLevel, colLevel }: Levels, reduce: Reduce): Stored & { type: WeightType } {
    if (rowLevel + colLevel === 0) return { ...this.#sound(this.#whole), type: this.type };
    touchLevels(this);
    const name = `${reduce} ${rowLevel} ${colLevel}`;
    const kept = this.#coarser.get(name);
    if (kept) return kept;
    const finerOf = (level: number): number => (reduce === 'max' ? Math.max(0, level - 1) : 0);
    const from = { rowLevel: finerOf(rowLevel), colLevel: finerOf(colLevel) };
    const [rows, cols] = [cellsAtLevel(this.rows, from.rowLevel), cellsAtLevel(this.cols, from.colLevel)];
    const { data: finer, offset, type } = this.#level(from, reduce);
    const { data } = drain(
      reduceWeights({
        op: 'reduce',
        data: finer.subarray(offset, offset + rows * cols),
        type,
        rows,
        cols,
        rowLevel: rowLevel - from.rowLevel,
        colLevel: colLevel - from.colLevel,
        reduce,
        signed: this.signed,
      }),
    );
    const level = {
      data,
      offset: 0,
      stride: cellsAtLevel(this.cols, colLevel),
      own: false,
      type: reduce === 'mean' ? ('float32' as const) : type,
    };
    this.#coarser.set(name, level);
    keepLevels(this, data.byteLength);
    return level;
  }

  get #whole(): CellRect {
    return { row: 0, col: 0, rows: this.rows, cols: this.cols };
  }

  #pyramidSource(): PyramidSource {
    const { rows, cols, type, signed } = this;
    const rules = this.#guard?.rules;
    const checks = (rect: CellRect): boolean =>
      rect.cols === cols && this.#checked?.subarray(rect.row, rect.row + rect.rows).includes(0) === true;
    return {
      rows,
      cols,
      type,
      signed,
      // Whole rows, as checking takes; half a million weights and more.
      part: { rows: 2 ** Math.max(0, Math.ceil(19 - Math.log2(cols))), cols },
      read: (rect, levels, reduce) => () => ({
        op: 'reduce',
        data: this.#copy(rect),
        type,
        rows: rect.rows,
        cols: rect.cols,
        ...levels,
        reduce,
        signed,
        check: checks(rect) ? { rules: rules!, firstRow: rect.row } : undefined,
      }),
      see: (rect, { looksAhead = false, rounded = false }) => {
        if (!checks(rect)) return;
        this.#see({ looksAhead, rounded });
        this.#checked!.fill(1, rect.row, rect.row + rect.rows);
      },
    };
  }

  /** The weights of a rectangle, clamped to [0, 1] if rounding left some outside. */
  #sound(rect: CellRect): Stored {
    if (!this.#rounded) return this.stored(rect);
    return { data: this.#copy(rect), offset: 0, stride: rect.cols, own: true };
  }

  #copy(rect: CellRect): WeightArray {
    const data = this.#copyStored(rect);
    if (this.#rounded) clampRounded(data, this.type);
    return data;
  }

  #copyStored(rect: CellRect): WeightArray {
    const { data, offset, stride, own } = this.stored(rect);
    if (own) return data;
    const { rows, cols } = rect;
    if (cols === stride) return data.slice(offset, offset + rows * cols);
    const out = newWeights(this.type, rows * cols);
    for (let r = 0, from = offset; r < rows; r++, from += stride)
      out.set(data.subarray(from, from + cols), r * cols);
    return out;
  }

  /** One weight a cell, from its middle. */
  #sample({ row, col, rows, cols, rowLevel, colLevel }: Required<BlockRequest>): Block {
    const middle = (cell: number, level: number, length: number): number =>
      Math.min(length - 1, Math.floor((cell + 0.5) * 2 ** level));
    const data = newWeights(this.type, rows * cols);
    const columns = Uint32Array.from({ length: cols }, (_, c) => middle(col + c, colLevel, this.cols));
    for (let r = 0, i = 0; r < rows; r++) {
      const from = middle(row + r, rowLevel, this.rows);
      for (let c = 0; c < cols; c++, i++) data[i] = this.at(from, columns[c]!);
    }
    if (this.#rounded) clampRounded(data, this.type);
    const at = { row, col, rows, cols, rowLevel, colLevel };
    return { ...packedBlock(at, this.type, data), sampled: true };
  }
}
