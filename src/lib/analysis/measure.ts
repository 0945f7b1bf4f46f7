import { blockWeights, type Block, type Evidence, type Matrix, type Stream } from '../trace/index.js';
import { TraceError } from '../trace/errors.js';
import { unknownPositions } from '../trace/query-positions.js';
import { mustBeMatrix } from './must.js';

/** The two sums whose quotient is the value of a measure. */
export interface Sums {
  part: number;
  whole: number;
}

/** Adds the weights of one query, one a key, to the sums. `query` is its position in its sequence. */
export type AddRow = (sums: Sums, weights: Float32Array, query: number) => void;

/** What a measure needs to know of a stream. */
export type MeasuredStream = Pick<Stream, 'causal' | 'queryTokens' | 'keyTokens'>;

/** A number for a head, gathered row by row so that a long matrix need not be measured in one go. */
export interface Measure {
  /** What it can bear: attention alone describes; it takes values to speak of contribution, an intervention to speak of causes. */
  readonly bears: Evidence;
  readonly unit: 'nats' | 'tokens' | 'keys' | 'share';
  /** Whether queries and keys must be positions of one sequence, which those of cross attention are not. */
  readonly oneSequence: boolean;
  /** Whether it is defined for attention weights alone, not for other quantities. Default false. */
  readonly weightsOnly?: boolean;
  rows(stream: MeasuredStream): AddRow;
}

/** A measure of one's own, with what it is called: wherever the name of a measure is taken. */
export interface NamedMeasure {
  readonly label: string;
  readonly measure: Measure;
}

/** Numbers of heads that were worked out elsewhere, such as what silencing each changes, with what they are called. */
export interface NamedValues {
  readonly label: string;
  readonly values: readonly HeadValue[];
  /** What they can bear: `causal` of what silencing a head changes. Default `descriptive`. */
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

/** How the rows of a matrix are read. */
export interface ReadRows {
  /** The position of each query in its sequence. Default 0, 1, 2, … */
  positions?: readonly number[];
  signal?: AbortSignal;
}

/**
 * Reads a matrix a few rows at a time, and returns part ÷ whole in the end. Takes the block of each request it yields.
 */
export function* measureInSteps(
  matrix: Matrix,
  addRow: AddRow,
  { positions, signal }: ReadRows = {},
): Generator<Block | Promise<Block>, number, Block> {
  const { rows, cols } = matrix;
  const height = Math.max(1, Math.floor(weightsAStep / cols));
  const sums = { part: 0, whole: 0 };
  for (let row = 0; row < rows; row += height) {
    const block = yield matrix.block({ row, col: 0, rows: Math.min(height, rows - row), cols }, { signal });
    const weights = blockWeights(block);
    for (let r = 0; r < block.rows; r++)
      addRow(
        sums,
        weights.subarray(r * block.cols, (r + 1) * block.cols),
        positions ? positions[row + r]! : row + r,
      );
  }
  return sums.part / sums.whole;
}

/** What the measures of one matrix take beside it. */
export interface MeasureOptions {
  /** Where only some queries were recorded: the position of each in the sequence of the keys, ascending. Default 0, 1, 2, … */
  queryPositions?: readonly number[];
}

/**
 * Measures the weights of a matrix: at once where they are in memory, else as a promise. NaN where it holds no weight.
 *
 * @param oneSequence whether queries are counted as positions of the sequence of the keys
 * @throws TraceError `query-positions` where they are fewer, and it is not said which; `quantity` where its values are no weights, as some may be negative
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
  return finish(measureInSteps(matrix, addRow, { positions: queryPositions }));
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
