import type { Block, BlockOptions, WeightArray, WeightType } from '../types.js';
import { newWeights } from '../weights.js';
import { keepLevels, touchLevels } from './kept-levels.js';
import type { Reduced } from './reduce.js';
import { runTask, type Urgency } from './run-task.js';
import { SharedWork, unlessAborted, waitFor } from './shared-work.js';
import { performNow, type Task } from './tasks.js';

/** A rectangle of weights. */
export interface Rect {
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
  /** Weights reduced in one task, their numbers powers of two: some milliseconds' work to hand over. */
  readonly part: { readonly rows: number; readonly cols: number };
  /**
   * Gets ready what is not at hand; a promise where that takes time. Returns the task of reducing a rectangle, or null where it
   * holds no weight. What it has done by others first is as urgent as the task.
   */
  read(
    rect: Rect,
    level: number,
    reduce: 'max' | 'mean',
    signal: AbortSignal | undefined,
    urgency: Urgency,
  ): (() => Task) | null | Promise<(() => Task) | null>;
  /** Told of each part that was read. */
  see?(rect: Rect, result: Reduced): void;
}

interface Level {
  rows: number;
  cols: number;
  data: WeightArray;
}

/** The level that is kept, and which of its parts are made. One that is let go still serves those who wait for it. */
interface Base extends Level {
  made: Set<number>;
  making: SharedWork<void>;
}

/** The base holds no more cells: the level it is at is that of the whole matrix on a screen. */
const baseCells = 2 ** 20;

/**
 * The coarser levels of a matrix too large to be read at one go, made part by part away from the page. One of them, the base,
 * is kept, and coarser ones are made from it; finer ones are made when they are looked at. What nobody waits for any more is
 * not made.
 */
export class Pyramid {
  readonly baseLevel: number;
  readonly #source: PyramidSource;
  readonly #reduce: 'max' | 'mean';
  readonly #type: WeightType;
  readonly #part: { rows: number; cols: number };
  #base: Base | undefined;

  constructor(source: PyramidSource, reduce: 'max' | 'mean') {
    const { rows, cols, part } = source;
    this.#source = source;
    this.#reduce = reduce;
    this.#type = reduce === 'mean' ? 'float32' : source.type;
    this.baseLevel = Math.max(1, Math.ceil(Math.log2((rows * cols) / baseCells) / 2));
    const size = 2 ** this.baseLevel;
    this.#part = { rows: Math.max(part.rows, size), cols: Math.max(part.cols, size) };
  }

