import type { Stream } from '../../trace/index.js';
import { hiddenPositions, type Hide } from '../lens/index.js';
import { mustHoldWeights } from '../derivation.js';
import type { HeadPlace } from '../wanted-heads.js';
import { checkGroups, queryLength, rowsByPosition, rowsOf, type Group } from './group.js';
import { weightsOfHeads, type HeadWeights } from './head-weights.js';
import { readGroupRows } from './read-group-rows.js';
import { mustBeOptions, mustBeStream } from '../must.js';

export interface KeySharesOptions {
  /** The group that looks. */
  queryGroup: Group;
  /** The heads to average over; at least one. */
  heads: readonly HeadPlace[];
  /** Weighs the heads, as `GroupShares.weightedBy` does. */
  headWeights?: HeadWeights;
  /** Keys left out: they get 0. Default `'none'`. */
  hide?: Hide;
  /** Whether what is left of a row is scaled up to its former sum. Of weights alone. Default false. */
  renormalize?: boolean;
  signal?: AbortSignal;
}

/**
 * How much a group of queries looks at each key: the mean over its queries and some heads, one number per key. Their sum over a group of
 * keys is its share in `groupShares`. Descriptive.
 *
 * @throws TraceError `group`, `empty-group`, `group-outside`, `no-queries`; `head-weights`; `quantity` where something else than weights
 * is to be renormalised; `unknown-layer`, `unknown-head`; the signal's reason
 */
export async function keyShares(stream: Stream, options: KeySharesOptions): Promise<Float64Array> {
  mustBeStream(stream, 'keyShares');
  mustBeOptions(options, 'keyShares', '{ queryGroup, heads }');
  const { queryGroup, heads, headWeights, hide = 'none', renormalize = false, signal } = options;
  const [group] = checkGroups([queryGroup], { tokens: queryLength(stream), place: 'queryGroup' });
  if (renormalize) mustHoldWeights(stream, 'renormalize');
  const rows = rowsOf(rowsByPosition(stream), group!, 'queryGroup');
  const hidden = hiddenPositions(stream.keyTokens, hide);
  const shares = new Float64Array(stream.keyTokens.length);
  const weightOf = headWeights ? weightsOfHeads(headWeights, stream, heads) : heads.map(() => 1);
  const all = weightOf.reduce((sum, weight) => sum + Math.abs(weight), 0) || 1;
  await readGroupRows(
    stream,
    { heads, rows, groups: [], hidden, signal },
    ({ head, weights, whole, left }) => {
      const part = weightOf[head]! / all / rows.length;
      const scale = (renormalize && left > 0 ? whole / left : 1) * part;
      for (let key = 0; key < shares.length; key++) shares[key] = shares[key]! + weights[key]! * scale;
    },
  );
  for (const key of hidden) shares[key] = 0;
  return shares;
}
