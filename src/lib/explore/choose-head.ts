import type { Selection } from './types.js';

type Heads = Pick<Selection, 'heads' | 'head'>;

/** The head shown by views that show one head. */
export function headOf({ heads, head }: Heads): number {
  return head ?? heads[0]!;
}

/**
 * What a selection becomes when a head is chosen in a view that shows one head. If several heads are selected, they stay selected, and only
 * the views of one head change; if one is, all views change. Conversely, when several heads are chosen, views of one head keep theirs if it
 * is among them, else show the first.
 */
export function chooseHead({ heads }: Heads, head: number): Heads {
  return heads.length > 1 ? { heads, head } : { heads: [head], head: undefined };
}

/** Changes a part of a selection. `head` is dropped if it is not among newly chosen heads. */
export function changeSelection(selection: Selection, change: Partial<Selection>): Selection {
  const next = { ...selection, ...change };
  const { head, ...rest } = next;
  const stale = change.heads !== undefined && !('head' in change) && !next.heads.includes(head!);
  return head === undefined || stale ? rest : next;
}
