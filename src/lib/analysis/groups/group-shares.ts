import { holdsWeights, type Stream } from '../../trace/index.js';
import { hiddenPositions, type Hide } from '../lens/index.js';
import { mustHoldWeights } from '../derivation.js';
import type { HeadValue } from '../measure.js';
import { wantedHeads, type HeadPlace } from '../wanted-heads.js';
import { checkGroups, queryLength, restOf, rowsByPosition, rowsOf, type Group } from './group.js';
import { weightsOfHeads, type HeadWeights } from './head-weights.js';
import { readGroupRows } from './read-group-rows.js';
import { mustBeOptions, mustBeStream } from '../must.js';

export interface GroupSharesOptions {
  /** The groups that look, in positions of the queries' sequence. Tokens whose queries were not recorded are ignored. */
  queryGroups: readonly Group[];
  /** The groups looked at, in positions of the keys. A key may be in several. */
  keyGroups: readonly Group[];
  /** The heads to read, by the model's numbers. Default: all of the stream. */
  layers?: readonly number[];
  heads?: readonly number[];
  /** Keys left out, such as the sink: no group counts them. Default `'none'`. */
  hide?: Hide;
  /** Whether what is left of a row is scaled up to its former sum. Of weights alone. Default false. */
  renormalize?: boolean;
  /** Refuses key groups that share a token, so that shares add up to a whole. Default false. */
  apart?: boolean;
  signal?: AbortSignal;
  /** Called after each head. */
  onProgress?: (read: number, total: number) => void;
}

/** How much a group of queries looks at a group of keys. */
export interface GroupCell {
  /** The weight on the group: the mean over queries (and heads) of Σ A[i,j] over its keys. In [0, 1] for weights. */
  share: number;
  /** `share` ÷ the number of keys of the group that a query can see. */
  perToken: number;
  /** `share` ÷ what it would be if each query spread its weight evenly over all keys it can see. NaN for other quantities than weights. */
  lift: number;
}

/** The shares of groups of keys, for each group of queries and each head. */
export interface GroupShares {
  readonly queryGroups: readonly Group[];
  /** As given, and a last group of all other keys, if there are any. */
  readonly keyGroups: readonly Group[];
  /** The index of that last group in `keyGroups`; −1 if there is none. */
  readonly rest: number;
  readonly heads: readonly HeadPlace[];
  /** The keys left out. */
  readonly hiddenKeys: readonly number[];
  /** The weight of a query group that lies on keys left out: 0 with sinks in. The mean over some heads, as `cell` takes it. */
  hiddenShare(queryGroup: number, heads?: readonly number[]): number;
  /** Shares, `[head, query group, key group]`. */
  readonly share: Float64Array;
  /** A cell, by the indices of its groups: the mean over some heads (indices into `heads`) or all. */
  cell(queryGroup: number, keyGroup: number, heads?: readonly number[]): GroupCell;
  /** A number of a cell for each head, in the form of `measureHeads`. */
  headValues(queryGroup: number, keyGroup: number, what?: keyof GroupCell): HeadValue[];
  /**
   * The same with heads weighted where a mean is taken over them: Σ w·share ÷ Σ |w|, which orders groups as Σ w·share, AT2's score, does.
   * Of weights below 0 there is no lift.
   *
   * Source: Cohen-Wang et al. 2025, arXiv:2504.13752, who learn a weight for each head of a model that predicts what ablation changes.
   *
   * @throws TraceError `head-weights` where there is not one for each head of the stream
   */
  weightedBy(headWeights: HeadWeights): GroupShares;
}

/**
 * How much groups of queries look at groups of keys: M = Σ_{j∈g} A[i,j], the mean over the queries i of a group. Per token, M ÷ keys;
 * lift, M over an even spread, where a causal query spreads over the keys up to its own. Descriptive: what a model looks at
 * is not yet what it uses.
 *
 * Large groups get large shares: compare shares with lift. Sinks take much of the weight: compare with `hide`. Reads in blocks, so that the
 * page stays responsive; can be aborted.
 *
 * @throws TraceError `group`, `empty-group`, `group-outside`, `group-overlap`; `no-queries` where no query of a group was recorded;
 * `quantity` where something else than weights is to be renormalised; `unknown-layer`, `unknown-head`; the signal's reason
 * @example
 * const shares = await groupShares(stream, { queryGroups: sentences, keyGroups: documents, hide: 'first' });
 * const { share, lift } = shares.cell(2, 1); // sentence 3, document 2, mean over all heads
 */
