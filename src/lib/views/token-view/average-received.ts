import { measureHeads, type Measure } from '../../analysis/index.js';
import type { Stream } from '../../trace/index.js';

/** What is averaged: some heads of a layer, combined. */
export interface AverageOf {
  stream: Stream;
  layer: number;
  heads: readonly number[];
  combine: 'mean' | 'max';
}

/**
 * What each key receives on average over the queries that can see it, in each head, heads combined; 0 where none can. Reads every
 * value, a little at a time, so that the page does not wait.
 */
export async function averageReceived(
  { stream, layer, heads, combine }: AverageOf,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (share: number) => void },
): Promise<Float32Array> {
  const seenBy = queriesThatSee(stream);
  const lines: Float32Array[] = [];
  for (const head of heads) {
    const sums = new Float64Array(stream.keyTokens.length);
    let rows = 0;
    const addTo: Measure = {
      bears: 'descriptive',
      unit: 'share',
      oneSequence: false,
      rows: () => (_, values) => {
        for (let key = 0; key < values.length; key++) sums[key] = sums[key]! + values[key]!;
        if (rows++ % 64 === 0) onProgress((lines.length + rows / stream.queryTokens.length) / heads.length);
      },
    };
    await measureHeads(stream, addTo, { layers: [layer], heads: [head], signal });
    lines.push(Float32Array.from(sums, (sum, key) => (seenBy[key] ? sum / seenBy[key] : 0)));
  }
  return combineLines(lines, combine);
}

/** How many queries can see each key: of a causal stream those from its position on, which may not all have been recorded. */
function queriesThatSee({ causal, queryTokens, keyTokens }: Stream): Int32Array {
  const count = new Int32Array(keyTokens.length).fill(queryTokens.length);
  if (!causal) return count;
  let before = 0;
  return count.map((all, key) => {
    while (before < all && queryTokens[before]!.position < keyTokens[key]!.position) before++;
    return all - before;
  });
}

/** As `combineMatrices` combines heads. */
function combineLines(lines: readonly Float32Array[], combine: 'mean' | 'max'): Float32Array {
  if (lines.length === 1) return lines[0]!;
  const out = new Float32Array(lines[0]!.length);
  for (const line of lines)
    for (let i = 0; i < out.length; i++) {
      if (combine === 'mean') out[i] = out[i]! + line[i]! / lines.length;
      else if (Math.abs(line[i]!) > Math.abs(out[i]!)) out[i] = line[i]!;
    }
  return out;
}
