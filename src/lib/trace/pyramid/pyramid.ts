import type { Block, BlockOptions, WeightArray, WeightType } from '../types.js';
import { newWeights, packedBlock } from '../weights.js';
import { drain } from './drain.js';
import { keepLevels, touchLevels } from './kept-levels.js';
import { reduceWeights, type Levels, type Reduce, type Reduced } from './reduce.js';
import { runTask, type Urgency } from './run-task.js';
import { SharedWork, waitFor } from './shared-work.js';
import type { Task } from './tasks.js';
import { unlessAborted } from './unless-aborted.js';

/** A rectangle of weights. */
export interface CellRect {
  readonly row: number;
  readonly col: number;
  readonly rows: number;
  readonly cols: number;
}

/** Where the coarser levels of a matrix come from. */
export interface PyramidSource {
  readonly rows: number;
  readonly cols: number;
  readonly type: WeightType;
  readonly signed?: boolean;
  /** How many rows and columns of weights one task reduces, powers of two: handing them over takes some milliseconds. */
  readonly part: { readonly rows: number; readonly cols: number };
  /**
   * Returns the task of reducing a rectangle, or null if it holds no weight; a promise if something must be read or computed first, which
   * is then done with the urgency of the task.
   */
  read(
    rect: CellRect,
    levels: Levels,
    reduce: Reduce,
    signal: AbortSignal | undefined,
    urgency: Urgency,
  ): (() => Task) | null | Promise<(() => Task) | null>;
  /** Told of each part that was read. */
  see?(rect: CellRect, result: Reduced): void;
}

interface Grid {
  rows: number;
  cols: number;
  data: WeightArray;
}

/** The level that is kept, and which of its parts are made. After `forget`, those who wait for an old one still get it. */
interface Base extends Grid {
  made: Set<number>;
  making: SharedWork<void>;
}

/** The most cells of the base: it is about the level at which the whole matrix fits on a screen. */
const baseCells = 2 ** 20;

/**
 * The coarser levels of a matrix too large to be read at once, made part by part in a worker. One level, the base, is kept, and coarser
 * ones are made from it; finer ones are made on demand. Parts that nobody waits for any more are not made.
 */
export class Pyramid {
  readonly base: Levels;
  readonly #source: PyramidSource;
  readonly #reduce: Reduce;
  readonly #type: WeightType;
  readonly #part: { rows: number; cols: number };
  #base: Base | undefined;

