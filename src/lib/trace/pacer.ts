import { nextTurn } from './next-turn.js';

/** Longest work between two pauses: a frame at 60 a second has 16 ms. */
const sliceMs = 12;

/** Pauses where it is time to, so that the page can respond. */
export type Pause = () => Promise<void>;

/** A function to call often in long work: it pauses when a slice of time is used up, and rejects when the signal is aborted. */
export function pacer(signal?: AbortSignal): Pause {
  let since = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - since < sliceMs) return;
    await new Promise<void>(nextTurn);
    since = performance.now();
    signal?.throwIfAborted();
  };
}
