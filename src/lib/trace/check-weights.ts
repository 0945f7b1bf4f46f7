import { TraceError, type TraceErrorCode } from './errors.js';
import { holdsWeights, weightQuantity, type Quantity } from './quantity.js';
import { decodeTable, decodeWeights } from './weights.js';
import type { WeightArray, WeightType } from './types.js';

/** Rounding may take a weight this far out of [0, 1], or a row's sum this far over 1: half precision, softmax in bfloat16. */
const weightTolerance = 1e-3;
export const rowTolerance = 2e-2;

/** What the weights of a matrix are checked against. Plain data, so that a worker can check too. */
export interface WeightRules {
  /** The name of the matrix in messages, for example `attention[3][0]`. */
  place: string;
  /** What the numbers are. Default weights. */
  quantity?: Quantity;
  /** The position of each query in the sequence of the keys, where only some queries were recorded. Default 0, 1, 2, … */
  positions?: ArrayLike<number>;
  /** 1 for each query that is not present: its row may hold anything. */
  absent?: Uint8Array;
}

/** Rows of a matrix as stored, and what they are checked against. */
export interface StoredMatrix {
  data: WeightArray;
  type: WeightType;
  offset: number;
  rows: number;
  cols: number;
  rules: WeightRules;
  /** The number of the first row held, where only some are. */
  firstRow?: number;
}

/** Makes weights that rounding took out of [0, 1] 0 or 1, `end` exclusive. Negative float16 bits would pass for large numbers. */
export function clampRounded(data: WeightArray, type: WeightType, start = 0, end = data.length): void {
  if (type === 'uint8') return;
  const half = type === 'float16';
  const one = half ? 0x3c00 : 1;
  for (let i = start; i < end; i++) {
    const stored = data[i]!;
    if (half ? stored >= 0x8000 : stored < 0) data[i] = 0;
    else if (stored > one) data[i] = one;
  }
}

/** What a scan of valid weights found. */
export interface Checked {
  /** Whether a query puts weight on a key after its own position. */
  looksAhead: boolean;
  /** Whether rounding has taken a weight out of [0, 1]: it is read as 0 or 1. */
  rounded: boolean;
}

/**
 * Scans the rows of a matrix, `end` exclusive. uint8 cannot hold a weight outside [0, 1], and each of its weights may be
 * rounded up by half a step, which its rows are allowed. Numbers that are no weights are checked against their range alone.
 *
 * @throws TraceError `not-a-number`, `infinite`, `negative-weight`, `weight-over-1`, `row-over-1`, `out-of-range`
 */
export function checkWeights(matrix: StoredMatrix, start = 0, end = matrix.rows): Checked {
  const { data, type, offset, cols, firstRow = 0 } = matrix;
  const { place, quantity = weightQuantity, positions, absent } = matrix.rules;
  const table = decodeTable(type);
  const [least, largest] = tolerated(quantity);
  const shares = holdsWeights(quantity);
  let looksAhead = false;
  let rounded = false;
  for (let row = start; row < end; row++) {
    if (absent?.[firstRow + row]) continue;
    const position = positions ? positions[firstRow + row]! : firstRow + row;
    if (type === 'uint8') {
      if (checkBytes(matrix, row, position)) looksAhead = true;
      continue;
    }
    let sum = 0;
    const first = offset + row * cols;
    for (let col = 0; col < cols; col++) {
      const stored = data[first + col]!;
      const weight = table ? table[stored]! : stored;
      if (weight === 0) continue;
      // Without a function call and a place for each of millions.
      if (!(weight >= least && weight <= largest))
        throw badNumber(weight, `${place}[${firstRow + row}][${col}]`, quantity);
      if (shares && (weight < 0 || weight > 1)) rounded = true;
      // One that rounding made negative is none.
      if (col > position && (weight > 0 || !shares)) looksAhead = true;
      sum += weight;
    }
    if (shares && sum > 1 + rowTolerance) throw badRow(matrix, row, sum);
  }
  return { looksAhead, rounded };
}

/** The least and the largest number that pass. Infinite ones never do. */
function tolerated(quantity: Quantity): [least: number, largest: number] {
  if (holdsWeights(quantity)) return [-weightTolerance, 1 + weightTolerance];
  const [least, largest] = quantity.range;
  const slack = weightTolerance * (Number.isFinite(largest - least) ? largest - least : 0);
  return [Math.max(least - slack, -Number.MAX_VALUE), Math.min(largest + slack, Number.MAX_VALUE)];
}

