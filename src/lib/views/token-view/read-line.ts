import { measureHeads, type Measure } from '../../analysis/index.js';
import { blockWeights, type Block, type BlockRequest, type Matrix } from '../../trace/index.js';
import type { AverageOf } from './average-state.svelte.js';

/** How the weights of several heads become one. */
export type Combine = 'mean' | 'max';

/**
 * What a token sends, a row, or receives, a column, in several matrices of one shape combined: one read of each. A promise where they
 * are not in memory.
 */
export function readLine(
  matrices: readonly Matrix[],
  combine: Combine,
  side: 'query' | 'key',
  position: number,
  signal?: AbortSignal,
): Float32Array | Promise<Float32Array> {
  const [{ rows, cols }] = matrices as [Matrix];
  const request =
    side === 'query' ? { row: position, col: 0, rows: 1, cols } : { row: 0, col: position, rows, cols: 1 };
  return readCombined(matrices, combine, request, signal);
}

/** One weight of several matrices combined, as `readLine` reads them. */
export function readWeight(
  matrices: readonly Matrix[],
  combine: Combine,
  query: number,
  key: number,
): Float32Array | Promise<Float32Array> {
  return readCombined(matrices, combine, { row: query, col: key, rows: 1, cols: 1 });
}

function readCombined(
  matrices: readonly Matrix[],
  combine: Combine,
  request: BlockRequest,
  signal?: AbortSignal,
): Float32Array | Promise<Float32Array> {
  const blocks = matrices.map((matrix) => matrix.block(request, { signal }));
  const merge = (ready: readonly Block[]) => combineLines(ready.map(blockWeights), combine);
  return blocks.every((block): block is Block => !(block instanceof Promise))
    ? merge(blocks)
    : Promise.all(blocks).then(merge);
}

/** The weight of a query that sources which keep only some keys have left out; undefined where all keep every key. */
export function readLeftOut(
  matrices: readonly Matrix[],
  combine: Combine,
  query: number,
): number | undefined {
  if (!matrices.some(({ leftOut }) => leftOut)) return undefined;
  const parts = matrices.map((matrix) => Float32Array.of(matrix.leftOut?.(query) ?? 0));
  return combineLines(parts, combine)[0]!;
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
