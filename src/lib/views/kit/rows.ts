import { rowPx } from '../../scene/rows.js';

export { rowPx };

/**
 * The rows that a scrolled box shows, with some above and below so that a fast scroll shows no hole: everywhere the same number of
 * them, so that a canvas over them keeps its size.
 */
export function rowWindow(scrollPx: number, heightPx: number, rows: number): { start: number; end: number } {
  const step = Math.max(heightPx / 2, rowPx);
  const top = Math.floor(scrollPx / step) * step - step / 2;
  const shown = Math.min(rows, Math.ceil((heightPx + 2 * step) / rowPx) + 1);
  const start = Math.min(rows - shown, Math.max(0, Math.floor(top / rowPx)));
  return { start, end: start + shown };
}
