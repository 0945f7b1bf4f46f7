import { rectIn } from '../kit/rect.js';
import { linePx } from './text-lines.js';

/** The token of the line of `flow` above (−1) or below (1) that is nearest to one; itself where there is none. */
export function nearestInNextLine(flow: HTMLElement, from: HTMLElement, direction: -1 | 1): HTMLElement {
  const middle = (element: HTMLElement) => {
    const { x, y, width, height } = rectIn(element, flow);
    return { x: x + width / 2, y: y + height / 2 };
  };
  const here = middle(from);
  const beyond = [...flow.querySelectorAll<HTMLElement>('[role="option"]')]
    .map((element) => ({ element, at: middle(element) }))
    .filter(({ at }) => (at.y - here.y) * direction > linePx / 2);
  const line = Math.min(...beyond.map(({ at }) => Math.abs(at.y - here.y)));
  const inLine = beyond.filter(({ at }) => Math.abs(at.y - here.y) < line + linePx / 2);
  const distance = (x: number): number => Math.abs(x - here.x);
  return inLine.reduce((best, next) => (distance(next.at.x) < distance(best.at.x) ? next : best), {
    element: from,
    at: { x: Infinity, y: 0 },
  }).element;
}
