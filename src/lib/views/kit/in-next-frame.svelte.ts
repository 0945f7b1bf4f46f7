/**
 * Has something done in the next frame, for what is current then. Whoever asks where things are as soon as something changes has the page
 * laid out at once, and again for each view that writes after it; in the frame it is laid out anyway.
 *
 * @param near something of the window that the frame is of
 * @param task reads all that it depends on, and returns what is to be done
 */
export function inNextFrame(near: () => Element | undefined, task: () => (() => void) | undefined): void {
  $effect(() => {
    const act = task();
    const view = near()?.ownerDocument.defaultView;
    if (!act || !view) return;
    const frame = view.requestAnimationFrame(act);
    return () => view.cancelAnimationFrame(frame);
  });
}
