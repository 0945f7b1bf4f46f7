import { checkWeight } from '../../trace/check-weights.js';
import { describe } from '../../trace/describe.js';
import { TraceError } from '../../trace/errors.js';
import { isSigned, type Quantity, type QuantityName } from '../../trace/quantity.js';
import { ReadMatrix } from '../../trace/read-matrix.js';
import type { AttentionSource, Block, BlockRequest, WeightArray, WeightType } from '../../trace/types.js';
import { decodeTable, weightArrays } from '../../trace/weights.js';
import { makeSource } from './make-source.js';
import { checkDims, checkInput, checkType, sourceError, sourceQuantity } from './source-error.js';

/** A part of one head. Layer and head count from 0 in `dims`; rows and columns lie within the matrix. */
export interface HeadRequest {
  readonly layer: number;
  readonly head: number;
  readonly row: number;
  readonly col: number;
  readonly rows: number;
  readonly cols: number;
  /** Cells cover 2^rowLevel × 2^colLevel weights, and hold the largest (by magnitude, if signed). Always 0 unless the source has `levels`. */
  readonly rowLevel: number;
  readonly colLevel: number;
}

/** The numbers of a request, `[rows, cols]`; cell `(r, c)` is `data[offset + r * stride + c]`. */
export interface FunctionBlock {
  readonly data: WeightArray;
  /** Default: by the array's type. `Uint16Array` is float16. */
  readonly type?: WeightType;
  /** Default 0. */
  readonly offset?: number;
  /** Default: the number of columns requested. */
  readonly stride?: number;
}

export interface FunctionInput {
  dims: readonly [layers: number, heads: number, queries: number, keys: number];
  /** Reads a rectangle: from a file, a server, a model. The signal aborts when it is no longer needed. */
  block(request: HeadRequest, options: { signal?: AbortSignal }): FunctionBlock | Promise<FunctionBlock>;
  /** Whether `block` reads coarser levels too; if not, they are made from the weights. Default false. */
  levels?: boolean;
  /** The weight of a row that was left out, if the source keeps only some keys of each query. */
  leftOut?(layer: number, head: number, row: number): number;
  /** Whether queries cannot see later keys. Default false. */
  causal?: boolean;
  /** What the numbers are, as in `createTrace`. Default `'weights'`: in [0, 1]. */
  quantity?: QuantityName | Quantity;
}

/**
 * Attention that your own function reads block by block, on demand. Return a block at once if it takes no time, else a promise. Each number
 * is checked when it is read, by the quantity's range; sums of rows are not checked.
 *
 * @throws TraceError `source`, at once for dims and when it is read for a block that is not as asked for; when it is read also
 * `unreadable` where the function fails, with its error as `cause`, and `not-a-number`, `infinite`, `negative-weight`, `weight-over-1`
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
  checkInput(input, 'functionAttention', '{ dims, block }');
  const { dims, causal = false, levels = false } = input;
  checkDims(dims);
  const quantity = sourceQuantity(input.quantity);
  if (typeof input.block !== 'function')
    throw sourceError(
      'block',
      describe(input.block),
      'a function',
      'Pass a function that reads a rectangle.',
    );
  const [, , rows, cols] = dims;
  return makeSource({ dims, causal, quantity }, (layer, head) => {
    const read = (request: BlockRequest, options: { signal?: AbortSignal }): Block | Promise<Block> => {
      const wanted = { layer, head, ...pick(request) };
      const refuse = (cause: unknown): never => {
        throw options.signal?.aborted ? cause : failed(cause, wanted);
      };
      let given;
      try {
        given = input.block(wanted, options);
      } catch (cause) {
        return refuse(cause);
      }
      return isPromise(given)
        ? Promise.resolve(given).then((ready) => toBlock(ready, wanted, quantity), refuse)
        : toBlock(given, wanted, quantity);
    };
    const leftOut = input.leftOut && ((row: number) => input.leftOut!(layer, head, row));
    return new ReadMatrix({ rows, cols, signed: isSigned(quantity), read, levels, leftOut });
  });
}

function pick({ row, col, rows, cols, rowLevel = 0, colLevel = 0 }: BlockRequest) {
  return { row, col, rows, cols, rowLevel, colLevel };
}

const typeOf = (data: unknown): WeightType | undefined =>
  (['uint8', 'float16', 'float32'] as const).find((type) => data instanceof weightArrays[type]);

/** Any thenable, not only this page's own Promise. */
function isPromise(given: FunctionBlock | Promise<FunctionBlock>): given is Promise<FunctionBlock> {
  return typeof (given as Partial<Promise<FunctionBlock>> | undefined)?.then === 'function';
}

function placeOf(wanted: HeadRequest): string {
  const { layer, head, row, col, rows, cols, rowLevel, colLevel } = wanted;
  const at = `layer: ${layer}, head: ${head}, row: ${row}, col: ${col}, rows: ${rows}, cols: ${cols}`;
  return `block({ ${at}, rowLevel: ${rowLevel}, colLevel: ${colLevel} })`;
}

function failed(cause: unknown, wanted: HeadRequest): TraceError {
  return new TraceError({
    code: 'unreadable',
    place: placeOf(wanted),
    found: `an error (${cause instanceof Error ? cause.message : String(cause)})`,
    expected: 'weights',
    fix: 'This is what your function threw or rejected with; the error’s cause has all of it.',
    cause,
  });
}

function toBlock(given: FunctionBlock, wanted: HeadRequest, quantity: Quantity): Block {
  const { rows, cols } = wanted;
  const place = placeOf(wanted);
  const type = typeOf(given?.data);
  if (!type)
    throw sourceError(
      place,
      describe(given?.data ?? given),
      '{ data }, a Uint8Array, Uint16Array (float16) or Float32Array',
      'Return the weights of the rectangle, row by row.',
    );
  const { data, offset = 0, stride = cols } = given;
  const sound = [offset, stride].every((n) => Number.isInteger(n) && n >= 0);
  if (!sound || (given.type ?? type) !== type)
    throw sourceError(
      place,
      `offset ${offset}, stride ${stride} and type ${given.type ?? type} with ${describe(data)}`,
      `whole numbers from 0, and type ${type}`,
      'Leave out what the array says by itself.',
    );
  const needed = rows === 0 ? 0 : offset + (rows - 1) * stride + cols;
  if (data.length < needed)
    throw sourceError(
      place,
      `${data.length} weights`,
      `${needed}: ${rows} rows of ${cols}${stride === cols ? '' : `, ${stride} apart`}`,
      'Return the whole rectangle, with zeros where there is no weight.',
    );
  const block: Block = { ...pick(wanted), type, data, offset, stride };
  checkType(quantity, type, place);
  checkBlock(block, place, quantity);
  return block;
}

function checkBlock(
  { rows, cols, type, data, offset, stride }: Block,
  place: string,
  quantity: Quantity,
): void {
  if (type === 'uint8') return;
  const [least, largest] = quantity.range;
  const table = decodeTable(type);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < cols; c++) {
      const stored = data[offset + r * stride + c]!;
      const weight = table ? table[stored]! : stored;
      // Inline: a function call and a place for each of a million numbers would be slow.
      if (!(weight >= least && weight <= largest) || weight - weight !== 0)
        checkWeight(weight, `${place} weight [${r}][${c}]`, quantity);
    }
}
