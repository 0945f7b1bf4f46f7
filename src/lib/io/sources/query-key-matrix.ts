import type { CellRect, PyramidSource } from '../../trace/pyramid/pyramid.js';
import { pyramidsOf } from '../../trace/pyramid/pyramids-of.js';
import { drain } from '../../trace/pyramid/drain.js';
import { multiply, type ProductTask } from '../../trace/pyramid/product.js';
import { runTask, type Urgency } from '../../trace/pyramid/run-task.js';
import { SharedWork, waitFor } from '../../trace/pyramid/shared-work.js';
import { unlessAborted } from '../../trace/pyramid/unless-aborted.js';
import type { Levels, Reduce, Reduced } from '../../trace/pyramid/reduce.js';
import { cutRequest } from '../../trace/request.js';
import { packedBlock } from '../../trace/weights.js';
import type { Block, BlockOptions, BlockRequest, HeadScoring, Matrix } from '../../trace/types.js';
import { sourceError } from './source-error.js';

/** The queries and keys of one head, and how they become weights. */
export interface Head extends Omit<HeadScoring, 'scale'> {
  /** The vectors of `count` tokens, `[count, dim]`; may be a view. */
  queries(first: number, count: number): Float32Array;
  keys(first: number, count: number): Float32Array;
  rows: number;
  cols: number;
  dim: number;
  scale: number;
  causal: boolean;
  /** One per query; undefined if it must be computed. */
  logSumExp: Float32Array | undefined;
  /** The name of the head in messages. */
  place: string;
}

const finest: Levels = { rowLevel: 0, colLevel: 0 };

/** How many multiplications are done on this thread, in some milliseconds: a row of 131,072 keys of 64 dimensions. */
const atOnce = 2 ** 23;
/** The most queries, and the most keys, of one task. */
const partTokens = 2048;

