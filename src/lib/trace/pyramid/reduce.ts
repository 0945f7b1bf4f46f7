import { checkWeights, clampRounded, type WeightRules } from '../check-weights.js';
import { decodeTable, newWeights } from '../weights.js';
import type { WeightArray, WeightType } from '../types.js';

/** How coarse cells are: each covers 2^rowLevel × 2^colLevel weights. */
export interface Levels {
  readonly rowLevel: number;
  readonly colLevel: number;
}

/** What a cell holds: the largest of its weights, or their mean. */
export type Reduce = 'max' | 'mean';

/** Weights made coarser. */
export interface ReduceTask extends Levels {
  readonly op: 'reduce';
  /** `[rows, cols]`, row-major without gaps; its first weight is the first of a cell. */
  readonly data: WeightArray;
  readonly type: WeightType;
  readonly rows: number;
  readonly cols: number;
  readonly reduce: Reduce;
  /** Whether weights may be negative: the largest is then that of largest magnitude. */
  readonly signed?: boolean;
  /** If given, the rows are whole and are checked by these rules; `firstRow` is the number of the first. */
  readonly check?: { readonly rules: WeightRules; readonly firstRow: number };
}

/** Cells, `[rows, cols]`, row-major without gaps. Means are float32. */
export interface Reduced {
  readonly data: WeightArray;
  /** Of checked rows: whether a query has weight on a key after its own position. */
  readonly looksAhead?: boolean;
  /** Of checked rows: whether rounding left weights outside [0, 1]. */
  readonly rounded?: boolean;
}

/** How many weights are reduced between two pauses: about a millisecond's work. */
const weightsAStep = 2 ** 20;

/** @throws TraceError as `checkWeights` does */
export function* reduceWeights(task: ReduceTask): Generator<void, Reduced> {
  const { data, type, rows, cols, rowLevel, colLevel, reduce, check } = task;
  const outCols = Math.ceil(cols / 2 ** colLevel);
  const length = Math.ceil(rows / 2 ** rowLevel) * outCols;
  const mean = reduce === 'mean' && rowLevel + colLevel > 0;
  const out = newWeights(mean ? 'float32' : type, length);
  const addRow = mean
    ? rowOfMeans(task, out as Float32Array)
    : task.signed
      ? rowOfMagnitudes(task, out)
      : rowOfMaxima(task, out);
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
    for (let r = row; r < end; r++) addRow(r, (r >> rowLevel) * outCols);
    yield;
  }
  return { data: out, looksAhead, rounded };
}

/** float16's −0, the one stored value whose bits do not rise with the number. */
const negativeZero = 0x8000;

/**
 * Compares weights as stored: the bits of positive float16 numbers are in the numbers' order. The rows of a cell are joined first, in the
 * simplest loop, where most of the time goes.
 */
function rowOfMaxima({ data, type, rows, cols, rowLevel, colLevel }: ReduceTask, out: WeightArray) {
  const size = 2 ** rowLevel;
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
      const at = to + (col >> colLevel);
      if (line[col]! > out[at]!) out[at] = line[col]!;
    }
    line.fill(0);
  };
}

/** Of two numbers of the same magnitude the positive one is kept, so that the order in which cells are joined does not matter. */
function rowOfMagnitudes({ data, type, cols, colLevel }: ReduceTask, out: WeightArray) {
  const table = decodeTable(type);
  const number = (stored: number): number => (table ? table[stored]! : stored);
  return (row: number, to: number): void => {
    const start = row * cols;
    for (let col = 0; col < cols; col++) {
      const stored = data[start + col]!;
      const at = to + (col >> colLevel);
      const value = number(stored);
      const most = number(out[at]!);
      const [size, largest] = [Math.abs(value), Math.abs(most)];
      if (size > largest || (size === largest && value > most)) out[at] = stored;
    }
  };
}

/** The mean over the weights a cell covers, of which there are fewer at the right and lower edge. */
function rowOfMeans({ data, type, rows, cols, rowLevel, colLevel }: ReduceTask, out: Float32Array) {
  const [height, width] = [2 ** rowLevel, 2 ** colLevel];
  const table = decodeTable(type);
  return (row: number, to: number): void => {
    const start = row * cols;
    const covered = Math.min(height, rows - (row >> rowLevel) * height);
    for (let col = 0, at = to; col < cols; at++) {
      const first = col;
      const end = Math.min(cols, col + width);
      let sum = 0;
      for (; col < end; col++) sum += table ? table[data[start + col]!]! : data[start + col]!;
      out[at] = out[at]! + sum / ((end - first) * covered);
    }
  };
}
