import type { Pyramid, PyramidSource } from './pyramid.js';
import type { Reduce } from './reduce.js';

/** The pyramid of a matrix for each way to reduce, loaded and made when it is first needed. */
export function pyramidsOf(source: () => PyramidSource): (reduce: Reduce) => Promise<Pyramid> {
  const made: Partial<Record<Reduce, Promise<Pyramid>>> = {};
  return (reduce) =>
    (made[reduce] ??= import('./pyramid.js').then(({ Pyramid }) => new Pyramid(source(), reduce)));
}
