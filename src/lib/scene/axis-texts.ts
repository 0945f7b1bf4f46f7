import { labelWidthPx } from './label-width.js';
import { written } from './written.js';

/** One label of an axis: a token, or a position where tokens would overlap. */
export interface AxisLabel {
  position: number;
  /** Middle of its cell, in CSS pixels from the plot's edge. */
  atPx: number;
  kind: 'token' | 'position';
}

/** Which labels of an axis are shown: every n-th token, or positions instead. */
export type LabelsShown = number | 'positions';

/** The part of an axis that is seen. */
interface AxisSpan {
  /** First cell and number of cells; may be fractions. */
  start: number;
  count: number;
  /** How many cells the axis has, seen or not. */
  total: number;
  lengthPx: number;
}

const queryRowPx = 14;
const keyColumnPx = 14.5;

/** The labels of queries, below each other. */
export function queryAxis(span: AxisSpan) {
  return axisLabels(span, queryRowPx, 2 * queryRowPx);
}

/** The labels of keys: tokens are diagonal, positions upright beside each other. */
export function keyAxis(span: AxisSpan) {
  return axisLabels(span, keyColumnPx, labelWidthPx(written(span.total)) + 12);
}

/**
 * The labels of an axis that fit: every n-th token, or round positions if n would be over 6.
 *
 * @param tokenPx room that a token takes along the axis
 * @param positionPx room that a position takes
 */
function axisLabels({ start, count, total, lengthPx }: AxisSpan, tokenPx: number, positionPx: number) {
  const cell = lengthPx / count;
  const fits = Math.ceil(tokenPx / cell);
  const kind = fits > 6 ? 'position' : 'token';
  const step = kind === 'position' ? roundStep(Math.ceil(positionPx / cell)) : fits;
  const labels: AxisLabel[] = [];
  for (let i = Math.ceil(Math.floor(start) / step) * step; i < Math.min(start + count, total); i += step) {
    const atPx = (i + 0.5 - start) * cell;
    if (atPx >= 0 && atPx <= lengthPx) labels.push({ position: i, atPx, kind });
  }
  const shown: LabelsShown = kind === 'position' ? 'positions' : step;
  return { shown, labels };
}

/** The least of 1, 2, 5, 10, 20, 50, … that is not below `atLeast`. */
function roundStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= atLeast)!;
}
