import type { Point } from './rect.js';

/**
 * Where a line from `(x0, y0)` to `(x1, y1)` is at `t` in 0..1: a cubic Bézier curve that leaves and arrives
 * horizontally, with both handles halfway across. The lines' shader computes the same; the horizontal layout swaps
 * x and y. Half of it, `t` = 0.5, is the midpoint of the ends.
 */
export function curvePoint(t: number, x0: number, y0: number, x1: number, y1: number): Point {
  const across = t * (1.5 + t * (t - 1.5));
  const along = t * t * (3 - 2 * t);
  return { x: x0 + (x1 - x0) * across, y: y0 + (y1 - y0) * along };
}
