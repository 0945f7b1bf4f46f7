import { paddingPx } from '../../scene/head-layout.js';
import { rowPx } from '../kit/rows.js';

/** The rows whose middle a scrolled box shows. */
export function rowsInSight(
  scrollPx: number,
  heightPx: number,
  rows: number,
): { start: number; end: number } {
  const at = (px: number): number => Math.min(rows, Math.max(0, Math.ceil((px - paddingPx) / rowPx - 0.5)));
  return { start: at(scrollPx), end: at(scrollPx + heightPx) };
}
