import { keep } from '../kit/keys.js';
import type { SideToken } from '../kit/token-focus.svelte.js';

type Side = SideToken['side'];

/** What keys act on. */
export interface TokenKeysTarget {
  /** How many tokens a side has. */
  count: (side: Side) => number;
  /** Where the cursor of a side is. */
  cursor: (side: Side) => number | null;
  /** Whether tokens run side by side, so that the arrows trade places. */
  horizontal: () => boolean;
  /** How many tokens fit in sight. */
  page: () => number;
  move: (token: SideToken) => void;
  lock: (token: SideToken | null) => void;
  release: () => void;
  /** Goes over to the other side. */
  cross: (side: Side) => void;
}

const turned: Record<string, string> = {
  ArrowLeft: 'ArrowUp',
  ArrowRight: 'ArrowDown',
  ArrowUp: 'ArrowLeft',
  ArrowDown: 'ArrowRight',
};

/** Keys on a column of tokens: up and down move, left and right change sides, Enter locks, Escape lets go. */
export function tokenKeys(target: TokenKeysTarget): (side: Side, event: KeyboardEvent) => void {
  return (side, event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = target.cursor(side);
    const last = target.count(side) - 1;
    const go = (position: number): void =>
      target.move({ side, position: Math.min(Math.max(position, 0), last) });
    const lock = (): void => target.lock(at === null ? null : { side, position: at });
    const actions: Record<string, () => void> = {
      ArrowUp: () => go(at === null ? 0 : at - 1),
      ArrowDown: () => go(at === null ? 0 : at + 1),
      PageUp: () => go((at ?? 0) - target.page()),
      PageDown: () => go((at ?? 0) + target.page()),
      Home: () => go(0),
      End: () => go(last),
      ArrowLeft: () => side === 'key' && target.cross(side),
      ArrowRight: () => side === 'query' && target.cross(side),
      Enter: lock,
      ' ': lock,
      Escape: target.release,
    };
    const key = target.horizontal() ? (turned[event.key] ?? event.key) : event.key;
    const action = actions[key];
    if (!action) return;
    keep(event);
    action();
  };
}
