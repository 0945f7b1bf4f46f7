import type { Attachment } from 'svelte/attachments';
import type { Surface } from '../../render/index.js';

/** A layer that draws, from `render/`. */
interface Layer {
  destroy(): void;
}

/**
 * One canvas of a view and the layer drawn into it. Pixi, and what makes the layer, are loaded when the first canvas is mounted, never on
 * the server; a canvas that is unmounted before that leaves nothing behind. The canvas takes the size of its parent, in whole layout pixels: what is
 * around may be scaled.
 */
export class Drawing<L extends Layer> {
  /** Undefined until Pixi is loaded. */
  layer = $state.raw<L>();
  size = $state.raw({ width: 0, height: 0 });
  /**
   * Why nothing can be drawn: a `RenderError`, whose code `no-webgl2` says that there is nothing to wait for. After `context-lost`
   * it is undefined again when the context is back, which a canvas hears only while it is mounted.
   */
  failure = $state.raw<Error>();
  drawn = $state(false);
  /** Whether the page around the canvas is dark; `auto` themes follow it. */
  dark = $state(false);

  readonly #load: () => Promise<(surface: Surface) => L>;
  #surface: Surface | undefined;

  /** @param load gets what makes the layer, and no layer of other views with it */
  constructor(load: () => Promise<(surface: Surface) => L>) {
    this.#load = load;
  }

  readonly attach: Attachment<HTMLCanvasElement> = (canvas) => {
    let gone = false;
    const ratio = watchPixelRatio(canvas, () => this.#resize(canvas));
    const stopSize = watchSize(canvas.parentElement!, (width, height) => {
      this.size = { width: Math.floor(width), height: Math.floor(height) };
      ratio.follow();
      this.#resize(canvas);
    });
    const stopScheme = watchColorScheme(canvas, (dark) => (this.dark = dark));
    Promise.all([import('../../render/surface.js'), this.#load()]).then(
      ([{ createSurface }, make]) => {
        if (gone) return;
        this.#surface = createSurface(canvas, {
          onDraw: () => (this.drawn = true),
          onError: (error) => (this.failure = error),
          onRestore: () => (this.failure = undefined),
        });
        this.layer = make(this.#surface);
        this.#resize(canvas);
      },
      (error: Error) => (this.failure = error),
    );
    return () => {
      gone = true;
      stopSize();
      ratio.stop();
      stopScheme();
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

  #resize(canvas: HTMLCanvasElement): void {
    this.#surface?.resize(this.size.width, this.size.height, pixelRatioOf(canvas));
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

/** The window that an element is in now, which may be another than that of this code. */
const windowOf = (element: Element): Window => element.ownerDocument.defaultView ?? window;

/** Device pixels per layout pixel: CSS `zoom` counts, a transform does not, as it comes and goes. */
function pixelRatioOf(canvas: HTMLCanvasElement): number {
  const { currentCSSZoom = 1 } = canvas as { currentCSSZoom?: number };
  return windowOf(canvas).devicePixelRatio * currentCSSZoom;
}

/**
 * Tells the size of an element, in whole layout pixels. In a window of its own that window watches too: this page tells nothing while
 * it is hidden, as it is then likely to be.
 */
function watchSize(element: Element, tell: (width: number, height: number) => void): () => void {
  let there: { of: Window; observer: ResizeObserver } | undefined;
  const onSize: ResizeObserverCallback = ([entry]) => {
    const now = windowOf(element);
    if (there && there.of !== now) {
      there.observer.disconnect();
      there = undefined;
    }
    if (now !== window && !there) {
      const { ResizeObserver: Observer } = now as Window & typeof globalThis;
      there = { of: now, observer: new Observer(onSize) };
      there.observer.observe(element);
    }
    tell(entry!.contentRect.width, entry!.contentRect.height);
  };
  const here = new ResizeObserver(onSize);
  here.observe(element);
  return () => {
    here.disconnect();
    there?.observer.disconnect();
  };
}

/** Tells when the device pixels per CSS pixel change: by the browser's zoom, or on another screen. */
function watchPixelRatio(canvas: HTMLCanvasElement, tell: () => void) {
  let query: MediaQueryList | undefined;
  let watched: Window | undefined;
  const watch = (): void => {
    watched = windowOf(canvas);
    query = watched.matchMedia(`(resolution: ${watched.devicePixelRatio}dppx)`);
    query.addEventListener('change', change, { once: true });
  };
  const change = (): void => {
    tell();
    watch();
  };
  const stop = (): void => query?.removeEventListener('change', change);
  watch();
  return {
    stop,
    /** The canvas may have been moved into another window, on another screen. */
    follow() {
      if (windowOf(canvas) === watched) return;
      stop();
      watch();
    },
  };
}
