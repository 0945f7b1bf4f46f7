import type { HeadDot } from '../../scene/scatter-scene.js';
import { actOnKey } from '../kit/keys.js';

/** What the keys of the scatter act on. */
interface DotKeys {
  dots: () => readonly HeadDot[];
  /** Where the cursor is. */
  cursor: () => HeadDot | undefined;
  move: (dot: HeadDot | undefined) => void;
  toggle: (dot: HeadDot) => void;
  /** False where there was nothing to let go of. */
  release: () => boolean;
}

/** Left and right go through the dots by their first value, up and down by the second; Enter and the space bar choose, Escape lets go. */
export function dotKeys(keys: DotKeys): (event: KeyboardEvent) => void {
  return (event) => {
    const at = keys.cursor();
    const go = (axis: 0 | 1, by: 1 | -1): void => {
      const order = [...keys.dots()].sort(
        (a, b) => a.values[axis] - b.values[axis] || a.layer - b.layer || a.head - b.head,
      );
      const to = at ? order.indexOf(at) + by : 0;
      keys.move(order[Math.max(0, Math.min(to, order.length - 1))]);
    };
    actOnKey(event, {
      ArrowRight: () => go(0, 1),
      ArrowLeft: () => go(0, -1),
      ArrowUp: () => go(1, 1),
      ArrowDown: () => go(1, -1),
      Enter: () => at && keys.toggle(at),
      Escape: keys.release,
    });
  };
}
