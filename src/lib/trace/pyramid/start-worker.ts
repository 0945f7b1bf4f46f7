/**
 * Starts a worker that performs tasks. In the compiled package its code is part of this file (`scripts/build-compiled.js`): no bundler has
 * to find it, and it starts on a page of another origin.
 */
export const startWorker = (): Worker =>
  new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
