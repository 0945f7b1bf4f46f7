/** What keys act on. */
export interface TextKeysTarget {
  count: () => number;
  /** Where the cursor is. */
  cursor: () => number | null;
  /** The nearest token of the line above (−1) or below (1). */
  nextLine: (position: number, direction: -1 | 1) => number;
  /** About how many tokens fit in sight. */
  page: () => number;
  move: (position: number) => void;
  /** Goes to what the token looks at most, or what looks at it most. */
  jump: (kind: 'sends' | 'receives') => void;
  lock: (position: number | null) => void;
  release: () => void;
}

/** Keys on running text: left and right move token by token, up and down line by line, Enter locks, Escape lets go, s and r jump. */
export function textKeys(target: TextKeysTarget): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = target.cursor();
    const last = target.count() - 1;
    const go = (position: number): void => target.move(Math.min(Math.max(position, 0), last));
    const step = (to: (from: number) => number): void => go(at === null ? 0 : to(at));
    const actions: Record<string, () => void> = {
      ArrowLeft: () => step((from) => from - 1),
      ArrowRight: () => step((from) => from + 1),
      ArrowUp: () => step((from) => target.nextLine(from, -1)),
      ArrowDown: () => step((from) => target.nextLine(from, 1)),
      PageUp: () => step((from) => from - target.page()),
      PageDown: () => step((from) => from + target.page()),
      Home: () => go(0),
      End: () => go(last),
      s: () => target.jump('sends'),
      r: () => target.jump('receives'),
      Enter: () => target.lock(at),
      ' ': () => target.lock(at),
      Escape: target.release,
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };
}

/** The element of the line above or below that is nearest to one, of elements in the order of the text; itself where there is none. */
export function nearestInNextLine(
  elements: readonly HTMLElement[],
  from: HTMLElement,
  direction: -1 | 1,
  linePx: number,
): HTMLElement {
  const middle = (element: HTMLElement) => {
    const rect = element.getClientRects()[0] ?? element.getBoundingClientRect();
    return { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
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
