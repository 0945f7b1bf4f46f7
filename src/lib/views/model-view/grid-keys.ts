import { actOnKey, arrowSteps } from '../kit/keys.js';
import { findHead, type GridHead, type GridRow } from './arrange.js';

/** What keys act on. */
export interface GridKeysTarget {
  rows: () => readonly GridRow[];
  /** The head the cursor is on. */
  cursor: () => GridHead | null;
  /** How many rows fit in sight. */
  page: () => number;
  move: (head: GridHead) => void;
  open: (head: GridHead) => void;
  /** False where nothing is open. */
  close: () => unknown;
}

/** Keys on the grid: arrows walk it, Home and End go along a row, with Control over all, Enter opens, Escape closes. */
export function gridKeys(target: GridKeysTarget): (event: KeyboardEvent) => void {
  return (event) => {
    const rows = target.rows();
    const cursor = target.cursor();
    const at = cursor && findHead(rows, cursor);
    const go = (row: number, col: number): void => {
      const heads = rows[Math.min(Math.max(row, 0), rows.length - 1)]!.heads;
      target.move(heads[Math.min(Math.max(col, 0), heads.length - 1)]!);
    };
    const step = (down: number, right: number): void => (at ? go(at.row + down, at.col + right) : go(0, 0));
    actOnKey(event, {
      ...arrowSteps(step),
      PageUp: () => step(-target.page(), 0),
      PageDown: () => step(target.page(), 0),
      Home: () => go(at?.row ?? 0, 0),
      End: () => go(at?.row ?? 0, Infinity),
      'Control+Home': () => go(0, 0),
      'Control+End': () => go(Infinity, Infinity),
      Enter: () => cursor && target.open(cursor),
      Escape: target.close,
    });
  };
}
