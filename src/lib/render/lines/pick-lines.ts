import { lineStride, type LineTexels } from './line-texels.js';

/** Which lines are worth drawing. Positions are of tokens, from where queries and keys are scrolled to. */
export interface Pick {
  queryStart: number;
  keyStart: number;
  /** What has both ends before, or both after, is not seen. */
  before: number;
  after: number;
  focus: { query: number | null; key: number | null };
  /** Weights smaller than these are too faint to change a pixel. */
  leastRest: number;
  leastFocused: number;
}

/** Shares `count` lines out to those in focus and the rest, after what these hold, in their order; leaves out what changes no pixel. */
export function pickLines(
  lines: Float32Array,
  count: number,
  { queryStart, keyStart, before, after, focus, leastRest, leastFocused }: Pick,
  rest: LineTexels,
  focused: LineTexels,
): void {
  const anyFocus = focus.query !== null || focus.key !== null;
  for (let at = 0; at < count * lineStride; at += lineStride) {
    const query = lines[at]!;
    const key = lines[at + 1]!;
    const start = query - queryStart;
    const end = key - keyStart;
    if ((start < before && end < before) || (start > after && end > after)) continue;
    const inFocus = anyFocus && (focus.query ?? query) === query && (focus.key ?? key) === key;
    if (Math.abs(lines[at + 3]!) >= (inFocus ? leastFocused : leastRest))
      (inFocus ? focused : rest).add(lines, at);
  }
}