  /** A block of a level from 1 on, cut at the edge already. Rejects with the signal's reason when it is aborted. */
  async block({ row, col, rows, cols }: Rect, level: number, options: BlockOptions = {}): Promise<Block> {
    const size = 2 ** level;
    const covered = this.#cut({ row: row * size, col: col * size, rows: rows * size, cols: cols * size });
    const data =
      level >= this.baseLevel
        ? this.#fromBase(await this.ensure(covered, options), covered, level)
        : await unlessAborted(this.#readFine(covered, level, options), options.signal);
    return { row, col, rows, cols, level, type: this.#type, data, offset: 0, stride: cols };
  }

  /** Has the base made of every part a rectangle touches, as long as somebody waits for it. */
  async ensure(rect: Rect, { signal, onProgress }: BlockOptions = {}): Promise<Level> {
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

  /** Lets the base go. */
  forget(): void {
    this.#base = undefined;
  }

  async #makePart(base: Base, index: number, signal: AbortSignal): Promise<void> {
    const rect = this.#rectOf(index);
    const result = await this.#run(rect, this.baseLevel, signal);
    if (result) place(result.data, rect, this.#whole, base, this.baseLevel);
    base.made.add(index);
  }

  async #readFine(covered: Rect, level: number, { signal, onProgress }: BlockOptions): Promise<WeightArray> {
    const size = 2 ** level;
    const out = newLevel(this.#type, Math.ceil(covered.rows / size), Math.ceil(covered.cols / size));
    const read = async (index: number): Promise<void> => {
      const part = intersect(this.#rectOf(index), covered);
      const result = await this.#run(part, level, signal);
      if (result) place(result.data, part, covered, out, level);
    };
    const parts = this.#parts(covered).map((index) => ({ promise: read(index) }));
    await Promise.all(counted(parts, onProgress).map(({ promise }) => promise));
    return out.data;
  }

  async #run(rect: Rect, level: number, signal?: AbortSignal): Promise<Reduced | null> {
    const urgency = level < this.baseLevel ? 'near' : 'whole';
    const make = await this.#source.read(rect, level, this.#reduce, signal, urgency);
    const result = make && (await runTask(make, urgency, signal));
    if (result) this.#source.see?.(rect, result);
    return result;
  }

  #fromBase(base: Level, covered: Rect, level: number): WeightArray {
    const size = 2 ** this.baseLevel;
    const [row, col] = [covered.row / size, covered.col / size];
    const [rows, cols] = [Math.ceil(covered.rows / size), Math.ceil(covered.cols / size)];
    const data = newLevel(this.#type, rows, cols).data;
    for (let r = 0, from = row * base.cols + col; r < rows; r++, from += base.cols)
      data.set(base.data.subarray(from, from + cols), r * cols);
    const up = level - this.baseLevel;
    if (up === 0) return data;
    if (this.#reduce === 'mean') return meansOfMeans(data, covered, size, 2 ** up);
    return performNow({ op: 'reduce', data, type: this.#type, rows, cols, level: up, reduce: 'max' }).data;
  }

  #keepBase(): Base {
    const size = 2 ** this.baseLevel;
    const { rows, cols } = this.#source;
    const level = newLevel(this.#type, Math.ceil(rows / size), Math.ceil(cols / size));
    keepLevels(this, level.data.byteLength);
    return { ...level, made: new Set(), making: new SharedWork() };
  }

  get #whole(): Rect {
    return { row: 0, col: 0, rows: this.#source.rows, cols: this.#source.cols };
  }

  get #across(): number {
    return Math.ceil(this.#source.cols / this.#part.cols);
  }

  #parts(rect: Rect): number[] {
    const { rows, cols } = this.#part;
    const indices: number[] = [];
    for (let r = Math.floor(rect.row / rows); r * rows < rect.row + rect.rows; r++)
      for (let c = Math.floor(rect.col / cols); c * cols < rect.col + rect.cols; c++)
        indices.push(r * this.#across + c);
    return indices;
  }

  #rectOf(index: number): Rect {
    const { rows, cols } = this.#part;
    const row = Math.floor(index / this.#across) * rows;
    const col = (index % this.#across) * cols;
    return this.#cut({ row, col, rows, cols });
  }

  #cut({ row, col, rows, cols }: Rect): Rect {
    return {
      row,
      col,
      rows: Math.min(rows, this.#source.rows - row),
      cols: Math.min(cols, this.#source.cols - col),
    };
  }
}

function intersect(a: Rect, b: Rect): Rect {
  const row = Math.max(a.row, b.row);
  const col = Math.max(a.col, b.col);
  return {
    row,
    col,
    rows: Math.min(a.row + a.rows, b.row + b.rows) - row,
    cols: Math.min(a.col + a.cols, b.col + b.cols) - col,
  };
}

/** Copies the cells of a part to where they lie in the level of a rectangle around it. */
function place(data: WeightArray, part: Rect, around: Rect, out: Level, level: number): void {
  const size = 2 ** level;
  const cols = Math.ceil(part.cols / size);
  const rows = Math.ceil(part.rows / size);
  const [row, col] = [(part.row - around.row) / size, (part.col - around.col) / size];
  for (let r = 0; r < rows; r++)
    out.data.set(data.subarray(r * cols, (r + 1) * cols), (row + r) * out.cols + col);
}

/** Means of `up` × `up` means over `size` × `size` weights, of which there are fewer at the right and lower edge. */
function meansOfMeans(data: WeightArray, covered: Rect, size: number, up: number): WeightArray {
  const shares = (length: number): number[] =>
    Array.from({ length: Math.ceil(length / size) }, (_, i) => {
      const first = Math.floor(i / up) * up * size;
      return Math.min(size, length - i * size) / Math.min(up * size, length - first);
    });
  const [rowShares, colShares] = [shares(covered.rows), shares(covered.cols)];
  const outCols = Math.ceil(colShares.length / up);
  const out = new Float32Array(Math.ceil(rowShares.length / up) * outCols);
  rowShares.forEach((rowShare, r) =>
    colShares.forEach((colShare, c) => {
      const at = Math.floor(r / up) * outCols + Math.floor(c / up);
      out[at] = out[at]! + data[r * colShares.length + c]! * rowShare * colShare;
    }),
  );
  return out;
}

function newLevel(type: WeightType, rows: number, cols: number): Level {
  return { rows, cols, data: newWeights(type, rows * cols) };
}

/** The same pieces of work; says what share of them is done. */
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
