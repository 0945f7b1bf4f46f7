import type { Group } from '../analysis/index.js';
import type { StreamName } from '../trace/index.js';

/** A chosen group, of queries or of keys. */
export interface SelectedGroup extends Group {
  readonly side: 'query' | 'key';
}

/** What the user has chosen. Layers and heads are the model's numbers; query and key are token positions. */
export interface Selection {
  stream: StreamName;
  layer: number;
  heads: number[];
  /** The head that views of one head show, if that is not the first of `heads`. */
  head?: number;
  query: number | null;
  key: number | null;
  /** A chosen group of tokens, such as a document in `GroupView`, which other views mark too. */
  group?: SelectedGroup;
}

/** What is under the pointer or the keyboard cursor, in token positions. `value` is null if that is a token, not a cell. */
export interface Hover {
  stream: StreamName;
  layer: number;
  head: number | null;
  query: number | null;
  key: number | null;
  value: number | null;
}

const hoverParts = ['stream', 'layer', 'head', 'query', 'key', 'value'] as const satisfies (keyof Hover)[];

/** Whether two hovers mean the same thing. */
export function sameHover(a: Hover | null, b: Hover | null): boolean {
  if (a === null || b === null) return a === b;
  return hoverParts.every((part) => a[part] === b[part]);
}
