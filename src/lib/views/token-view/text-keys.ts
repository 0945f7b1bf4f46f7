import { actOnKey, type KeyAction } from '../kit/keys.js';
import { rectIn } from '../kit/rect.js';
import { linePx } from './text-lines.js';

/** What keys act on. */
export interface TextKeysTarget {
  count: () => number;
  /** Where the cursor is. */
  cursor: () => number | null;
  /** Whether the text there runs to the left, as Arabic and Hebrew do. */
  runsLeft: (position: number) => boolean;
  /** The nearest token of the line above (−1) or below (1). */
  nextLine: (position: number, direction: -1 | 1) => number;
  /** About how many tokens fit in sight. */
  page: () => number;
  move: (position: number) => void;
  /** What other keys do. */
  more: () => Readonly<Record<string, KeyAction>>;
}

/** Keys on running text: left and right move token by token, up and down line by line. */
export function textKeys(target: TextKeysTarget): (event: KeyboardEvent) => void {
  return (event) => {
    const at = target.cursor();
    const last = target.count() - 1;
    const go = (position: number): void => target.move(Math.min(Math.max(position, 0), last));
    const step = (to: (from: number) => number): void => go(at === null ? 0 : to(at));
    const sideways = (by: -1 | 1): void => step((from) => from + (target.runsLeft(from) ? -by : by));
    actOnKey(event, {
      ArrowLeft: () => sideways(-1),
      ArrowRight: () => sideways(1),
      ArrowUp: () => step((from) => target.nextLine(from, -1)),
      ArrowDown: () => step((from) => target.nextLine(from, 1)),
      PageUp: () => step((from) => from - target.page()),
      PageDown: () => step((from) => from + target.page()),
      Home: () => go(0),
      End: () => go(last),
      ...target.more(),
    });
  };
}

/** The element of the line of `flow` above or below that is nearest to one, of its elements in order; itself where there is none. */
export function nearestInNextLine(
  flow: HTMLElement,
  elements: readonly HTMLElement[],
  from: HTMLElement,
  direction: -1 | 1,
): HTMLElement {
  const middle = (element: HTMLElement) => {
    const { x, y, width, height } = rectIn(element, flow);
    return { x: x + width / 2, y: y + height / 2 };
  };
  const here = middle(from);
  const beyond = elements
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
