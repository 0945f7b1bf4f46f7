/** Resolves in the next animation frame, after what was asked for before. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

/**
 * Waits until what was drawn into the canvases of an element is done, by reading a pixel of each: a GPU would else be
 * measured by how fast it takes orders.
 */
export function finishDrawing(host: HTMLElement): void {
  for (const canvas of host.querySelectorAll('canvas')) {
    if (canvas.width === 0 || canvas.height === 0) continue;
    const context = canvas.getContext('2d') ?? canvas.getContext('webgl2');
    if (context instanceof CanvasRenderingContext2D) context.getImageData(0, 0, 1, 1);
    else context?.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, new Uint8Array(4));
  }
}