export async function groupShares(stream: Stream, options: GroupSharesOptions): Promise<GroupShares> {
  mustBeStream(stream, 'groupShares');
  mustBeOptions(options, 'groupShares', '{ queryGroups, keyGroups }');
  const { hide = 'none', renormalize = false, apart, signal, onProgress } = options;
  const keys = stream.keyTokens.length;
  const queryGroups = checkGroups(options.queryGroups, { tokens: queryLength(stream), place: 'queryGroups' });
  const given = checkGroups(options.keyGroups, { tokens: keys, place: 'keyGroups', apart });
  const weights = holdsWeights(stream.quantity);
  if (renormalize) mustHoldWeights(stream, 'renormalize');
  const rest = restOf(given, keys);
  const keyGroups = rest.length > 0 ? [...given, { name: 'rest', positions: rest }] : given;
  const hidden = hiddenPositions(stream.keyTokens, hide);
  const heads = wantedHeads(stream, options.layers, options.heads);
  const rowAt = rowsByPosition(stream);
  const rowsOfGroups = queryGroups.map((group, i) => rowsOf(rowAt, group, `queryGroups[${i}]`));
  const groupsOfRow = invert(rowsOfGroups);

  const [Q, K] = [queryGroups.length, keyGroups.length];
  const share = new Float64Array(heads.length * Q * K);
  const even = new Float64Array(heads.length * Q * K);
  const seen = new Float64Array(heads.length * Q * K);
  const hiddenShares = new Float64Array(heads.length * Q);
  await readGroupRows(
    stream,
    {
      heads,
      rows: [...groupsOfRow.keys()].sort((a, b) => a - b),
      groups: keyGroups.map(({ positions }) => positions),
      hidden,
      signal,
      onProgress,
    },
    (row) => {
      const scale = renormalize && row.left > 0 ? row.whole / row.left : 1;
      const spread = row.visible > 0 ? (row.left * scale) / row.visible : 0;
      for (const q of groupsOfRow.get(row.row)!) {
        const part = 1 / rowsOfGroups[q]!.length;
        hiddenShares[row.head * Q + q]! += (row.whole - row.left) * part;
        for (let k = 0, at = (row.head * Q + q) * K; k < K; k++, at++) {
          share[at]! += row.sums[k]! * scale * part;
          even[at]! += row.seen[k]! * spread * part;
          seen[at]! += row.seen[k]! * part;
        }
      }
    },
  );

  const all = [...heads.keys()];
  const cellsBy =
    (weightOf: (head: number) => number): GroupShares['cell'] =>
    (q, k, of = all) => {
      const mean = (values: Float64Array, weigh = weightOf): number =>
        meanOf(of, (head) => values[(head * Q + q) * K + k]!, weigh);
      const m = mean(share);
      const hasLift = weights && of.every((head) => weightOf(head) >= 0);
      // A head sees as many keys as another, whatever its weight.
      return { share: m, perToken: m / mean(seen, alike), lift: hasLift ? m / mean(even) : NaN };
    };
  const byHead = cellsBy(alike);
  const made = (cell: GroupShares['cell']): GroupShares => ({
    queryGroups,
    keyGroups,
    rest: rest.length > 0 ? given.length : -1,
    heads,
    hiddenKeys: [...hidden].sort((a, b) => a - b),
    hiddenShare: (q, of = all) => meanOf(of, (head) => hiddenShares[head * Q + q]!, alike),
    share,
    cell,
    headValues: (q, k, what = 'share') =>
      heads.map(({ layer, head }, index) => ({ layer, head, value: byHead(q, k, [index])[what] })),
    weightedBy(headWeights) {
      const weightsByHead = weightsOfHeads(headWeights, stream, heads);
      return made(cellsBy((head) => weightsByHead[head]!));
    },
  });
  return made(byHead);
}

const alike = (): number => 1;

/** Σ w·x ÷ Σ |w| over heads; 0 where none has a weight. */
function meanOf(
  heads: readonly number[],
  valueOf: (head: number) => number,
  weightOf: (head: number) => number,
): number {
  const whole = heads.reduce((sum, head) => sum + Math.abs(weightOf(head)), 0);
  return whole === 0 ? 0 : heads.reduce((sum, head) => sum + weightOf(head) * valueOf(head), 0) / whole;
}

/** The groups that each row belongs to. */
function invert(rowsOfGroups: readonly (readonly number[])[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  rowsOfGroups.forEach((rows, group) => {
    for (const row of rows) {
      const known = groups.get(row);
      if (known) known.push(group);
      else groups.set(row, [group]);
    }
  });
  return groups;
}
