/** The page stays as smooth as 60 frames a second let it. */
const sliceMs = 12;

/** Lets others have their turn where it is time to. */
export type Pause = () => Promise<void>;

/** A function that lets others have their turn when a slice of time is used up, and rejects when the signal is aborted. */
export function pacer(signal?: AbortSignal): Pause {
  let since = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - since < sliceMs) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
    signal?.throwIfAborted();
  };
}
