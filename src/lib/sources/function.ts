import { describe, listed } from '../trace/describe.js';
import { ReadMatrix } from '../trace/read-matrix.js';
import type { AttentionSource, Block, BlockRequest, WeightArray, WeightType } from '../trace/types.js';
import { makeSource } from './make-source.js';
import { sourceError } from './source-error.js';

/** What is wanted of one head, counted from 0 in `dims`. Rows and columns lie within the matrix. */
export interface HeadRequest {
  readonly layer: number;
  readonly head: number;
  readonly row: number;
  readonly col: number;
  readonly rows: number;
  readonly cols: number;
  /** Cells of 2^level × 2^level, each the largest of its weights; always 0 unless the source makes `levels`. */
  readonly level: number;
}

/** Weights in [0, 1], `[rows, cols]` as asked for; cell `(r, c)` is `data[offset + r * stride + c]`. */
export interface HeadBlock {
  readonly data: WeightArray;
  /** Default: by the array's type. `Uint16Array` is float16. */
  readonly type?: WeightType;
  /** Default 0. */
  readonly offset?: number;
  /** Default: as many as columns were asked for. */
  readonly stride?: number;
}

export interface FunctionInput {
  dims: readonly [layers: number, heads: number, queries: number, keys: number];
  /** Reads a rectangle: from a file, a server, a model. The signal is aborted when nobody wants it any more. */
  block(request: HeadRequest, options: { signal?: AbortSignal }): HeadBlock | Promise<HeadBlock>;
  /** Whether `block` reads coarser levels too; without, they are made from the weights. Default false. */
  levels?: boolean;
  /** The weight of a row that is not in the blocks, where the source keeps only some keys of each query. */
  leftOut?(layer: number, head: number, row: number): number;
  /** Whether queries cannot see later keys. Default false. */
  causal?: boolean;
}

/**
 * Attention that a function of yours reads, block by block, when it is looked at. Read what takes no time at once; return a promise
 * for the rest. Weights are not checked further than that they are as many as asked for.
 *
 * @throws TraceError `source`, at once for dims and when it is read for a block that is not as asked for
 * @example
 * const attention = functionAttention({
 *   dims: [32, 32, 8192, 8192],
 *   causal: true,
 *   async block({ layer, head, row, col, rows, cols }, { signal }) {
 *     const url = `/attention/${layer}/${head}?row=${row}&col=${col}&rows=${rows}&cols=${cols}`;
 *     return { data: new Uint8Array(await (await fetch(url, { signal })).arrayBuffer()) };
 *   },
 * });
 */
export function functionAttention(input: FunctionInput): AttentionSource {
  const { dims, causal = false, levels = false } = input;
  if (!Array.isArray(dims) || dims.length !== 4 || !dims.every((n) => Number.isInteger(n) && n > 0))
    throw sourceError('dims', listed(dims), '[layer, head, query, key]', 'Give the shape of the whole.');
  if (typeof input.block !== 'function')
    throw sourceError(
      'block',
      describe(input.block),
      'a function',
      'Pass a function that reads a rectangle.',
    );
  const [, , rows, cols] = dims;
  return makeSource({ dims, causal }, (layer, head) => {
    const read = (request: BlockRequest, options: { signal?: AbortSignal }): Block | Promise<Block> => {
      const wanted = { layer, head, ...pick(request) };
      const block = input.block(wanted, options);
      return block instanceof Promise
        ? block.then((ready) => toBlock(ready, wanted))
        : toBlock(block, wanted);
    };
    const leftOut = input.leftOut && ((row: number) => input.leftOut!(layer, head, row));
    return new ReadMatrix({ rows, cols, read, levels, leftOut });
  });
}

function pick({ row, col, rows, cols, level = 0 }: BlockRequest) {
  return { row, col, rows, cols, level };
}

const typeOf = (data: unknown): WeightType | undefined =>
  data instanceof Uint8Array
    ? 'uint8'
    : data instanceof Uint16Array
      ? 'float16'
      : data instanceof Float32Array
        ? 'float32'
        : undefined;

function toBlock(given: HeadBlock, { layer, head, row, col, rows, cols, level }: HeadRequest): Block {
  const place = `block({ layer: ${layer}, head: ${head}, row: ${row}, col: ${col}, rows: ${rows}, cols: ${cols}, level: ${level} })`;
  const type = typeOf(given?.data);
  if (!type)
    throw sourceError(
      place,
      describe(given?.data ?? given),
      '{ data }, a Uint8Array, Uint16Array (float16) or Float32Array',
      'Return the weights of the rectangle, row by row.',
    );
  const { data, offset = 0, stride = cols } = given;
  const needed = rows === 0 ? 0 : offset + (rows - 1) * stride + cols;
  if (data.length < needed)
    throw sourceError(
      place,
      `${data.length} weights`,
      `${needed}: ${rows} rows of ${cols}${stride === cols ? '' : `, ${stride} apart`}`,
      'Return the whole rectangle, with zeros where there is no weight.',
    );
  return { row, col, rows, cols, level, type: given.type ?? type, data, offset, stride };
}
