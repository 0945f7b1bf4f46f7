/** Waits, frame by frame, until something is so: what is being read has been read. */
export async function until(isSo: () => boolean, signal?: AbortSignal): Promise<void> {
  while (!isSo()) {
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 16));
  }
}
