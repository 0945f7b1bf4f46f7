import type { Attachment } from 'svelte/attachments';
import type * as Render from '../../render/index.js';

type RenderModule = typeof Render;

/** A layer that draws, from `render/`. */
interface Layer {
  destroy(): void;
}

/**
 * One canvas of a view and the layer drawn into it. Pixi is loaded when the first canvas is mounted, never on the server;
 * a canvas that is unmounted before that leaves nothing behind. The canvas takes the size of its parent, in whole pixels.
 */
export class Drawing<L extends Layer> {
  /** Undefined until Pixi is loaded. */
  layer = $state.raw<L>();
  size = $state.raw({ width: 0, height: 0 });
  /** Why nothing can be drawn: no WebGL2, or the context was lost. */
  failure = $state.raw<Error>();
  drawn = $state(false);
  /** Whether the page around the canvas is dark; `auto` themes follow it. */
  dark = $state(false);

  readonly #make: (render: RenderModule, surface: Render.Surface) => L;
  #surface: Render.Surface | undefined;

  constructor(make: (render: RenderModule, surface: Render.Surface) => L) {
    this.#make = make;
  }

  readonly attach: Attachment<HTMLCanvasElement> = (canvas) => {
    let gone = false;
    const observer = new ResizeObserver(() => this.#measure(canvas));
    observer.observe(canvas.parentElement!);
    const stopWatching = watchColorScheme(canvas, (dark) => (this.dark = dark));
    const stopWatchingRatio = watchPixelRatio(() => this.#measure(canvas));
    import('../../render/index.js').then(
      (render) => {
        if (gone) return;
        this.#surface = render.createSurface(canvas, {
          onDraw: () => (this.drawn = true),
          onError: (error) => (this.failure = error),
          onRestore: () => (this.failure = undefined),
        });
        this.layer = this.#make(render, this.#surface);
        this.#measure(canvas);
      },
      (error: Error) => (this.failure = error),
    );
    return () => {
      gone = true;
      observer.disconnect();
      stopWatching();
      stopWatchingRatio();
      this.layer?.destroy();
      this.#surface?.destroy();
      this.layer = undefined;
      this.#surface = undefined;
      // The next canvas starts anew: what befell this one is nobody's news any more, such as a context that was lost.
      this.failure = undefined;
      this.drawn = false;
    };
  };

  /** Draws at once, so that DOM that moves in the same task and the canvas show one state. */
  drawNow(): void {
    this.#surface?.drawNow();
  }

  #measure(canvas: HTMLCanvasElement): void {
    // As it is laid out: what scales the page around it scales the canvas too, and may be passing, as when a dialog opens.
    const { width, height } = getComputedStyle(canvas.parentElement!);
    this.size = { width: Math.floor(parseFloat(width)) || 0, height: Math.floor(parseFloat(height)) || 0 };
    const zoom = (canvas as { currentCSSZoom?: number }).currentCSSZoom ?? 1;
    this.#surface?.resize(this.size.width, this.size.height, window.devicePixelRatio * zoom);
  }
}

/**
 * Tells whether an element is in a dark colour scheme, and again when that changes for whatever reason (the reader's
 * setting, a class on the page): a transition of a `light-dark()` colour runs just then.
 */
function watchColorScheme(canvas: HTMLCanvasElement, tell: (dark: boolean) => void): () => void {
  canvas.style.color = 'light-dark(rgb(255 255 255), rgb(0 0 0))';
  // A palette of the reader's own would take the place of this colour.
  canvas.style.setProperty('forced-color-adjust', 'none');
  canvas.style.transition = 'color 1ms step-start';
  const read = (): void => tell(getComputedStyle(canvas).color === 'rgb(0, 0, 0)');
  read();
  canvas.addEventListener('transitionend', read);
  return () => canvas.removeEventListener('transitionend', read);
}

/** Tells when the window moves to a screen of another density, or is zoomed. */
function watchPixelRatio(tell: () => void): () => void {
  let query: MediaQueryList;
  const changed = (): void => {
    watch();
    tell();
  };
  const watch = (): void => {
    query?.removeEventListener('change', changed);
    query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener('change', changed);
  };
  watch();
  return () => query.removeEventListener('change', changed);
}
