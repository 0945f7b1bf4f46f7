import type { HeadPlace, HeadValue } from '../analysis/index.js';
import type { Rect } from './rect.js';

/** A head, at the place of its two values. */
export interface HeadDot extends HeadPlace {
  /** In CSS pixels. */
  readonly x: number;
  readonly y: number;
  readonly values: readonly [x: number, y: number];
}

interface Tick {
  /** In CSS pixels along its axis. */
  readonly at: number;
  readonly value: number;
}

export interface ScatterScene {
  /** The area for dots. */
  readonly plot: Rect;
  readonly dots: readonly HeadDot[];
  readonly ticks: { readonly x: readonly Tick[]; readonly y: readonly Tick[] };
  /** Heads that lack a value. */
  readonly without: readonly HeadPlace[];
}

const margin = { left: 52, right: 16, top: 14, bottom: 40 };

/** Dots of heads by two values, in a box of CSS pixels: the second grows upwards. */
export function scatterScene(
  x: readonly HeadValue[],
  y: readonly HeadValue[],
  box: { width: number; height: number },
): ScatterScene {
  const plot: Rect = {
    ...{ x: margin.left, y: margin.top },
    width: Math.max(1, box.width - margin.left - margin.right),
    height: Math.max(1, box.height - margin.top - margin.bottom),
  };
  const other = new Map(y.map(({ layer, head, value }) => [`${layer} ${head}`, value]));
  const heads = x.map(({ layer, head, value }) => ({
    ...{ layer, head },
    values: [value, other.get(`${layer} ${head}`) ?? NaN] as const,
  }));
  const shown = heads.filter(({ values }) => values.every(Number.isFinite));
  const xAxis = axis(
    shown.map(({ values }) => values[0]),
    Math.max(2, Math.floor(plot.width / 90)),
  );
  const yAxis = axis(
    shown.map(({ values }) => values[1]),
    Math.max(2, Math.floor(plot.height / 60)),
  );
  const right = (value: number): number => plot.x + xAxis.unit(value) * plot.width;
  const up = (value: number): number => plot.y + (1 - yAxis.unit(value)) * plot.height;
  return {
    plot,
    dots: shown.map((head) => ({ ...head, x: right(head.values[0]), y: up(head.values[1]) })),
    ticks: {
      x: xAxis.ticks.map((value) => ({ at: right(value), value })),
      y: yAxis.ticks.map((value) => ({ at: up(value), value })),
    },
    without: heads.filter(({ values }) => !values.every(Number.isFinite)),
  };
}

/** Dots in the order they are drawn: those chosen last, over the others. */
export function chosenLast(dots: readonly HeadDot[], chosen: readonly HeadDot[]): HeadDot[] {
  return [...dots].sort((a, b) => Number(chosen.includes(a)) - Number(chosen.includes(b)));
}

/** The dot nearest to a point, if it is within a distance. */
export function dotAt(
  dots: readonly HeadDot[],
  point: { x: number; y: number },
  within: number,
): HeadDot | undefined {
  let best: HeadDot | undefined;
  let least = within;
  for (const dot of dots) {
    const distance = Math.hypot(dot.x - point.x, dot.y - point.y);
    if (distance <= least) [best, least] = [dot, distance];
  }
  return best;
}

/** Round numbers for an axis, about `about` of them, and a function from a value to its share of the axis. */
function axis(
  values: readonly number[],
  about: number,
): { ticks: number[]; unit: (value: number) => number } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high > low ? high - low : Math.abs(low) || 1;
  const rough = span / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((times) => times * power >= rough) ?? 10);
  const first = Math.floor((values.length > 0 ? low : 0) / step);
  const last = Math.max(first + 1, Math.ceil((values.length > 0 ? high : 1) / step));
  // Multiples of the step, without accumulated rounding.
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toFixed(digits)),
  );
  return { ticks, unit: (value) => (value / step - first) / (last - first) };
}
