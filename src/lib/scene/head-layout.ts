import type { Token } from '../trace/index.js';
import { widestLabelPx } from './label-width.js';

/** The room before the first token and after the last, in CSS pixels. */
export const paddingPx = 10;

/** The width of a number beside a token, as in TokenRow's style. */
export const numberPx = 42;
const widestLinesPx = 420;

/** The widths of the three columns, in whole CSS pixels, and the margin that centres them. */
export interface Columns {
  margin: number;
  query: number;
  lines: number;
  key: number;
}

/** Shares a width between query tokens, lines and key tokens; key tokens get room for a bar a head. */
export function headColumns(
  widthPx: number,
  queryTokens: readonly Token[],
  keyTokens: readonly Token[],
  heads: number,
): Columns {
  const narrow = widthPx < 480;
  const widest = Math.min(150, widthPx * 0.24);
  const label = (tokens: readonly Token[], least: number): number =>
    Math.ceil(Math.max(widestLabelPx(tokens, widest) + 16, Math.min(least, widest + 16)));
  // If there is little room, only the keys have numbers beside them; the status line has the others.
  const query = label(queryTokens, 48) + (narrow ? 0 : numberPx);
  const key = label(keyTokens, Math.max(48, heads * 12)) + numberPx;
  const padding = narrow ? 6 : 16;
  const lines = Math.floor(
    Math.max(narrow ? 40 : 60, Math.min(widestLinesPx, widthPx - query - key - 2 * padding)),
  );
  return { margin: Math.max(0, Math.floor((widthPx - query - key - lines) / 2)), query, lines, key };
}
