import { checkWeights, clampRounded, type WeightRules } from '../check-weights.js';
import { decodeTable, newWeights } from '../weights.js';
import type { WeightArray, WeightType } from '../types.js';

/** Weights made coarser: cells of 2^level × 2^level. */
export interface ReduceTask {
  readonly op: 'reduce';
  /** `[rows, cols]`, row-major without gaps; its first cell is the first of a cell of `level`. */
  readonly data: WeightArray;
  readonly type: WeightType;
  readonly rows: number;
  readonly cols: number;
  readonly level: number;
  readonly reduce: 'max' | 'mean';
  /** Given, the rows are whole, and checked: what they must keep to, and the number of the first. */
  readonly check?: { readonly rules: WeightRules; readonly firstRow: number };
}

/** Cells of a level, `[rows, cols]`, row-major without gaps. Means are float32. */
export interface Reduced {
  readonly data: WeightArray;
  /** Of rows that were checked: whether a query puts weight on a key after its own position. */
  readonly looksAhead?: boolean;
  /** Of rows that were checked: whether rounding took weights out of [0, 1]. */
  readonly rounded?: boolean;
}

/** Rows between two pauses: about a millisecond's work. */
const weightsAStep = 2 ** 20;

/** @throws TraceError as `checkWeights` does */
export function* reduceWeights(task: ReduceTask): Generator<void, Reduced> {
  const { data, type, rows, cols, level, reduce, check } = task;
  const size = 2 ** level;
  const outCols = Math.ceil(cols / size);
  const length = Math.ceil(rows / size) * outCols;
  const mean = reduce === 'mean' && level > 0;
  const out = newWeights(mean ? 'float32' : type, length);
  const addRow = mean ? rowOfMeans(task, out as Float32Array) : rowOfMaxima(task, out);
  const stepRows = Math.max(1, Math.floor(weightsAStep / cols));
  let looksAhead = false;
  let rounded = false;
  for (let row = 0; row < rows; row += stepRows) {
    const end = Math.min(rows, row + stepRows);
    if (check) {
      const checked = checkWeights({ data, type, offset: 0, rows, cols, ...check }, row, end);
      looksAhead ||= checked.looksAhead;
      rounded ||= checked.rounded;
      if (checked.rounded) clampRounded(data, type, row * cols, end * cols);
    }
    for (let r = row; r < end; r++) addRow(r, (r >> level) * outCols);
    yield;
  }
  return { data: out, looksAhead, rounded };
}

/** float16's −0, the one stored value whose bits do not rise with the number. */
const negativeZero = 0x8000;

/**
 * Stored weights compare as their weights do: float16 bits of positive numbers rise with the number. The rows of a cell are made
 * one first, in the plainest of loops, as that is where the time goes.
 */
function rowOfMaxima({ data, type, rows, cols, level }: ReduceTask, out: WeightArray) {
  const size = 2 ** level;
  const line = newWeights(type, cols);
  const never = type === 'float16' ? negativeZero : -1;
  return (row: number, to: number): void => {
    const start = row * cols;
    for (let col = 0; col < cols; col++) {
      const value = data[start + col]!;
      if (value > line[col]! && value !== never) line[col] = value;
    }
    if ((row + 1) % size !== 0 && row + 1 < rows) return;
    for (let col = 0; col < cols; col++) {
      const at = to + (col >> level);
      if (line[col]! > out[at]!) out[at] = line[col]!;
    }
    line.fill(0);
  };
}

/** The mean over the weights a cell covers, of which there are fewer at the right and lower edge. */
function rowOfMeans({ data, type, rows, cols, level }: ReduceTask, out: Float32Array) {
  const size = 2 ** level;
  const table = decodeTable(type);
  return (row: number, to: number): void => {
    const start = row * cols;
    const covered = Math.min(size, rows - (row >> level) * size);
    for (let col = 0, at = to; col < cols; at++) {
      const first = col;
      const end = Math.min(cols, col + size);
      let sum = 0;
      for (; col < end; col++) sum += table ? table[data[start + col]!]! : data[start + col]!;
      out[at] = out[at]! + sum / ((end - first) * covered);
    }
  };
}
