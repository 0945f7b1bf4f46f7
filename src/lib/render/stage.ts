/**
 * The one renderer of the page. Browsers stop at about 16 WebGL contexts, so all views draw with this one, a view
 * at a time, into a canvas nobody sees, and each is handed its picture. Handing over costs nothing; a copy to a 2D canvas
 * takes as long as drawing. Pixi's own way to that (`multiView`) copies, and keeps every canvas it ever drew to.
 */
import 'pixi.js/unsafe-eval';
import { getMaxFragmentPrecision, getTestContext, type Container } from 'pixi.js';
import { RenderError } from './errors.js';
import { MeshRenderer } from './renderer.js';

/** Red, green, blue, opacity, each in 0..1, colour multiplied by opacity. */
export type Rgba = readonly [number, number, number, number];

/** Hears of the context's fate, and draws again when it is back. */
export interface StageListener {
  contextLost(error: RenderError): void;
  contextRestored(): void;
}

/** In device pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** The renderer, for surfaces only. */
export interface Stage {
  /** Longest side of a picture in device pixels. */
  readonly maxSize: number;
  readonly lost: boolean;
  /** Draws a scene of so many device pixels and hands the picture to a canvas. */
  draw(scene: Container, target: ImageBitmapRenderingContext, size: Size, background: Rgba): void;
  /** Lets go of what is left of layers that were destroyed. */
  tidy(): void;
}

/** How long the renderer outlives its last surface, so that a page change does not start a context anew. */
const lingerMs = 500;

const lostError = () =>
  new RenderError(
    'context-lost',
    'The browser took the graphics context away; the picture may be out of date. It is drawn again when the context is back. If it does not come back, reload the page.',
  );

const listeners = new Set<StageListener>();
let running: Promise<RunningStage> | null = null;
let contexts = 0;
let disposal: ReturnType<typeof setTimeout> | undefined;

interface RunningStage extends Stage {
  destroy(): void;
}

/** Joins the page's stage, starting it where it is not running. Rejects with `RenderError` `no-webgl2`. */
export async function joinStage(listener: StageListener): Promise<Stage> {
  clearTimeout(disposal);
  listeners.add(listener);
  const starting = (running ??= startStage());
  try {
    const stage = await starting;
    if (stage.lost && listeners.has(listener)) listener.contextLost(lostError());
    return stage;
  } catch (error) {
    if (running === starting) running = null;
    throw error;
  }
}

/** Leaves the stage; the last to leave turns off the light. */
export function leaveStage(listener: StageListener): void {
  if (!listeners.delete(listener) || listeners.size > 0) return;
  clearTimeout(disposal);
  disposal = setTimeout(() => {
    // A stage that could not be started has told its listeners.
    running?.then((stage) => stage.destroy()).catch(() => {});
    running = null;
  }, lingerMs);
}

/** Number of WebGL contexts held. */
export const contextCount = (): number => contexts;

async function startStage(): Promise<RunningStage> {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('webgl2', { alpha: true, antialias: false, depth: false, stencil: true });
  if (!context) {
    throw new RenderError(
      'no-webgl2',
      'This browser cannot draw here: WebGL 2 is missing or turned off. Turn on hardware acceleration in the browser’s settings, or open the page in a current Chrome, Edge, Firefox or Safari.',
    );
  }
  const maxSize = Math.min(
    context.getParameter(context.MAX_RENDERBUFFER_SIZE),
    ...context.getParameter(context.MAX_VIEWPORT_DIMS),
  );
  contexts++;
  const renderer = new MeshRenderer();
  // Pixi would unload what rests for a minute, with a ticker that never stops; layers here free what they own, and a view at
  // rest stays as it is.
  const unloading = { gcActive: false, gcMaxUnusedTime: Infinity };
  const options = { backgroundAlpha: 0, ...unloading, skipExtensionImports: true };
  await renderer.init({ canvas, context, width: 1, height: 1, ...options }).catch((error: unknown) => {
    contexts--;
    throw error;
  });
  releaseTestContext();

  canvas.addEventListener('webglcontextlost', () => {
    for (const listener of [...listeners]) listener.contextLost(lostError());
  });
  canvas.addEventListener('webglcontextrestored', () => {
    for (const listener of [...listeners]) listener.contextRestored();
  });

  return {
    maxSize,
    get lost() {
      return renderer.context.isLost;
    },
    draw(scene, target, { width, height }, background) {
      if (renderer.width !== width || renderer.height !== height) renderer.resize(width, height, 1);
      renderer.render({ container: scene, clearColor: [...background] });
      target.transferFromImageBitmap(canvas.transferToImageBitmap());
    },
    tidy() {
      // Pixi's registers keep an empty entry for all that was ever destroyed, until it collects.
      renderer.gc.run();
    },
    destroy() {
      contexts--;
      // Never destroy(true): it releases what other users of Pixi on the page share.
      renderer.destroy({ removeView: true });
    },
  };
}

let testContextReleased = false;

/** Pixi asks a context of its own about precision, once. It counts towards the browser's limit until it is lost. */
function releaseTestContext(): void {
  if (testContextReleased) return;
  testContextReleased = true;
  getMaxFragmentPrecision();
  getTestContext()?.getExtension('WEBGL_lose_context')?.loseContext();
}
