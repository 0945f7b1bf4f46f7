import { actOnKey, arrowSteps } from '../kit/keys.js';
import { findHead, type GridHead } from './arrange.js';
import type { GridState } from './grid-state.svelte.js';

/** Keys on the grid: arrows walk it, Home and End go along a row, with Control over all, Enter opens, Escape closes. */
export function onGridKey(
  event: KeyboardEvent,
  { model, page }: GridState,
  move: (head: GridHead) => void,
): void {
  const { rows } = model;
  const cursor = model.hovered ?? model.chosen;
  const at = cursor && findHead(rows, cursor);
  const go = (row: number, col: number): void => {
    const { heads } = rows[Math.min(Math.max(row, 0), rows.length - 1)]!;
    move(heads[Math.min(Math.max(col, 0), heads.length - 1)]!);
  };
  const step = (down: number, right: number): void => (at ? go(at.row + down, at.col + right) : go(0, 0));
  actOnKey(event, {
    ...arrowSteps(step),
    PageUp: () => step(-page, 0),
    PageDown: () => step(page, 0),
    Home: () => go(at?.row ?? 0, 0),
    End: () => go(at?.row ?? 0, Infinity),
    'Control+Home': () => go(0, 0),
    'Control+End': () => go(Infinity, Infinity),
    Enter: () => cursor && model.toggle(cursor),
    Escape: () => model.open && model.close(),
  });
}
