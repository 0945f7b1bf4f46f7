import { checkWeight, rowTolerance } from '../../trace/check-weights.js';
import { TraceError } from '../../trace/errors.js';
import { decodeTable, newWeights } from '../../trace/weights.js';
import { holdsWeights, isSigned, weightQuantity, type Quantity } from '../../trace/quantity.js';
import type { WeightArray, WeightType } from '../../trace/types.js';
import { sourceError } from './source-error.js';
import { SparseMatrix } from './sparse-matrix.js';

/** Weights in no order: entry i is that of `query(i)` on `key(i)`. */
export interface Entries {
  count: number;
  query(i: number): number;
  key(i: number): number;
  weights: WeightArray;
  /** The index of entry i in `weights`. */
  at(i: number): number;
  type: WeightType;
  /** Default weights. */
  quantity?: Quantity;
  /** The name of entry i in messages. */
  place(i: number): string;
}

/**
 * The matrix of one head's entries: sorts them, and computes what each row of weights left out: what it lacks to 1.
 *
 * @throws TraceError `source` for a query or key outside the matrix or a pair given twice; `not-a-number`, `infinite`,
 * `negative-weight`, `weight-over-1`, `row-over-1`
 */
export function sparseMatrix(rows: number, cols: number, entries: Entries): SparseMatrix {
  const { count, query, key, at, type, weights, place, quantity = weightQuantity } = entries;
  const [least, largest] = quantity.range;
  const shares = holdsWeights(quantity);
  const table = decodeTable(type);
  const checked = (i: number, what: 'query' | 'key', index: number, length: number): number => {
    if (Number.isInteger(index) && index >= 0 && index < length) return index;
    throw sourceError(
      place(i),
      `${what} ${index}`,
      `a position from 0 to ${length - 1}`,
      'Positions count from 0 in the sequence that tokens holds.',
    );
  };
  const rowStart = new Uint32Array(rows + 1);
  for (let i = 0; i < count; i++) rowStart[checked(i, 'query', query(i), rows) + 1]!++;
  for (let row = 0; row < rows; row++) rowStart[row + 1]! += rowStart[row]!;
  // Key and index in one number: sorting without a compare function is several times faster.
  const step = 2 ** Math.ceil(Math.log2(count + 1));
  const sorted = new Float64Array(count);
  const next = rowStart.slice();
  for (let i = 0; i < count; i++) sorted[next[query(i)]!++] = checked(i, 'key', key(i), cols) * step + i;
  const keys = new Uint32Array(count);
  const held = newWeights(type, count);
  const leftOut = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const [start, end] = [rowStart[row]!, rowStart[row + 1]!];
    sorted.subarray(start, end).sort();
    let sum = 0;
    for (let n = start; n < end; n++) {
      keys[n] = Math.floor(sorted[n]! / step);
      const i = sorted[n]! - keys[n]! * step;
      if (n > start && keys[n - 1] === keys[n])
        throw sourceError(
          place(i),
          `query ${row} and key ${keys[n]} again`,
          'each pair once',
          'Add up or drop what is given twice; with torch, call coalesce() first.',
        );
      const stored = weights[at(i)]!;
      const weight = table ? table[stored]! : stored;
      // Inline: a place for each of a million numbers would be slow.
      if (!(weight >= least && weight <= largest) || weight - weight !== 0)
        checkWeight(weight, place(i), quantity);
      held[n] = stored;
      sum += weight;
    }
    if (!shares) continue;
    const rounding = type === 'uint8' ? (end - start) * (0.5 / 255) : 0;
    if (sum > 1 + rowTolerance + rounding)
      throw new TraceError({
        code: 'row-over-1',
        place: `query ${row} of ${place(0).slice(0, place(0).lastIndexOf('['))}`,
        found: `weights that sum to ${Number(sum.toPrecision(5))}`,
        expected: 'at most 1',
        fix: 'Pass the weights of one softmax over the keys.',
      });
    leftOut[row] = Math.max(0, 1 - sum);
  }
  const signed = isSigned(quantity);
  const stored = { rowStart, keys, weights: held, type, signed, leftOut: shares ? leftOut : undefined };
  return new SparseMatrix(rows, cols, stored);
}