  constructor(source: PyramidSource, reduce: Reduce) {
    const { rows, cols, part } = source;
    this.#source = source;
    this.#reduce = reduce;
    this.#type = reduce === 'mean' ? 'float32' : source.type;
    this.base = baseLevels(rows, cols);
    this.#part = {
      rows: Math.max(part.rows, 2 ** this.base.rowLevel),
      cols: Math.max(part.cols, 2 ** this.base.colLevel),
    };
  }

  /** A block of a coarser level; the request must already be cut at the matrix's edge. Rejects with the signal's reason when aborted. */
  async block(request: CellRect & Levels, options: BlockOptions = {}): Promise<Block> {
    const { row, col, rows, cols, rowLevel, colLevel } = request;
    const levels = { rowLevel, colLevel };
    const [height, width] = [2 ** rowLevel, 2 ** colLevel];
    const inWeights = { row: row * height, col: col * width, rows: rows * height, cols: cols * width };
    const covered = intersect(inWeights, this.#whole);
    const { base } = this;
    const data =
      rowLevel >= base.rowLevel && colLevel >= base.colLevel
        ? this.#fromBase(await this.ensure(covered, options), covered, levels)
        : await unlessAborted(this.#readFine(covered, levels, options), options.signal);
    return packedBlock(request, this.#type, data);
  }

  /** Makes the base for every part that a rectangle touches, as long as somebody waits for it. */
  async ensure(rect: CellRect, { signal, onProgress }: BlockOptions = {}): Promise<Grid> {
    signal?.throwIfAborted();
    const base = (this.#base ??= this.#keepBase());
    touchLevels(this);
    const missing = this.#parts(rect).filter((index) => !base.made.has(index));
    const parts = missing.map((index) =>
      base.making.join(index, (abort) => this.#makePart(base, index, abort)),
    );
    await waitFor(counted(parts, onProgress), signal);
    return base;
  }

  /** Drops the base. */
  forget(): void {
    this.#base = undefined;
  }

  async #makePart(base: Base, index: number, signal: AbortSignal): Promise<void> {
    const rect = this.#rectOf(index);
    const result = await this.#run(rect, this.base, 'whole', signal);
    if (result) place(result.data, rect, this.#whole, base, this.base);
    base.made.add(index);
  }

  async #readFine(
    covered: CellRect,
    levels: Levels,
    { signal, onProgress }: BlockOptions,
  ): Promise<WeightArray> {
    const out = newGrid(this.#type, covered, levels);
    const read = async (index: number): Promise<void> => {
      const part = intersect(this.#rectOf(index), covered);
      const result = await this.#run(part, levels, 'near', signal);
      if (result) place(result.data, part, covered, out, levels);
    };
    const parts = this.#parts(covered).map((index) => ({ promise: read(index) }));
    await Promise.all(counted(parts, onProgress).map(({ promise }) => promise));
    return out.data;
  }

  async #run(
    rect: CellRect,
    levels: Levels,
    urgency: Urgency,
    signal?: AbortSignal,
  ): Promise<Reduced | null> {
    const make = await this.#source.read(rect, levels, this.#reduce, signal, urgency);
    const result = make && (await runTask(make, urgency, signal));
    if (result) this.#source.see?.(rect, result);
    return result;
  }

  #fromBase(base: Grid, covered: CellRect, { rowLevel, colLevel }: Levels): WeightArray {
    const { rows, cols, data } = newGrid(this.#type, covered, this.base);
    const [row, col] = [covered.row / 2 ** this.base.rowLevel, covered.col / 2 ** this.base.colLevel];
    for (let r = 0, from = row * base.cols + col; r < rows; r++, from += base.cols)
      data.set(base.data.subarray(from, from + cols), r * cols);
    const up = { rowLevel: rowLevel - this.base.rowLevel, colLevel: colLevel - this.base.colLevel };
    if (up.rowLevel + up.colLevel === 0) return data;
    if (this.#reduce === 'mean') return meansOfMeans(data, covered, this.base, up);
    const { signed } = this.#source;
    const task = { op: 'reduce', data, type: this.#type, rows, cols, ...up, reduce: 'max', signed } as const;
    return drain(reduceWeights(task)).data;
  }

  #keepBase(): Base {
    const grid = newGrid(this.#type, this.#whole, this.base);
    keepLevels(this, grid.data.byteLength);
    return { ...grid, made: new Set(), making: new SharedWork() };
  }

  get #whole(): CellRect {
    return { row: 0, col: 0, rows: this.#source.rows, cols: this.#source.cols };
  }

  get #across(): number {
    return Math.ceil(this.#source.cols / this.#part.cols);
  }

  #parts(rect: CellRect): number[] {
    const { rows, cols } = this.#part;
    const indices: number[] = [];
    for (let r = Math.floor(rect.row / rows); r * rows < rect.row + rect.rows; r++)
      for (let c = Math.floor(rect.col / cols); c * cols < rect.col + rect.cols; c++)
        indices.push(r * this.#across + c);
    return indices;
  }

  #rectOf(index: number): CellRect {
    const { rows, cols } = this.#part;
    const row = Math.floor(index / this.#across) * rows;
    const col = (index % this.#across) * cols;
    return intersect({ row, col, rows, cols }, this.#whole);
  }
}

function intersect(a: CellRect, b: CellRect): CellRect {
  const row = Math.max(a.row, b.row);
  const col = Math.max(a.col, b.col);
  return {
    row,
    col,
    rows: Math.min(a.row + a.rows, b.row + b.rows) - row,
    cols: Math.min(a.col + a.cols, b.col + b.cols) - col,
  };
}

/** Copies the cells of a part to their place in a rectangle around it. */
function place(
  data: WeightArray,
  part: CellRect,
  around: CellRect,
  out: Grid,
  { rowLevel, colLevel }: Levels,
): void {
  const [height, width] = [2 ** rowLevel, 2 ** colLevel];
  const cols = Math.ceil(part.cols / width);
  const rows = Math.ceil(part.rows / height);
  const [row, col] = [(part.row - around.row) / height, (part.col - around.col) / width];
  for (let r = 0; r < rows; r++)
    out.data.set(data.subarray(r * cols, (r + 1) * cols), (row + r) * out.cols + col);
}

/** Means of the base's means, weighted by how many weights each base cell covers: fewer at the right and lower edge. */
function meansOfMeans(data: WeightArray, covered: CellRect, base: Levels, up: Levels): WeightArray {
  const shares = (length: number, level: number, more: number): number[] => {
    const [size, joined] = [2 ** level, 2 ** more];
    return Array.from({ length: Math.ceil(length / size) }, (_, i) => {
      const first = Math.floor(i / joined) * joined * size;
      return Math.min(size, length - i * size) / Math.min(joined * size, length - first);
    });
  };
  const rowShares = shares(covered.rows, base.rowLevel, up.rowLevel);
  const colShares = shares(covered.cols, base.colLevel, up.colLevel);
  const outCols = Math.ceil(colShares.length / 2 ** up.colLevel);
  const out = new Float32Array(Math.ceil(rowShares.length / 2 ** up.rowLevel) * outCols);
  rowShares.forEach((rowShare, r) =>
    colShares.forEach((colShare, c) => {
      const at = (r >> up.rowLevel) * outCols + (c >> up.colLevel);
      out[at] = out[at]! + data[r * colShares.length + c]! * rowShare * colShare;
    }),
  );
  return out;
}

function newGrid(type: WeightType, covered: CellRect, { rowLevel, colLevel }: Levels): Grid {
  const rows = Math.ceil(covered.rows / 2 ** rowLevel);
  const cols = Math.ceil(covered.cols / 2 ** colLevel);
  return { rows, cols, data: newWeights(type, rows * cols) };
}

/** The finest levels with at most `baseCells` cells; the longer side is made coarser first. */
function baseLevels(rows: number, cols: number): Levels {
  let [rowLevel, colLevel] = [0, 0];
  while (rows * cols > baseCells * 2 ** (rowLevel + colLevel)) {
    const [high, wide] = [rows / 2 ** rowLevel, cols / 2 ** colLevel];
    if (wide < 2 * high) rowLevel++;
    if (high < 2 * wide) colLevel++;
  }
  return { rowLevel, colLevel };
}

/** Reports the share of pieces that are done, as each is. */
function counted<T extends { promise: Promise<void> }>(
  parts: readonly T[],
  onProgress?: (share: number) => void,
): T[] {
  let done = 0;
  return parts.map((part) => ({
    ...part,
    promise: part.promise.then(() => onProgress?.(++done / parts.length)),
  }));
}
