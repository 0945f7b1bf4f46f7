import type { Token } from '../../trace/index.js';
import type { Rect } from './viewport.js';

/** Tokens are set in 12.5 px; a wide script takes about twice the width. */
const charPx = 7.3;
const wideCharPx = 13;
const wide =
  /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{1f000}-\u{3ffff}]/u;

/** About how wide a label will be set, in CSS pixels: exact measuring would need a document. */
export function labelWidthPx(label: string): number {
  let width = 0;
  for (const char of label) width += wide.test(char) ? wideCharPx : charPx;
  return width;
}

/** The widest label of a sequence, no more than `maxPx`. Long sequences are sampled. */
export function widestLabelPx(tokens: readonly Token[], maxPx: number): number {
  const step = Math.max(1, Math.floor(tokens.length / 2000));
  let widest = 0;
  for (let i = 0; i < tokens.length && widest < maxPx; i += step)
    widest = Math.max(widest, labelWidthPx(tokens[i]!.label));
  return Math.min(widest, maxPx);
}

/** Room round a plot for the labels of its axes, in CSS pixels: tokens, or positions where tokens would collide. */
export function gutterOf(queryTokens: readonly Token[], keyTokens: readonly Token[], widthPx: number) {
  const topLabelPx = widestLabelPx(keyTokens, 100);
  const leftPx = Math.max(
    widestLabelPx(queryTokens, Math.min(120, widthPx * 0.28)),
    labelWidthPx(queryTokens.length.toLocaleString('en')),
  );
  return {
    left: Math.ceil(leftPx) + 22,
    top: Math.ceil(topLabelPx * 0.79) + 22,
    /** The last labels at the top lean over the plot's edge. */
    right: Math.ceil(Math.max(topLabelPx * 0.5, 16)),
    topLabelPx,
    /** Positions at the top stand upright beside each other. */
    positionPx: labelWidthPx(keyTokens.length.toLocaleString('en')) + 12,
  };
}

/** The largest a cell becomes when a matrix is small. */
const largestCellPx = 44;

/** Where the plot lies in its box: square cells, as large as fit, with room for the labels at the left and the top. */
export function plotRect(
  box: { width: number; height: number },
  gutter: { left: number; top: number },
  rows: number,
  cols: number,
): Rect {
  const room = { width: Math.max(box.width - gutter.left, 1), height: Math.max(box.height - gutter.top, 1) };
  const cell = Math.min(room.width / cols, room.height / rows, largestCellPx);
  const floor = Math.min(24, room.width, room.height);
  return {
    x: gutter.left,
    y: gutter.top,
    width: Math.max(cell * cols, floor),
    height: Math.max(cell * rows, floor),
  };
}

/** One label of an axis: a token, or where they would collide, a position. */
export interface AxisLabel {
  position: number;
  /** Middle of its cell, in CSS pixels from the plot's edge. */
  atPx: number;
  kind: 'token' | 'position';
}

/**
 * The labels of an axis that fit: every token, every n-th, or round positions where n would be over 6.
 *
 * @param spacingPx room that a token takes along the axis
 * @param positionPx room that a position takes
 */
export function axisLabels(
  start: number,
  count: number,
  lengthPx: number,
  spacingPx: number,
  total: number,
  positionPx = 2 * spacingPx,
): AxisLabel[] {
  const cell = lengthPx / count;
  const fits = Math.ceil(spacingPx / cell);
  const kind = fits > 6 ? 'position' : 'token';
  const step = kind === 'position' ? roundStep(Math.ceil(positionPx / cell)) : fits;
  const labels: AxisLabel[] = [];
  for (let i = Math.ceil(Math.floor(start) / step) * step; i < Math.min(start + count, total); i += step) {
    const atPx = (i + 0.5 - start) * cell;
    if (atPx >= 0 && atPx <= lengthPx) labels.push({ position: i, atPx, kind });
  }
  return labels;
}

/** The next of 1, 2, 5, 10, 20, 50, … that is no less. */
function roundStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= atLeast)!;
}
