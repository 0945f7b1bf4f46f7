import type { Stream } from '../../trace/index.js';
import { mustHoldWeights } from '../derivation.js';
import { hiddenPositions, type Hide } from '../lens/index.js';
import { pacer } from '../../trace/pacer.js';
import type { HeadPlace } from '../wanted-heads.js';
import type { AlignedRun } from './align-tokens.js';
import type { AlignedStreams } from './aligned-streams.js';
import { rowDistance } from './divergence.js';
import type { HeadPair } from './head-pairs.js';

export interface HeadDistancesOptions {
  /** Keys left out before rows are compared, such as the sink. `'first'` leaves out the first token of a and that of b. Default `'none'`. */
  hide?: Hide;
  signal?: AbortSignal;
  /** Called after each head. */
  onProgress?: (compared: number, total: number) => void;
}

/** The distance between a head of a and one of b: means over the aligned queries, each in [0, 1]; NaN if none has weight. */
export interface Distance {
  /** Jensen–Shannon divergence, log₂: the head distance of Clark et al. 2019, arXiv:1906.04341. */
  divergence: number;
  /** Jensen–Shannon distance, the root of the divergence of each query. */
  distance: number;
  /** Total variation: half of the weight that lies elsewhere. */
  totalVariation: number;
}

/** The distance between a head of a, by its numbers, and the head of b it is compared with. */
export interface HeadDistance extends HeadPlace, Distance {
  readonly other: HeadPlace;
  /** See `HeadPair`. */
  readonly margin?: number;
  /** How many queries were compared. */
  readonly queries: number;
  /** The distance to the same head in a second run of a, if one was given: a smaller distance is noise. */
  readonly floor?: Distance;
}

/** How many weights are read at a time on each side: about a millisecond's work. */
const weightsAStep = 2 ** 15;

/** The distances of pairs of heads. Rows are scaled to sum to 1, after hidden keys are left out. */
export async function headDistances(
  [a, b]: readonly [Stream, Stream],
  { sides, a: aligned }: AlignedStreams,
  pairs: readonly HeadPair[],
  runs: readonly AlignedRun[],
  { hide = 'none', signal, onProgress }: HeadDistancesOptions,
): Promise<HeadDistance[]> {
  for (const stream of [a, b]) mustHoldWeights(stream, 'headDistances');
  const hidden = hide === 'first' ? firstOf(runs) : [...hiddenPositions(aligned.keyTokens, hide)];
  const [rows, cols] = [aligned.queryTokens.length, aligned.keyTokens.length];
  const height = Math.max(1, Math.floor(weightsAStep / cols));
  const pause = pacer(signal);
  const found: HeadDistance[] = [];
  await pause();
  for (const pair of pairs) {
    const [p, q] = [a.matrix(pair.a.layer, pair.a.head), b.matrix(pair.b.layer, pair.b.head)];
    const sums = { divergence: 0, distance: 0, totalVariation: 0 };
    let queries = 0;
    for (let row = 0; row < rows; row += height) {
      const rect = { row, col: 0, rows: Math.min(height, rows - row), cols };
      const [ofA, ofB] = await Promise.all([sides.a(p, rect, { signal }), sides.b(q, rect, { signal })]);
      for (let r = 0; r < rect.rows; r++) {
        const at = [r * cols, (r + 1) * cols] as const;
        const apart = rowDistance(ofA.subarray(...at), ofB.subarray(...at), hidden);
        if (!apart) continue;
        queries++;
        sums.divergence += apart.divergence;
        sums.distance += Math.sqrt(apart.divergence);
        sums.totalVariation += apart.totalVariation;
      }
      await pause();
    }
    found.push({
      ...pair.a,
      divergence: sums.divergence / queries,
      distance: sums.distance / queries,
      totalVariation: sums.totalVariation / queries,
      other: pair.b,
      queries,
      ...(pair.margin !== undefined && { margin: pair.margin }),
    });
    onProgress?.(found.length, pairs.length);
  }
  return found;
}

function firstOf(runs: readonly AlignedRun[]): number[] {
  return [...runs.keys()].filter((i) => runs[i]!.a?.start === 0 || runs[i]!.b?.start === 0);
}
