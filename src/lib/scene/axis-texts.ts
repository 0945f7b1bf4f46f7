/** One label of an axis: a token, or where they would collide, a position. */
export interface AxisLabel {
  position: number;
  /** Middle of its cell, in CSS pixels from the plot's edge. */
  atPx: number;
  kind: 'token' | 'position';
}

/** The labels of an axis that fit: every `step`-th. */
export interface AxisLabels {
  kind: AxisLabel['kind'];
  step: number;
  labels: AxisLabel[];
}

/** The part of an axis that is seen. */
export interface AxisSpan {
  /** First cell and number of cells, in fractions too. */
  start: number;
  count: number;
  /** How many cells the axis has, seen or not. */
  total: number;
  lengthPx: number;
}

/**
 * The labels of an axis that fit: every token, every n-th, or round positions where n would be over 6.
 *
 * @param tokenPx room that a token takes along the axis
 * @param positionPx room that a position takes
 */
export function axisLabels(
  { start, count, total, lengthPx }: AxisSpan,
  tokenPx: number,
  positionPx: number,
): AxisLabels {
  const cell = lengthPx / count;
  const fits = Math.ceil(tokenPx / cell);
  const kind = fits > 6 ? 'position' : 'token';
  const step = kind === 'position' ? roundStep(Math.ceil(positionPx / cell)) : fits;
  const labels: AxisLabel[] = [];
  for (let i = Math.ceil(Math.floor(start) / step) * step; i < Math.min(start + count, total); i += step) {
    const atPx = (i + 0.5 - start) * cell;
    if (atPx >= 0 && atPx <= lengthPx) labels.push({ position: i, atPx, kind });
  }
  return { kind, step, labels };
}

/** The next of 1, 2, 5, 10, 20, 50, … that is no less. */
function roundStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= atLeast)!;
}
