import { DenseMatrix } from './dense-matrix.js';
import { pacer } from './pacer.js';
import { keepLevels, touchLevels } from './pyramid/kept-levels.js';
import type { PyramidSource } from './pyramid/pyramid.js';
import { pyramidsOf } from './pyramid/pyramids-of.js';
import { unlessAborted } from './pyramid/unless-aborted.js';
import { cutRequest, readAtOnce } from './request.js';
import { blockWeights } from './weights.js';
import type { Block, BlockOptions, BlockRequest, Matrix } from './types.js';

/** How a matrix that is not an array reads its weights. */
export interface MatrixReader {
  readonly rows: number;
  readonly cols: number;
  /** Whether values may be negative. Default false. */
  readonly signed?: boolean;
  /** Reads weights at level 0, or at any level if `levels` is true. */
  read(request: BlockRequest, options: BlockOptions): Block | Promise<Block>;
  /** Whether `read` gives maxima of coarser levels too. Default false. */
  levels?: boolean;
  /** A quick look at a coarser level of a large matrix, for sources that have one. */
  sample?(request: Required<BlockRequest>, options: BlockOptions): Block | Promise<Block>;
  /** How many times slower a weight is to get than from memory. Default 1. */
  cost?: number;
  leftOut?(row: number): number;
}

/** How many reads may be under way at once. */
const mostReading = 3;

/** A source that answers at once would be read part after part without a pause: all matrices share the page's time. */
const pause = pacer();

/**
 * A matrix whose weights are computed or fetched when they are looked at. Coarser levels are made from them: of a matrix of at
 * most a million weights from all at once, of a larger one part by part. float32.
 */
export class ReadMatrix implements Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly type = 'float32';
  readonly signed: boolean;
  readonly leftOut?: (row: number) => number;
  readonly #reader: MatrixReader;
  readonly #pyramid = pyramidsOf(() => this.#pyramidSource());
  #whole: DenseMatrix | Promise<DenseMatrix> | undefined;

  constructor(reader: MatrixReader) {
    this.#reader = reader;
    this.rows = reader.rows;
    this.cols = reader.cols;
    this.signed = reader.signed ?? false;
    this.leftOut = reader.leftOut?.bind(reader);
  }

  block(request: BlockRequest, options: BlockOptions = {}): Block | Promise<Block> {
    const cut = cutRequest(request, this);
    const { rowLevel, colLevel, reduce, sample } = cut;
    if (rowLevel + colLevel === 0 || (this.#reader.levels && reduce === 'max'))
      return this.#reader.read(cut, options);
    if (this.#small) return this.#fromWhole(cut);
    if (sample && this.#reader.sample) return this.#reader.sample(cut, options);
    return this.#pyramid(reduce).then((pyramid) => pyramid.block(cut, options));
  }

  get canSample(): boolean {
    return this.#reader.sample !== undefined && !this.#small;
  }

  get #small(): boolean {
    return this.rows * this.cols * (this.#reader.cost ?? 1) <= readAtOnce;
  }

  /** Drops the weights read; they are read again when needed. */
  forget(): void {
    this.#whole = undefined;
  }

  #fromWhole(request: BlockRequest): Block | Promise<Block> {
    touchLevels(this);
    // Not aborted with one request: others will want it.
    this.#whole ??= this.#readWhole();
    return this.#whole instanceof DenseMatrix
      ? this.#whole.block(request)
      : this.#whole.then((whole) => whole.block(request));
  }

  #readWhole(): DenseMatrix | Promise<DenseMatrix> {
    const { rows, cols } = this;
    const block = this.#reader.read({ row: 0, col: 0, rows, cols }, {});
    const hold = (ready: Block): DenseMatrix => {
      const weights = blockWeights(ready);
      keepLevels(this, weights.byteLength);
      return (this.#whole = new DenseMatrix(rows, cols, 'float32', weights, 0, { signed: this.signed }));
    };
    if (!(block instanceof Promise)) return hold(block);
    return block.then(hold).catch((error: unknown) => {
      this.#whole = undefined;
      throw error;
    });
  }

  #pyramidSource(): PyramidSource {
    const { rows, cols, signed } = this;
    const side = 2 ** Math.max(7, Math.floor(10 - Math.log2(this.#reader.cost ?? 1) / 2));
    const turn = turns(mostReading);
    return {
      rows,
      cols,
      type: 'float32',
      signed,
      part: { rows: side, cols: side },
      read: async (rect, levels, reduce, signal) => {
        const block = await turn(() => this.#reader.read(rect, { signal }), signal);
        const weights = blockWeights(block);
        return () => ({
          op: 'reduce',
          data: weights.buffer === block.data.buffer ? weights.slice() : weights,
          type: 'float32',
          rows: rect.rows,
          cols: rect.cols,
          ...levels,
          reduce,
          signed,
        });
      },
    };
  }
}

/** Runs at most so many actions at once; the others wait for their turn. */
function turns(most: number) {
  let free = most;
  const waiting: (() => void)[] = [];
  return async <T>(act: () => T | Promise<T>, signal?: AbortSignal): Promise<T> => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      await pause();
      signal?.throwIfAborted();
      // A source that does not heed the signal keeps nobody waiting.
      return await unlessAborted(Promise.resolve(act()), signal);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