/**
 * As above, of a row of bytes, each of which is a weight: the plainest of loops, for long rows.
 *
 * @returns whether the query looks ahead
 */
function checkBytes(matrix: StoredMatrix, row: number, position: number): boolean {
  const { data, offset, cols } = matrix;
  const first = offset + row * cols;
  const end = first + cols;
  let i = first;
  let sum = 0;
  for (const own = Math.min(end, first + position + 1); i < own; i++) sum += data[i]!;
  let ahead = 0;
  for (; i < end; i++) ahead += data[i]!;
  sum += ahead;
  if (sum > 255 * (1 + rowTolerance)) {
    let nonZero = 0;
    for (i = first; i < end; i++) nonZero += data[i] === 0 ? 0 : 1;
    if (sum > 255 * (1 + rowTolerance) + nonZero / 2) throw badRow(matrix, row, sum / 255);
  }
  return ahead > 0;
}

/** @throws TraceError `not-a-number`, `infinite`, `negative-weight`, `weight-over-1`, `out-of-range` */
export function checkWeight(weight: number, place: string, quantity = weightQuantity): void {
  const [least, largest] = tolerated(quantity);
  if (!(weight >= least && weight <= largest)) throw badNumber(weight, place, quantity);
}

/** Numbers that are no weights: what they may be, and how to pass them. */
const otherQuantities = "scores before the softmax: quantity: 'scores'; attributions: 'attributions'";

function badNumber(number: number, place: string, quantity: Quantity): TraceError {
  const wrong = (code: TraceErrorCode, fix: string, expected = 'a weight in [0, 1]'): TraceError =>
    new TraceError({ code, place, found: shown(number), expected, fix });
  if (!holdsWeights(quantity)) {
    if (Number.isNaN(number)) return wrong('not-a-number', 'Put a number in its place.', 'a number');
    return Number.isFinite(number)
      ? wrong(
          'out-of-range',
          'Check the numbers, or give the quantity the range that they have.',
          `a ${quantity.name} in ${rangeText(quantity)}`,
        )
      : wrong(
          'infinite',
          'Leave a mask of −∞ out, or put 0 where a query cannot look; half precision overflows beyond 65504.',
          'a finite number',
        );
  }
  if (Number.isNaN(number))
    return wrong(
      'not-a-number',
      'A softmax over a row that is masked whole gives NaN: set such rows to 0; where the query is padding, say so with present.',
    );
  if (!Number.isFinite(number))
    return wrong('infinite', 'Pass weights after the softmax, not scores with a mask of −∞.');
  return number < 0
    ? wrong(
        'negative-weight',
        `Not weights of a softmax? Say what they are, for ${otherQuantities}; differential attention: 'signedWeights'.`,
      )
    : wrong(
        'weight-over-1',
        `Divide percentages by 100; with dropout, call model.eval() first. Not weights? Say what they are, for ${otherQuantities}.`,
      );
}

function rangeText({ range }: Quantity): string {
  return `[${range.map((end) => String(end).replace('-', '−').replace('Infinity', '∞')).join(', ')}]`;
}

function badRow(matrix: StoredMatrix, row: number, sum: number): TraceError {
  const { rules, firstRow = 0 } = matrix;
  return new TraceError({
    code: 'row-over-1',
    place: `${rules.place} row ${firstRow + row}`,
    found: `weights that sum to ${shown(sum)}`,
    expected: 'at most 1',
    fix: columnsSumToOne(matrix)
      ? 'The columns do sum to 1: swap the last two axes, so that queries are rows and keys are columns.'
      : "Pass the weights of one softmax over the keys, after model.eval() where there is dropout; of sigmoid or gated attention say quantity: 'gates'.",
  });
}

/** Whether a small square matrix was passed with its axes swapped; of a large one, not all of it is at hand. */
function columnsSumToOne({ data, type, offset, rows, cols }: StoredMatrix): boolean {
  if (rows !== cols || rows > 2048) return false;
  const weights = decodeWeights(data, type, offset, rows * cols);
  const sums = new Float64Array(cols);
  weights.forEach((weight, i) => (sums[i % cols] = sums[i % cols]! + weight));
  return sums.every((s) => Math.abs(s - 1) <= rowTolerance);
}

/** Without the digits that float32 adds: 1.2, not 1.2000000476837158. */
function shown(weight: number): string {
  return String(Number(weight.toPrecision(5)));
}
