/** Resolves in the next animation frame, after what was asked for before. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

/**
 * Waits until what was drawn into the canvases of an element is done, by reading a pixel of each. Once a page: Chromium moves a
 * 2D canvas that is read again and again off the GPU, and all it then does is slow.
 */
export function finishCanvases(host: HTMLElement): void {
  for (const canvas of host.querySelectorAll('canvas')) {
    if (canvas.width === 0 || canvas.height === 0) continue;
    const context = canvas.getContext('2d') ?? canvas.getContext('webgl2');
    if (context instanceof CanvasRenderingContext2D) context.getImageData(0, 0, 1, 1);
    else if (context instanceof WebGL2RenderingContext) readPixel(context);
  }
  finishGpu();
}

let probe: WebGL2RenderingContext | undefined;
const waits: { start: number; end: number }[] = [];

/** How long of a time the page waited here for the GPU, which is the benchmark's doing and no contestant's. */
export function waitedMs(start: number, end: number): number {
  return waits.reduce(
    (sum, wait) => sum + Math.max(0, Math.min(end, wait.end) - Math.max(start, wait.start)),
    0,
  );
}

/**
 * Waits until the GPU has done what it was given before, by reading a pixel of a canvas that nobody sees: a GPU would else be
 * measured by how fast it takes orders.
 */
export function finishGpu(): void {
  probe ??= document.createElement('canvas').getContext('webgl2')!;
  probe.clear(probe.COLOR_BUFFER_BIT);
  readPixel(probe);
}

function readPixel(context: WebGL2RenderingContext): void {
  const start = performance.now();
  context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, new Uint8Array(4));
  waits.push({ start, end: performance.now() });
}
