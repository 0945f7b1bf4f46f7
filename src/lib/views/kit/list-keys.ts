import { actOnKey, type KeyAction } from './keys.js';

/** What the keys of a list act on. */
export interface ListKeys {
  count: () => number;
  /** Where the cursor is. */
  cursor: () => number | null;
  /** How many entries fit in sight. */
  page: () => number;
  move: (to: number) => void;
  /** Locks what the cursor is on, or opens it. */
  lock: (at: number | null) => unknown;
  /** Lets go; false where there was nothing to let go of. */
  release: () => unknown;
  /** Whether entries stand side by side: the arrows trade places then. */
  horizontal?: () => boolean;
  /** Keys besides these, or in their place, by name; with Control as `Control+Home`. */
  more?: Readonly<Record<string, KeyAction>>;
}

const turned: Readonly<Record<string, string>> = {
  ArrowLeft: 'ArrowUp',
  ArrowRight: 'ArrowDown',
  ArrowUp: 'ArrowLeft',
  ArrowDown: 'ArrowRight',
};

/** Keys on a list: arrows, Page, Home and End move a cursor, Enter and the space bar lock, Escape lets go. Others pass on. */
export function listKeys(list: ListKeys): (event: KeyboardEvent) => void {
  return (event) => {
    const at = list.cursor();
    const go = (to: number): void => list.move(Math.max(0, Math.min(to, list.count() - 1)));
    const actions = {
      ArrowUp: () => go((at ?? 1) - 1),
      ArrowDown: () => go((at ?? -1) + 1),
      PageUp: () => go((at ?? 0) - list.page()),
      PageDown: () => go((at ?? 0) + list.page()),
      Home: () => go(0),
      End: () => go(Infinity),
      Enter: () => list.lock(at),
      Escape: list.release,
      ...list.more,
    };
    actOnKey(event, actions, list.horizontal?.() ? turned[event.key] : undefined);
  };
}