/** A matrix whose weights are computed on demand. */
export class QueryKeyMatrix implements Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly type = 'float32';
  readonly canSample = true;
  readonly #head: Head;
  /** NaN while it is not known. */
  readonly #logSumExp: Float32Array;
  readonly #summing = new SharedWork<void>();
  readonly #pyramid = pyramidsOf(() => this.#pyramidSource());

  constructor(head: Head) {
    this.#head = head;
    this.rows = head.rows;
    this.cols = head.cols;
    this.#logSumExp = head.logSumExp?.slice() ?? new Float32Array(head.rows).fill(NaN);
  }

  block(request: BlockRequest, options: BlockOptions = {}): Block | Promise<Block> {
    const { signal } = options;
    const cut = cutRequest(request, this);
    const { rowLevel, colLevel, reduce, sample } = cut;
    if (rowLevel + colLevel === 0) return this.#weights(cut, signal);
    if (sample) return this.#sample(cut, signal);
    return this.#pyramid(reduce).then((pyramid) => pyramid.block(cut, options));
  }

  #weights(cut: Required<BlockRequest>, signal?: AbortSignal): Block | Promise<Block> {
    const { row, rows, cols } = cut;
    const finish = (data: Float32Array): Block => packedBlock(cut, 'float32', data);
    const unknown = this.#unknown(row, rows);
    if ((rows * cols + unknown * this.cols) * this.#head.dim <= atOnce) {
      if (unknown > 0) this.#sumNow(row, rows);
      return finish(this.#check(drain(multiply(this.#product(cut, finest, 'max', [1, 1], true))), cut));
    }
    return this.#inParts(cut, signal).then(finish);
  }

  async #inParts(rect: CellRect, signal?: AbortSignal): Promise<Float32Array> {
    const out = new Float32Array(rect.rows * rect.cols);
    const parts: Promise<void>[] = [];
    for (let row = rect.row; row < rect.row + rect.rows; row += partTokens)
      for (let col = rect.col; col < rect.col + rect.cols; col += partTokens) {
        const rows = Math.min(partTokens, rect.row + rect.rows - row);
        const cols = Math.min(partTokens, rect.col + rect.cols - col);
        const part = { row, col, rows, cols };
        parts.push(
          this.#compute(part, finest, 'max', signal).then((result) => {
            if (!result) return;
            const to = (row - rect.row) * rect.cols + col - rect.col;
            for (let r = 0; r < rows; r++)
              out.set(result.data.subarray(r * cols, (r + 1) * cols), to + r * rect.cols);
          }),
        );
      }
    await unlessAborted(Promise.all(parts), signal);
    return out;
  }

  async #compute(
    rect: CellRect,
    levels: Levels,
    reduce: Reduce,
    signal?: AbortSignal,
  ): Promise<Reduced | null> {
    const make = await this.#prepare(rect, levels, reduce, signal, 'look');
    const result = make && (await runTask(make, 'look', signal));
    if (result) this.#check(result, rect);
    return result;
  }

  /** Computes the log-sum-exps needed for a rectangle. Null if none of its queries sees any of its keys. */
  async #prepare(
    rect: CellRect,
    levels: Levels,
    reduce: Reduce,
    signal: AbortSignal | undefined,
    urgency: Urgency,
  ): Promise<(() => ProductTask) | null> {
    if (this.#isMasked(rect)) return null;
    await this.#sumUp(rect, urgency, signal);
    return () => this.#product(rect, levels, reduce);
  }

  #pyramidSource(): PyramidSource {
    return {
      rows: this.rows,
      cols: this.cols,
      type: 'float32',
      part: { rows: partTokens, cols: partTokens },
      read: (...asked) => this.#prepare(...asked),
      see: (rect, result) => void this.#check(result, rect),
    };
  }

  /** One weight per cell, that of its first query and key. */
  async #sample(cut: Required<BlockRequest>, signal?: AbortSignal): Promise<Block> {
    const { row, col, rows, cols, rowLevel, colLevel } = cut;
    const [height, width] = [2 ** rowLevel, 2 ** colLevel];
    await waitFor([this.#joinSum(row * height, rows, height, 'look')], signal);
    const rect = { row: row * height, col: col * width, rows, cols };
    const work = runTask(() => this.#product(rect, finest, 'max', [height, width]), 'look', signal);
    const data = this.#check(await unlessAborted(work, signal), rect);
    return { ...packedBlock(cut, 'float32', data), sampled: true };
  }

  /** The weights of `rows` × `cols` tokens, every `queryStep`-th query and `keyStep`-th key from the first. */
  #product(
    { row, col, rows, cols }: CellRect,
    levels: Levels,
    reduce: Reduce,
    [queryStep, keyStep]: readonly [number, number] = [1, 1],
    now = false,
  ): ProductTask {
    const logSumExp = Float32Array.from({ length: rows }, (_, r) => this.#logSumExp[row + r * queryStep]!);
    return { ...this.#task({ row, col, rows, cols }, queryStep, keyStep, now), logSumExp, ...levels, reduce };
  }

  /** A task with copies of the vectors for a worker, or with views if it is done on this thread. */
  #task({ row, col, rows, cols }: CellRect, queryStep: number, keyStep: number, now = false): ProductTask {
    const { queries, keys, dim, scale, causal, window, softCap, slope, bias } = this.#head;
    const gather = (of: Head['keys'], first: number, count: number, step: number): Float32Array => {
      if (step === 1) return now ? of(first, count) : of(first, count).slice();
      const out = new Float32Array(count * dim);
      for (let i = 0; i < count; i++) out.set(of(first + i * step, 1), i * dim);
      return out;
    };
    return {
      op: 'product',
      queries: gather(queries, row, rows, queryStep),
      keys: gather(keys, col, cols, keyStep),
      dim,
      scale,
      firstQuery: row,
      firstKey: col,
      queryStep,
      keyStep,
      ahead: causal ? 0 : Infinity,
      window,
      softCap,
      slope,
      bias: bias ? this.#biases({ row, col, rows, cols }, queryStep, keyStep) : null,
      logSumExp: null,
      ...finest,
      reduce: 'max',
    };
  }

  #biases({ row, col, rows, cols }: CellRect, queryStep: number, keyStep: number): Float32Array {
    const out = new Float32Array(rows * cols);
    for (let r = 0; r < rows; r++) {
      const whole = this.#head.bias!(row + r * queryStep, col, (cols - 1) * keyStep + 1);
      for (let c = 0; c < cols; c++) out[r * cols + c] = whole[c * keyStep]!;
    }
    return out;
  }

  #isMasked({ row, col, rows, cols }: CellRect): boolean {
    const { causal, window } = this.#head;
    return causal && (col > row + rows - 1 || col + cols - 1 <= row - window);
  }

  /** How many of `count` queries, every `step`-th from the first, have no known log-sum-exp. */
  #unknown(first: number, count: number, step = 1): number {
    let unknown = 0;
    for (let i = 0; i < count; i++) if (Number.isNaN(this.#logSumExp[first + i * step])) unknown++;
    return unknown;
  }

  #sumNow(row: number, rows: number): void {
    const task = this.#task({ row, col: 0, rows, cols: this.cols }, 1, 1, true);
    const { sink } = this.#head;
    this.#logSumExp.set(
      drain(multiply(task)).data.map((sum) => addLogs(sum, sink)),
      row,
    );
  }

  /** Computes the log-sum-exp of queries: of a sample alone, else of whole parts, which other rectangles will need too. */
  async #sumUp({ row, rows }: CellRect, urgency: Urgency, signal?: AbortSignal): Promise<void> {
    if (urgency === 'look') return void (await waitFor([this.#joinSum(row, rows, 1, urgency)], signal));
    const works = [];
    for (let first = row - (row % partTokens); first < row + rows; first += partTokens)
      works.push(this.#joinSum(first, Math.min(partTokens, this.rows - first), 1, urgency));
    await waitFor(works, signal);
  }

  /** Urgent work does not wait for the same work begun with less urgency. */
  #joinSum(first: number, count: number, step: number, urgency: Urgency) {
    if (this.#unknown(first, count, step) === 0) return { promise: Promise.resolve(), leave: () => {} };
    const name = `${first}/${count}/${step}/${urgency}`;
    return this.#summing.join(name, (abort) => this.#sum(first, count, step, urgency, abort));
  }

  async #sum(
    first: number,
    count: number,
    step: number,
    urgency: Urgency,
    signal: AbortSignal,
  ): Promise<void> {
    const total = new Float64Array(count).fill(this.#head.sink);
    const parts: Promise<void>[] = [];
    for (let col = 0; col < this.cols; col += partTokens) {
      const cols = Math.min(partTokens, this.cols - col);
      if (this.#isMasked({ row: first, col, rows: (count - 1) * step + 1, cols })) continue;
      const make = (): ProductTask => this.#task({ row: first, col, rows: count, cols }, step, 1);
      parts.push(
        runTask(make, urgency, signal).then(({ data }) =>
          data.forEach((sum, i) => (total[i] = addLogs(total[i]!, sum))),
        ),
      );
    }
    await Promise.all(parts);
    total.forEach((sum, i) => (this.#logSumExp[first + i * step] = sum));
  }

  /** Checks the weights: a log-sum-exp of other queries and keys makes some exceed 1. */
  #check(result: Reduced, { row, col }: CellRect): Float32Array {
    const data = result.data as Float32Array;
    // By index, five times as fast as an iterator.
    for (let i = 0; i < data.length; i++) {
      const weight = data[i]!;
      if (!(weight <= 1.001))
        throw sourceError(
          `logSumExp${this.#head.place}, near query ${row} and key ${col}`,
          `one that makes a weight of ${Number(weight.toPrecision(4))}`,
          'weights of at most 1',
          'It must be that of q·k × scale with natural logarithms, under the same mask; leave it out to have it computed.',
        );
    }
    return data;
  }
}

/** log(exp a + exp b), without overflow. */
function addLogs(a: number, b: number): number {
  const most = Math.max(a, b);
  return most === -Infinity ? most : most + Math.log(Math.exp(a - most) + Math.exp(b - most));
}
