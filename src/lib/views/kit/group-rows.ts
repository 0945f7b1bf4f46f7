import type { SeenStream } from '../../analysis/lens/index.js';
import type { SelectedGroup } from '../../explore/types.js';
import type { Stream, Token } from '../../trace/index.js';

/** The rows and the columns, as a lens shows them, that hold a token of a group. */
export type GroupRows = Readonly<Record<'query' | 'key', ReadonlySet<number>>>;

export const noGroupRows: GroupRows = { query: new Set(), key: new Set() };

export function groupRows(group: SelectedGroup, stream: Stream, seen: SeenStream): GroupRows {
  const positions = new Set(group.positions);
  const rowsOf = (side: 'query' | 'key', tokens: readonly Token[]): ReadonlySet<number> => {
    // Within one sequence a group is of both sides.
    if (stream.kind === 'cross' && side !== group.side) return noGroupRows[side];
    const rows = [...tokens.keys()].filter((row) => positions.has(tokens[row]!.position));
    return new Set(rows.map((row) => seen.toSeen(side, row)));
  };
  return { query: rowsOf('query', stream.queryTokens), key: rowsOf('key', stream.keyTokens) };
}
