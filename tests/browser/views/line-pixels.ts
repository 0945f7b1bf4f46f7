import type { Locator } from 'vitest/browser';
import { backgroundColors } from '../../../src/lib/render/colors/index.js';
import { curvePoint } from '../../../src/lib/scene/curve.js';
import { boxOf } from './page.js';
import { fromHex, takePicture } from './pixels.js';

/** Pixels of a line of weight 0 and of weight 1, as `LinesProps.widthPx` documents them. */
export const widthOf = (weight: number): number => 0.6 + 1.8 * weight;

/** The space between the token columns where it is in sight, and by position the heights of the tokens on both sides. */
export function ends(region: Locator) {
  const [queries, keys] = ['queries', 'keys'].map((name) => region.getByRole('listbox', { name })) as [
    Locator,
    Locator,
  ];
  const [left, right] = [boxOf(queries).right, boxOf(keys).left];
  const view = region.element().querySelector('.scroller')!.getBoundingClientRect();
  const top = Math.max(boxOf(queries).top, view.top);
  const height = Math.min(boxOf(queries).bottom, view.bottom) - top;
  const middles = (list: Locator) => {
    const found: number[] = [];
    for (const element of list.getByRole('option').elements()) {
      const box = element.getBoundingClientRect();
      found[Number(element.getAttribute('aria-posinset')) - 1] = box.y + box.height / 2;
    }
    return found;
  };
  return {
    left,
    right,
    box: new DOMRect(left, top, right - left, height),
    queries: middles(queries),
    keys: middles(keys),
  };
}

/** The height of a token, in the page or not: rows are 20 px high. */
function heightOf(middles: readonly number[], position: number): number {
  const [[first, height]] = Object.entries(middles) as [[string, number]];
  return height + (position - Number(first)) * 20;
}

/** Every pair whose line is drawn must show ink along its curve; where no line passes there must be none. */
export async function wrongPixels(
  region: Locator,
  lines: Iterable<[query: number, key: number]>,
  theme: 'light' | 'dark',
) {
  const where = ends(region);
  const { box } = where;
  const [first, top] = [Math.floor(box.left), Math.floor(box.top)];
  const [columns, rows] = [Math.ceil(box.right) - first, Math.ceil(box.bottom) - top];
  /** How far the middle of each pixel is from a line, squared; millions of these are worked out. */
  const nearest = new Float64Array(columns * rows).fill(Infinity);
  for (const [query, key] of lines) {
    const [from, to] = [heightOf(where.queries, query), heightOf(where.keys, key)];
    for (let t = 0; t <= 1; t += 1 / 1200) {
      const at = curvePoint(t, where.left, from, where.right, to);
      const [column, row] = [Math.floor(at.x) - first, Math.floor(at.y) - top];
      for (let r = Math.max(0, row - 3); r <= Math.min(rows - 1, row + 3); r++) {
        for (let c = Math.max(0, column - 3); c <= Math.min(columns - 1, column + 3); c++) {
          const distance = (first + c + 0.5 - at.x) ** 2 + (top + r + 0.5 - at.y) ** 2;
          if (distance < nearest[r * columns + c]!) nearest[r * columns + c] = distance;
        }
      }
    }
  }
  const paper = fromHex(backgroundColors[theme]).join();
  const wrong = { missing: 0, extra: 0, inked: 0 };
  (await takePicture(box)).each((color, middle) => {
    // The tokens' own pixels begin at the edges.
    if (middle.x < box.left + 1 || middle.x > box.right - 1) return;
    const distance = Math.sqrt(nearest[Math.floor(middle.y - top) * columns + Math.floor(middle.x - first)]!);
    const inked = color.join() !== paper;
    if (inked) wrong.inked++;
    if (distance < 0.4 && !inked) wrong.missing++;
    if (distance > widthOf(1) / 2 + 1 && inked) wrong.extra++;
  });
  return wrong;
}
