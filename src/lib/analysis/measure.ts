import { blockWeights, type Block, type Evidence, type Matrix, type Stream } from '../trace/index.js';
import { TraceError } from '../trace/errors.js';
import { unknownPositions } from '../trace/query-positions.js';
import { mustBeMatrix } from './must.js';

/** Two sums whose quotient is the value of a measure. */
export interface Sums {
  part: number;
  whole: number;
}

/** Adds the weights of one query, one per key, to the sums. `query` is its position in its sequence. */
export type AddRow = (sums: Sums, weights: Float32Array, query: number) => void;

/** What a measure needs to know of a stream. */
export type MeasuredStream = Pick<Stream, 'causal' | 'queryTokens' | 'keyTokens'>;

/** A number for a head, gathered row by row so that a long matrix need not be measured in one go. */
export interface Measure {
  /** What can be concluded from it: attention alone describes; a contribution takes values into account, a cause an intervention. */
  readonly bears: Evidence;
  readonly unit: 'nats' | 'tokens' | 'keys' | 'share';
  /** Whether queries and keys must be positions of one sequence, which those of cross attention are not. */
  readonly oneSequence: boolean;
  /** Whether it is defined for attention weights alone, not for other quantities. Default false. */
  readonly weightsOnly?: boolean;
  rows(stream: MeasuredStream): AddRow;
}

/** What the measures of weights have in common: those of any attention, and those of attention within one sequence. */
export const ofWeights = { bears: 'descriptive', oneSequence: false, weightsOnly: true } as const;
export const ofOneSequence = { ...ofWeights, oneSequence: true } as const;

/** A custom measure with a label, accepted wherever the name of a measure is. */
export interface NamedMeasure {
  readonly label: string;
  readonly measure: Measure;
}

/** Numbers of heads computed elsewhere, such as the effect of silencing each, with a label. */
export interface NamedValues {
  readonly label: string;
  readonly values: readonly HeadValue[];
  /** What can be concluded from them: `causal` for the effect of silencing a head. Default `descriptive`. */
  readonly evidence?: Evidence;
}

/** The value of one head, by the model's numbers. NaN where the head holds nothing to measure. */
export interface HeadValue {
  layer: number;
  head: number;
  value: number;
}

/** Weights read at a time: about a millisecond's work. */
const weightsAStep = 2 ** 16;

/**
 * Measures a matrix a few rows at a time, and returns part ÷ whole. It yields requests, and is sent the block of each.
 *
 * @param positions of each query in its sequence; default 0, 1, 2, …
 */
export function* measureInSteps(
  matrix: Matrix,
  addRow: AddRow,
  positions?: readonly number[],
  signal?: AbortSignal,
): Generator<Block | Promise<Block>, number, Block> {
  const { rows, cols } = matrix;
  const height = Math.max(1, Math.floor(weightsAStep / cols));
  const sums = { part: 0, whole: 0 };
  for (let row = 0; row < rows; row += height) {
    const block = yield matrix.block({ row, col: 0, rows: Math.min(height, rows - row), cols }, { signal });
    const weights = blockWeights(block);
    for (let r = 0; r < block.rows; r++)
      addRow(sums, weights.subarray(r * cols, (r + 1) * cols), positions ? positions[row + r]! : row + r);
  }
  return sums.part / sums.whole;
}

/** Options of the measures of a matrix. */
export interface MeasureOptions {
  /** The position of each query in the sequence of the keys, ascending, if only some were recorded. Default 0, 1, 2, … */
  queryPositions?: readonly number[];
}

/**
 * Measures the weights of a matrix: at once if they are in memory, else as a promise. NaN if it holds no weight.
 *
 * @param oneSequence whether queries are positions in the sequence of the keys
 * @throws TraceError `query-positions` if there are fewer queries than keys without positions; `quantity` if values may be negative, and so
 * are no weights
 */
export function measureMatrix(
  matrix: Matrix,
  addRow: AddRow,
  options: MeasureOptions = {},
  oneSequence = false,
): number | Promise<number> {
  mustBeMatrix(matrix, 'matrix');
  const { queryPositions } = options ?? {};
  const { rows, cols } = matrix;
  if (oneSequence && !queryPositions && rows !== cols) throw unknownPositions('queryPositions', rows, cols);
  if (matrix.signed) throw notWeights('matrix', 'values that may be negative');
  return finish(measureInSteps(matrix, addRow, queryPositions));
}

export function notWeights(place: string, found: string): TraceError {
  return new TraceError({
    code: 'quantity',
    place,
    found,
    expected: 'attention weights',
    fix: 'This is defined for weights alone, shares of 1 in each row: use it on a stream of weights.',
  });
}

function finish(steps: ReturnType<typeof measureInSteps>, ready?: Block): number | Promise<number> {
  let step = steps.next(ready!);
  while (!step.done) {
    const block = step.value;
    if (block instanceof Promise) return block.then((arrived) => finish(steps, arrived));
    step = steps.next(block);
  }
  return step.value;
}

/** The sum of a row. */
export function rowSum(weights: Float32Array): number {
  let sum = 0;
  for (let key = 0; key < weights.length; key++) sum += weights[key]!;
  return sum;
}
