import { keep } from '../kit/keys.js';
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
  close: () => void;
}

/** Keys on the grid: arrows walk it, Home and End go along a row, with Control over all, Enter opens, Escape closes. */
export function gridKeys(target: GridKeysTarget): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.metaKey || event.altKey) return;
    const rows = target.rows();
    const cursor = target.cursor();
    const at = cursor && findHead(rows, cursor);
    const go = (row: number, col: number): void => {
      const heads = rows[Math.min(Math.max(row, 0), rows.length - 1)]!.heads;
      target.move(heads[Math.min(Math.max(col, 0), heads.length - 1)]!);
    };
    const step = (rowsDown: number, colsRight: number) => (): void =>
      at ? go(at.row + rowsDown, at.col + colsRight) : go(0, 0);
    const actions: Record<string, () => void> = {
      ArrowUp: step(-1, 0),
      ArrowDown: step(1, 0),
      ArrowLeft: step(0, -1),
      ArrowRight: step(0, 1),
      PageUp: step(-target.page(), 0),
      PageDown: step(target.page(), 0),
      Home: () => go(event.ctrlKey ? 0 : (at?.row ?? 0), 0),
      End: () => go(event.ctrlKey ? Infinity : (at?.row ?? 0), Infinity),
      Enter: () => cursor && target.open(cursor),
      ' ': () => cursor && target.open(cursor),
      Escape: target.close,
    };
    const action = actions[event.key];
    if (!action) return;
    keep(event);
    action();
  };
}
