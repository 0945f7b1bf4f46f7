import { decodeTable, newWeights } from './weights.js';
import type { WeightArray, WeightType } from './types.js';

export interface Level {
  rows: number;
  cols: number;
  type: WeightType;
  data: WeightArray;
  offset: number;
}

/** float16's −0, the one stored value whose bits do not rise with the number. */
const negativeZero = 0x8000;

/** Stored weights compare as their weights do: float16 bits of positive numbers rise with the number. */
export function halveByMax({ rows, cols, type, data, offset }: Level): Level {
  const halfRows = Math.ceil(rows / 2);
  const halfCols = Math.ceil(cols / 2);
  const out = newWeights(type, halfRows * halfCols);
  for (let r = 0; r < rows; r++) {
    const from = offset + r * cols;
    const to = (r >> 1) * halfCols;
    for (let c = 0; c < cols; c++) {
      const value = data[from + c]!;
      const at = to + (c >> 1);
      if (value > out[at]! && value !== negativeZero) out[at] = value;
    }
  }
  return { rows: halfRows, cols: halfCols, type, data: out, offset: 0 };
}

/** The mean over the weights a cell of `level` covers, of which there are fewer at the right and lower edge. */
export function halveByMean(
  { rows, cols, type, data, offset }: Level,
  full: { rows: number; cols: number },
  level: number,
): Level {
  const halfRows = Math.ceil(rows / 2);
  const halfCols = Math.ceil(cols / 2);
  const out = new Float32Array(halfRows * halfCols);
  const table = decodeTable(type);
  const rowShares = shares(rows, full.rows, level);
  const colShares = shares(cols, full.cols, level);
  for (let r = 0; r < rows; r++) {
    const from = offset + r * cols;
    const to = (r >> 1) * halfCols;
    for (let c = 0; c < cols; c++) {
      const stored = data[from + c]!;
      const weight = table ? table[stored]! : stored;
      const at = to + (c >> 1);
      out[at] = out[at]! + weight * rowShares[r]! * colShares[c]!;
    }
  }
  return { rows: halfRows, cols: halfCols, type: 'float32', data: out, offset: 0 };
}

/** What part of its parent each cell of one axis is: half, save at the end of an odd axis. */
function shares(cells: number, full: number, level: number): Float64Array {
  const covered = (index: number, span: number): number => Math.min(span, full - index * span);
  const span = 2 ** (level - 1);
  return Float64Array.from({ length: cells }, (_, i) => covered(i, span) / covered(i >> 1, 2 * span));
}
