import type { Stream } from '../../trace/index.js';
import { pacer } from '../../trace/pacer.js';
import type { AlignedStreams } from './aligned-streams.js';
import { assign } from './assignment.js';
import { rowDistance } from './divergence.js';
import { otherModel, type HeadPair } from './head-pairs.js';

/** The most queries that heads are compared by, and the most weights of a layer kept for that. */
const mostQueries = 64;
const mostWeights = 2 ** 24;

/**
 * Pairs the heads of each layer by how alike they attend: the assignment with the least total Jensen–Shannon divergence, over at most 64
 * evenly spread queries.
 *
 * @throws TraceError `different-models` where the layers, or the number of heads in one, differ
 */
export async function pairsByLikeness(
  a: Stream,
  b: Stream,
  { sides, a: aligned }: AlignedStreams,
  signal?: AbortSignal,
): Promise<HeadPair[]> {
  const sameShape =
    String(a.layers) === String(b.layers) &&
    a.layers.every((layer) => a.headsOf(layer).length === b.headsOf(layer).length);
  if (!sameShape) throw otherModel(a, b);
  const [rows, cols] = [aligned.queryTokens.length, aligned.keyTokens.length];
  const count = Math.max(1, Math.min(mostQueries, rows, Math.floor(mostWeights / cols / a.heads.length)));
  const sample = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * rows) / count));
  const pause = pacer(signal);

  const pairs: HeadPair[] = [];
  for (const layer of a.layers) {
    const ofA = await readHeads(a, 'a', layer);
    const ofB = await readHeads(b, 'b', layer);
    const costs: number[][] = [];
    for (const p of ofA) {
      const row: number[] = [];
      for (const q of ofB) {
        row.push(meanDivergence(p, q));
        await pause();
      }
      costs.push(row);
    }
    const columns = assign(costs);
    a.headsOf(layer).forEach((head, i) => {
      const others = costs[i]!.filter((_, j) => j !== columns[i]);
      pairs.push({
        a: { layer, head },
        b: { layer, head: b.headsOf(layer)[columns[i]!]! },
        margin: Math.min(...others) - costs[i]![columns[i]!]!,
      });
    });
  }
  return pairs;

  async function readHeads(stream: Stream, side: 'a' | 'b', layer: number): Promise<Float32Array[][]> {
    const heads: Float32Array[][] = [];
    for (const head of stream.headsOf(layer)) {
      const read: Float32Array[] = [];
      for (const row of sample) {
        const rect = { row, col: 0, rows: 1, cols };
        read.push(await sides[side](stream.matrix(layer, head), rect, { signal }));
        await pause();
      }
      heads.push(read);
    }
    return heads;
  }
}

/** A query for which one head has no weight counts as the largest divergence, 1. */
function meanDivergence(p: readonly Float32Array[], q: readonly Float32Array[]): number {
  const sum = p.reduce((total, row, i) => total + (rowDistance(row, q[i]!, [])?.divergence ?? 1), 0);
  return sum / p.length;
}
