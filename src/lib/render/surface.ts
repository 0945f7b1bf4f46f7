import { Container } from 'pixi.js';
import { hexToRgb } from './colors/oklab.js';
import { RenderError } from './errors.js';
import { joinStage, leaveStage, type Rgba, type Stage, type StageListener } from './stage.js';

/** What draws on a surface. */
export interface Layer {
  /** Brings meshes and uniforms up to date; called just before each draw, once `pixelRatio` is known. */
  prepare(): void;
  destroy(): void;
}

export interface SurfaceOptions {
  /** Nothing new can be drawn. `context-lost` is followed by `onRestore` when it is over. */
  onError(error: RenderError): void;
  /** The context is back, and the picture is about to be drawn again. */
  onRestore?(): void;
  /** The picture has just been drawn. */
  onDraw?(): void;
  /** An opaque background, `#rrggbb`. Default: none, the page shows through. */
  background?: string | null;
}

/** One view's canvas, drawn when something changed. */
export interface Surface {
  /** Whether drawing is possible: false where there is no WebGL2, or the surface was destroyed before. Never rejects. */
  readonly ready: Promise<boolean>;
  /** Where layers put their meshes, in device pixels from the canvas's upper left corner. */
  readonly root: Container;
  /** Device pixels per CSS pixel as drawn; less than asked for where the canvas would be too large. */
  readonly pixelRatio: number;
  readonly background: Rgba;
  /** Size in CSS pixels. The canvas keeps its old picture, stretched, until the next draw. */
  resize(widthPx: number, heightPx: number, pixelRatio: number): void;
  setBackground(hex: string | null): void;
  /** Has the surface drawn in the next animation frame, once, with all others that asked. */
  invalidate(): void;
  /** Draws at once. Returns whether it could: not before `ready`, nor without size or context. */
  drawNow(): boolean;
  addLayer(layer: Layer): void;
  removeLayer(layer: Layer): void;
  reportError(error: RenderError): void;
  /** Destroys the surface and its layers, at any time, also twice. */
  destroy(): void;
}

const surfaces = new Set<Surface>();
const waiting = new Set<Surface>();
let frame = 0;

/** Number of surfaces that have not been destroyed. */
export const surfaceCount = (): number => surfaces.size;

function drawWaiting(): void {
  frame = 0;
  const due = [...waiting];
  waiting.clear();
  for (const surface of due) surface.drawNow();
}

/**
 * Makes a canvas a surface to draw on. Returns at once; layers may be added, and the surface resized, before it is
 * `ready`. The canvas must have no context yet.
 */
export function createSurface(canvas: HTMLCanvasElement, options: SurfaceOptions): Surface {
  const root = new Container();
  const layers = new Set<Layer>();
  let stage: Stage | null = null;
  let destroyed = false;
  let size = { widthPx: 0, heightPx: 0, pixelRatio: 1 };
  let background: Rgba = toRgba(options.background);

  /** The ratio at which neither side is longer than the context can draw. */
  const pixelRatio = () =>
    Math.min(size.pixelRatio, (stage?.maxSize ?? Infinity) / Math.max(size.widthPx, size.heightPx, 1));

  const listener: StageListener = {
    contextLost: (error) => options.onError(error),
    contextRestored() {
      surface.invalidate();
      options.onRestore?.();
    },
  };

  const surface: Surface = {
    ready: start(),
    root,
    get pixelRatio() {
      return pixelRatio();
    },
    get background() {
      return background;
    },
    resize(widthPx, heightPx, pixelRatio) {
      size = { widthPx, heightPx, pixelRatio };
      surface.invalidate();
    },
    setBackground(hex) {
      background = toRgba(hex);
      surface.invalidate();
    },
    invalidate() {
      if (destroyed) return;
      waiting.add(surface);
      frame ||= requestAnimationFrame(drawWaiting);
    },
    drawNow() {
      waiting.delete(surface);
      const width = Math.round(size.widthPx * pixelRatio());
      const height = Math.round(size.heightPx * pixelRatio());
      if (!stage || stage.lost || destroyed || width < 1 || height < 1) return false;
      try {
        const target = canvas.getContext('bitmaprenderer');
        if (!target) throw new Error('its canvas has a context of another kind already.');
        if (canvas.width !== width) canvas.width = width;
        if (canvas.height !== height) canvas.height = height;
        for (const layer of layers) layer.prepare();
        stage.draw(root, target, { width, height }, background);
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
      waiting.delete(surface);
      surfaces.delete(surface);
      root.destroy({ children: true });
      stage?.tidy();
      stage = null;
      leaveStage(listener);
    },
  };

  async function start(): Promise<boolean> {
    try {
      const joined = await joinStage(listener);
      if (destroyed) return false;
      stage = joined;
      surface.invalidate();
      return true;
    } catch (error) {
      leaveStage(listener);
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

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

function toRgba(hex: string | null | undefined): Rgba {
  if (!hex) return [0, 0, 0, 0];
  const [red, green, blue] = hexToRgb(hex);
  return [red / 255, green / 255, blue / 255, 1];
}
