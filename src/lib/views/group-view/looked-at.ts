import type { Group, GroupShares, HeadPlace } from '../../analysis/index.js';
import { includesHead } from '../kit/chosen-heads.js';

/** The index of the group of a name; null where none is chosen, and for the rest. */
export function indexNamed(groups: readonly Group[], name: string | null, rest = -1): number | null {
  const index = groups.findIndex((group) => group.name === name);
  return index < 0 || index === rest ? null : index;
}

/** The group of keys that gets most from a group of queries, the mean over some heads. */
export function strongestKeys(shares: GroupShares, query: number, among: readonly number[]): number {
  const indices = [...shares.keyGroups.keys()].filter((k) => k !== shares.rest);
  const shareOf = (k: number): number => shares.cell(query, k, among).share;
  return indices.reduce((best, k) => (shareOf(k) > shareOf(best) ? k : best), indices[0]!);
}

/** Heads chosen that were read, as indices of the shares' heads. */
export function indicesOf({ heads }: GroupShares, chosen: readonly HeadPlace[]): number[] {
  return heads.flatMap((head, index) => (includesHead(chosen, head) ? [index] : []));
}

/** How many tokens are shown of a group that is looked at, and of others. */
export const tokensShown = { open: 240, closed: 26 };
