import { Container, type RenderTexture } from 'pixi.js';
import { messageOf, RenderError } from './errors.js';
import { joinStage, type Stage } from './stage.js';

/** A layer, as its surface sees it. */
export interface SurfaceLayer {
  /** Brings meshes and uniforms up to date; called just before each draw, once `pixelRatio` is known. */
  prepare(): void;
  /** What was kept in the context's memory is gone. */
  contextRestored?(): void;
  destroy(): void;
}

export interface SurfaceOptions {
  /** Nothing new can be drawn. `context-lost` is followed by `onRestore` when it is over. */
  onError(error: RenderError): void;
  /** The context is back, and the picture is about to be drawn again. */
  onRestore?(): void;
  /** The picture has just been drawn. */
  onDraw?(): void;
}

/** One view's canvas, drawn when something changed. */
export interface Surface {
  /** Whether drawing is possible: false where there is no WebGL2, or the surface was destroyed before. Never rejects. */
  readonly ready: Promise<boolean>;
  /** Where layers put their meshes, in device pixels from the canvas's upper left corner. */
  readonly root: Container;
  /** Device pixels per CSS pixel as drawn; less than asked for where the canvas would be too large. */
  readonly pixelRatio: number;
  /** Size in device pixels, as drawn. */
  readonly devicePx: { readonly width: number; readonly height: number };
  /** Draws a scene into a texture as large as the surface; while a layer is prepared. */
  paint(scene: Container, into: RenderTexture): void;
  /** Size in CSS pixels. The canvas keeps its old picture, stretched, until the next draw. */
  resize(widthPx: number, heightPx: number, pixelRatio: number): void;
  /** Has the surface drawn in the next animation frame, once, with all others that asked. */
  invalidate(): void;
  /** Calls back when what is drawn in this frame has reached the screen; not once the surface is destroyed. */
  afterShown(then: () => void): void;
  /** Draws at once. Returns whether it could: not before `ready`, nor without size or context. */
  drawNow(): boolean;
  addLayer(layer: SurfaceLayer): void;
  removeLayer(layer: SurfaceLayer): void;
  reportError(error: RenderError): void;
  /** Destroys the surface and its layers, at any time, also twice. */
  destroy(): void;
}

/** The page runs some frames ahead of the screen; so many are enough in most browsers. */
const framesToScreen = 3;

const surfaces = new Set<Surface>();

/** Number of surfaces that have not been destroyed. */
export const surfaceCount = (): number => surfaces.size;

/** Who waits to be drawn in a frame of a window: a canvas in a window of its own is seen while this page is not. */
const frames = new Map<Window, Set<Surface>>();
/** So long surfaces are drawn in a frame; then those that are left wait for the next, and come first in it. */
const frameMs = 20;

function drawSoon(surface: Surface, view: Window): void {
  forgetFrame(surface, view);
  const waiting = frames.get(view);
  if (waiting) return void waiting.add(surface);
  const first = new Set([surface]);
  frames.set(view, first);
  view.requestAnimationFrame(() => drawFrame(view, first));
}

function drawFrame(view: Window, waiting: Set<Surface>): void {
  const end = performance.now() + frameMs;
  try {
    for (const surface of [...waiting]) {
      // One that was drawn or destroyed meanwhile is no longer there; one that asks again while it is drawn has its turn in the next frame.
      if (waiting.delete(surface)) surface.drawNow();
      if (performance.now() > end) break;
    }
  } finally {
    if (waiting.size > 0) view.requestAnimationFrame(() => drawFrame(view, waiting));
    else frames.delete(view);
  }
}

/** Takes a surface from the frames of other windows: one that was closed has no further frames. */
function forgetFrame(surface: Surface, except?: Window): void {
  for (const [view, due] of frames) {
    if (view !== except) due.delete(surface);
    if (view.closed) frames.delete(view);
  }
}

/**
 * Makes a canvas a surface to draw on. Returns at once; layers may be added, and the surface resized, before it is
 * `ready`. The canvas must have no context yet.
 */
export function createSurface(canvas: HTMLCanvasElement, options: SurfaceOptions): Surface {
  const root = new Container();
  const layers = new Set<SurfaceLayer>();
  let stage: Stage | null = null;
  let destroyed = false;
  let size = { widthPx: 0, heightPx: 0, pixelRatio: 1 };

  /** The ratio at which neither side is longer than the context can draw. */
  const pixelRatio = () =>
    Math.min(size.pixelRatio, (stage?.maxSize ?? Infinity) / Math.max(size.widthPx, size.heightPx, 1));

  const place = joinStage({
    contextLost: (error) => options.onError(error),
    contextRestored() {
      for (const layer of layers) layer.contextRestored?.();
      surface.invalidate();
      options.onRestore?.();
    },
  });
  const surface: Surface = {
    ready: start(),
    root,
    get pixelRatio() {
      return pixelRatio();
    },
    get devicePx() {
      const ratio = pixelRatio();
      return { width: Math.round(size.widthPx * ratio), height: Math.round(size.heightPx * ratio) };
    },
    paint: (scene, into) => stage!.paint(scene, into),
    resize(widthPx, heightPx, pixelRatio) {
      size = { widthPx, heightPx, pixelRatio };
      surface.invalidate();
    },
    invalidate() {
      if (destroyed) return;
      drawSoon(surface, canvas.ownerDocument.defaultView ?? window);
    },
    afterShown(then) {
      const view = canvas.ownerDocument.defaultView ?? window;
      let frames = framesToScreen;
      const wait = (): void => {
        if (destroyed) return;
        if (frames-- > 0) view.requestAnimationFrame(wait);
        else then();
      };
      wait();
    },
    drawNow() {
      forgetFrame(surface);
      const { width, height } = surface.devicePx;
      if (!stage || stage.lost || destroyed || width < 1 || height < 1) return false;
      try {
        if (canvas.width !== width) canvas.width = width;
        if (canvas.height !== height) canvas.height = height;
        for (const layer of layers) layer.prepare();
        stage.draw(root, canvas);
      } catch (cause) {
        options.onError(
          new RenderError('draw-failed', `The picture could not be drawn: ${messageOf(cause)}`, { cause }),
        );
        return false;
      }
      options.onDraw?.();
      return true;
    },
    addLayer(layer) {
      layers.add(layer);
      surface.invalidate();
    },
    removeLayer(layer) {
      if (layers.delete(layer)) surface.invalidate();
    },
    reportError: (error) => {
      if (!destroyed) options.onError(error);
    },
    destroy() {
      if (destroyed) return;
      destroyed = true;
      for (const layer of [...layers]) layer.destroy();
      forgetFrame(surface);
      surfaces.delete(surface);
      root.destroy({ children: true });
      stage?.tidy();
      stage = null;
      place.leave();
    },
  };

  async function start(): Promise<boolean> {
    try {
      const joined = await place.stage;
      if (destroyed) return false;
      stage = joined;
      surface.invalidate();
      return true;
    } catch (error) {
      place.leave();
      surface.reportError(
        error instanceof RenderError
          ? error
          : new RenderError('draw-failed', `Drawing could not be started: ${messageOf(error)}`, {
              cause: error,
            }),
      );
      return false;
    }
  }

  surfaces.add(surface);
  return surface;
}
