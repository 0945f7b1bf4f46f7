/** Long work begins when a movement has rested for this long. */
const restMs = 120;
/** One that goes on and on holds work back no longer than this. */
const longestMs = 5000;

let began = -Infinity;
let last = -Infinity;

/** Says that what is on the screen is being moved: with few processors, work for what has gone by in a moment makes it stutter. */
export function noteMovement(): void {
  const now = performance.now();
  if (now - last >= restMs) began = now;
  last = now;
}

/** For how long, in milliseconds, work that is no quick look is to wait. */
export function heldBackMs(): number {
  return Math.max(0, Math.min(last + restMs, began + longestMs) - performance.now());
}
