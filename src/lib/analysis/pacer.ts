/** The page stays as smooth as 60 frames a second let it. */
const sliceMs = 12;

/** A function that lets others have their turn when a slice of time is used up, and rejects when the signal is aborted. */
export function pacer(signal?: AbortSignal): () => Promise<void> {
  let since = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - since < sliceMs) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
    signal?.throwIfAborted();
  };
}
