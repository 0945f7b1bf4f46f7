import type { Group } from '../analysis/index.js';
import type { StreamName } from '../trace/index.js';

/** A group that was chosen: of queries, or of keys. */
export interface SelectedGroup extends Group {
  readonly side: 'query' | 'key';
}

/** What the user has chosen and means to keep. Layers and heads carry the model's numbers; query and key are token positions. */
export interface Selection {
  stream: StreamName;
  layer: number;
  heads: number[];
  /** What views of one head show where that is not the first of `heads`; see `chooseHead`. */
  head?: number;
  query: number | null;
  key: number | null;
  /** A group of tokens that other views show too, as a document chosen in `GroupView`. */
  group?: SelectedGroup;
}

/** What is under the pointer or the keyboard cursor, in token positions. `value` is null where only a token, not a cell, is meant. */
export interface Hover {
  stream: StreamName;
  layer: number;
  head: number | null;
  query: number | null;
  key: number | null;
  value: number | null;
}

/** Whether two hovers speak of the same thing. */
export function sameHover(a: Hover | null, b: Hover | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.stream === b.stream &&
    a.layer === b.layer &&
    a.head === b.head &&
    a.query === b.query &&
    a.key === b.key &&
    a.value === b.value
  );
}
