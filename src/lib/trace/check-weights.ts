import { TraceError } from './errors.js';
import { decodeTable, decodeWeights } from './weights.js';
import type { WeightArray, WeightType } from './types.js';

/** Rounding may lift a weight or a row's sum this far over 1: half precision, and softmax in bfloat16. */
const weightTolerance = 1e-3;
export const rowTolerance = 2e-2;

/** Where a matrix lies in what was passed. */
export interface StoredMatrix {
  data: WeightArray;
  type: WeightType;
  offset: number;
  rows: number;
  cols: number;
  /** For example `attention[3][0]`. */
  place: string;
  /** The number of the first row held, where only some are. */
  firstRow?: number;
}

/** What a scan of a matrix tells beside that its weights are sound. */
export interface Checked {
  /** Whether a query puts weight on a key after its own position. */
  looksAhead: boolean;
}

/**
 * Scans the rows of a matrix, `end` exclusive. uint8 cannot hold a weight outside [0, 1], and each of its weights may be
 * rounded up by half a step, which its rows are allowed.
 *
 * @throws TraceError `not-a-number`, `infinite`, `negative-weight`, `weight-over-1`, `row-over-1`
 */
export function checkWeights(matrix: StoredMatrix, start = 0, end = matrix.rows): Checked {
  const { data, type, offset, cols, place, firstRow = 0 } = matrix;
  const table = decodeTable(type);
  let looksAhead = false;
  for (let row = start; row < end; row++) {
    if (type === 'uint8') {
      if (checkBytes(matrix, row)) looksAhead = true;
      continue;
    }
    let sum = 0;
    const first = offset + row * cols;
    for (let col = 0; col < cols; col++) {
      const stored = data[first + col]!;
      const weight = table ? table[stored]! : stored;
      if (weight === 0) continue;
      // Without a function call and a place for each of millions.
      if (!(weight > 0 && weight <= 1 + weightTolerance))
        checkWeight(weight, `${place}[${firstRow + row}][${col}]`);
      if (col > firstRow + row) looksAhead = true;
      sum += weight;
    }
    if (sum > 1 + rowTolerance) throw badRow(matrix, row, sum);
  }
  return { looksAhead };
}

/**
 * As above, of a row of bytes, each of which is a weight: the plainest of loops, for long rows.
 *
 * @returns whether the query looks ahead
 */
function checkBytes(matrix: StoredMatrix, row: number): boolean {
  const { data, offset, cols, firstRow = 0 } = matrix;
  const first = offset + row * cols;
  const end = first + cols;
  let i = first;
  let sum = 0;
  for (const own = Math.min(end, first + firstRow + row + 1); i < own; i++) sum += data[i]!;
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

/** @throws TraceError `not-a-number`, `infinite`, `negative-weight`, `weight-over-1` */
export function checkWeight(weight: number, place: string): void {
  if (!(weight >= 0 && weight <= 1 + weightTolerance)) throw badWeight(weight, place);
}

function badWeight(weight: number, place: string): TraceError {
  const parts = { place, found: shown(weight), expected: 'a weight in [0, 1]' };
  if (Number.isNaN(weight))
    return new TraceError({
      ...parts,
      code: 'not-a-number',
      fix: 'A softmax over a row that is masked whole gives NaN: set such rows to 0, or leave padding out.',
    });
  if (!Number.isFinite(weight))
    return new TraceError({
      ...parts,
      code: 'infinite',
      fix: 'Pass weights after the softmax, not scores with a mask of −∞.',
    });
  if (weight < 0)
    return new TraceError({
      ...parts,
      code: 'negative-weight',
      fix: 'Pass weights after the softmax, not scores before it.',
    });
  return new TraceError({
    ...parts,
    code: 'weight-over-1',
    fix: 'Pass weights after the softmax; divide percentages by 100; with dropout, call model.eval() first.',
  });
}

function badRow(matrix: StoredMatrix, row: number, sum: number): TraceError {
  const { place, firstRow = 0 } = matrix;
  return new TraceError({
    code: 'row-over-1',
    place: `${place} row ${firstRow + row}`,
    found: `weights that sum to ${shown(sum)}`,
    expected: 'at most 1',
    fix: columnsSumToOne(matrix)
      ? 'The columns do sum to 1: swap the last two axes, so that queries are rows and keys are columns.'
      : 'Pass the weights of one softmax over the keys; in training mode dropout scales them, so call model.eval() first.',
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
