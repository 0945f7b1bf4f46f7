import { pacer } from '../../trace/pacer.js';
import { blockWeights, type Matrix } from '../../trace/index.js';

/** Values read at a time: about a millisecond's work. */
const weightsAStep = 2 ** 16;

/**
 * What a group of tokens sends to each key, as the mean of its queries; or what each query gives to the group, as the sum over its keys. In
 * slices.
 */
export async function readGroupLine(
  matrix: Matrix,
  side: 'query' | 'key',
  positions: readonly number[],
  signal: AbortSignal,
): Promise<Float32Array> {
  const { rows, cols } = matrix;
  const line = new Float32Array(side === 'query' ? cols : rows);
  const pause = pacer(signal);
  for (const { start, end } of runsOf(positions)) {
    const [first, last] = side === 'query' ? [start, end] : [0, rows];
    const [col, width] = side === 'query' ? [0, cols] : [start, end - start];
    const height = Math.max(1, Math.floor(weightsAStep / width));
    for (let row = first; row < last; row += height) {
      const rect = { row, col, rows: Math.min(height, last - row), cols: width };
      const weights = blockWeights(await matrix.block(rect, { signal }));
      for (let i = 0; i < weights.length; i++) {
        const at = side === 'query' ? i % width : row + Math.floor(i / width);
        line[at]! += side === 'query' ? weights[i]! / positions.length : weights[i]!;
      }
      await pause();
    }
  }
  return line;
}

/** Ascending positions as runs, `end` exclusive. */
function runsOf(positions: readonly number[]): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (const at of positions) {
    const last = runs.at(-1);
    if (last?.end === at) last.end++;
    else runs.push({ start: at, end: at + 1 });
  }
  return runs;
}
