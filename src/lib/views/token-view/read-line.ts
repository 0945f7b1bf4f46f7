import { measureHeads, type Measure } from '../../analysis/index.js';
import { blockWeights, type Matrix } from '../../trace/index.js';
import type { AverageOf } from './average-state.svelte.js';

/** How the weights of several heads become one. */
export type Combine = 'mean' | 'max';

/** What a token sends, a row, or receives, a column. A promise where it is not in memory. */
export function readLine(
  matrix: Matrix,
  side: 'query' | 'key',
  position: number,
  signal: AbortSignal,
): Float32Array | Promise<Float32Array> {
  const { rows, cols } = matrix;
  const block = matrix.block(
    side === 'query' ? { row: position, col: 0, rows: 1, cols } : { row: 0, col: position, rows, cols: 1 },
    { signal },
  );
  return block instanceof Promise ? block.then(blockWeights) : blockWeights(block);
}

function combineLines(lines: readonly Float32Array[], combine: Combine): Float32Array {
  if (lines.length === 1) return lines[0]!;
  const out = new Float32Array(lines[0]!.length);
  for (const line of lines)
    for (let i = 0; i < out.length; i++)
      out[i] = combine === 'max' ? Math.max(out[i]!, line[i]!) : out[i]! + line[i]! / lines.length;
  return out;
}

/**
 * What each key receives on average over the queries that can see it, in each head, heads combined. Reads every weight, a little at
 * a time, so that the page does not wait.
 */
export async function averageReceived(
  { stream, layer, heads, combine }: AverageOf,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (share: number) => void },
): Promise<Float32Array> {
  const { length: rows } = stream.queryTokens;
  const lines: Float32Array[] = [];
  for (const head of heads) {
    const sums = new Float64Array(stream.keyTokens.length);
    const addTo: Measure = {
      bears: 'descriptive',
      unit: 'share',
      oneSequence: false,
      rows: () => (_, weights, query) => {
        for (let key = 0; key < weights.length; key++) sums[key] = sums[key]! + weights[key]!;
        if (query % 64 === 0) onProgress((lines.length + query / rows) / heads.length);
      },
    };
    await measureHeads(stream, addTo, { layers: [layer], heads: [head], signal });
    lines.push(Float32Array.from(sums, (sum, key) => sum / (rows - (stream.causal ? key : 0))));
  }
  return combineLines(lines, combine);
}
