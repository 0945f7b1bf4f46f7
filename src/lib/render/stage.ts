/**
 * The one renderer of the page. Browsers stop at about 16 WebGL contexts, so all views draw with this one, a view
 * at a time, into a canvas nobody sees, and each is handed its picture. Handing over costs nothing; a copy to a 2D canvas
 * takes as long as drawing. Pixi's own way to that (`multiView`) copies, and keeps every canvas it ever drew to.
 */
import 'pixi.js/unsafe-eval';
import { WebGLRenderer, type Container, type RenderTexture } from 'pixi.js';
import { RenderError } from './errors.js';
import { tellPrecision } from './precision.js';

/** Hears of the context's fate, and draws again when it is back. */
interface StageListener {
  contextLost(error: RenderError): void;
  contextRestored(): void;
}

/** The renderer, for surfaces only. */
export interface Stage {
  /** Longest side of a picture in device pixels. */
  readonly maxSize: number;
  readonly lost: boolean;
  /** Draws a scene as large as a canvas, in device pixels, and hands it the picture. */
  draw(scene: Container, target: HTMLCanvasElement): void;
  /** Draws a scene into a texture, over nothing. */
  paint(scene: Container, into: RenderTexture): void;
  /** Lets go of what is left of layers that were destroyed. */
  tidy(): void;
}

/** How long the renderer outlives its last surface, so that a page change does not start a context anew. */
const lingerMs = 500;
/** A context that was lost before it could be used is asked for again after so long. */
const retryMs = 1000;

const lostError = () =>
  new RenderError(
    'context-lost',
    'The browser took the graphics context away; the picture may be out of date. It is drawn again when the context is back. If it does not come back, reload the page.',
  );

/** A stage, starting or running, and who is told what becomes of its context: nobody of another stage. */
interface OpenStage {
  readonly starting: Promise<RunningStage>;
  readonly listeners: Set<StageListener>;
}

interface RunningStage extends Stage {
  destroy(): void;
}

let open: OpenStage | null = null;
let contexts = 0;
let disposal: ReturnType<typeof setTimeout> | undefined;

/** Number of WebGL contexts held. */
export const contextCount = (): number => contexts;

/** Joins the page's stage, starting it where it is not running: it rejects with `RenderError` `no-webgl2`. */
export function joinStage(listener: StageListener) {
  clearTimeout(disposal);
  const joined = (open ??= openStage());
  joined.listeners.add(listener);
  return {
    stage: joined.starting.then((stage): Stage => {
      if (stage.lost && joined.listeners.has(listener)) listener.contextLost(lostError());
      return stage;
    }),
    /** Leaves the stage; the last to leave turns off the light. */
    leave() {
      if (!joined.listeners.delete(listener) || joined.listeners.size > 0 || open !== joined) return;
      clearTimeout(disposal);
      disposal = setTimeout(() => closeStage(joined), lingerMs);
    },
  };
}

function openStage(): OpenStage {
  const listeners = new Set<StageListener>();
  const opened = { listeners, starting: startUntilItLasts(listeners) };
  opened.starting.catch(() => {
    if (open === opened) open = null;
  });
  return opened;
}

function closeStage(stage: OpenStage): void {
  open = null;
  // A stage that could not be started has told its listeners.
  stage.starting.then((started) => started.destroy()).catch(() => {});
}

async function startUntilItLasts(listeners: ReadonlySet<StageListener>): Promise<RunningStage> {
  // Those who have asked for the stage are listeners by then.
  await Promise.resolve();
  for (let lostBefore = false; ; lostBefore = true) {
    const stage = await startStage(listeners);
    if (stage && lostBefore) for (const listener of [...listeners]) listener.contextRestored();
    if (stage) return stage;
    if (listeners.size === 0) throw lostError();
    if (!lostBefore) for (const listener of [...listeners]) listener.contextLost(lostError());
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

/** A canvas, its context, and what gives another canvas what was just drawn. */
function makeCanvas() {
  const wanted = { alpha: true, antialias: false, depth: false, stencil: true };
  const offscreen = typeof OffscreenCanvas === 'undefined' ? undefined : new OffscreenCanvas(1, 1);
  const context = offscreen?.getContext('webgl2', wanted) as WebGL2RenderingContext | null | undefined;
  if (offscreen && context)
    return {
      canvas: offscreen,
      context,
      handOver: (target: HTMLCanvasElement) =>
        contextOf(target, 'bitmaprenderer').transferFromImageBitmap(offscreen.transferToImageBitmap()),
    };
  // WebKitGTK draws with WebGL 2 on a canvas of the page only.
  const canvas = document.createElement('canvas');
  const ownContext = canvas.getContext('webgl2', wanted) as WebGL2RenderingContext | null;
  if (!ownContext)
    throw new RenderError(
      'no-webgl2',
      'This browser cannot draw here: WebGL 2 is missing or turned off. Turn on hardware acceleration in the browser’s settings, or open the page in a current Chrome, Edge, Firefox or Safari.',
    );
  return {
    canvas,
    context: ownContext,
    handOver(target: HTMLCanvasElement) {
      const copy = contextOf(target, '2d');
      copy.clearRect(0, 0, target.width, target.height);
      copy.drawImage(canvas, 0, 0);
    },
  };
}

function contextOf(target: HTMLCanvasElement, kind: 'bitmaprenderer'): ImageBitmapRenderingContext;
function contextOf(target: HTMLCanvasElement, kind: '2d'): CanvasRenderingContext2D;
function contextOf(target: HTMLCanvasElement, kind: string): unknown {
  const context = target.getContext(kind);
  if (!context) throw new Error('its canvas has a context of another kind already.');
  return context;
}

/** A stage, or null where its context was lost meanwhile. */
async function startStage(listeners: ReadonlySet<StageListener>): Promise<RunningStage | null> {
  const { canvas, context, handOver } = makeCanvas();
  if (context.isContextLost()) return null;
  contexts++;
  const renderer = new WebGLRenderer();
  // Pixi would unload what rests for a minute, with a ticker that never stops; layers here free what they own, and a view at
  // rest stays as it is.
  const unloading = { gcActive: false, gcMaxUnusedTime: Infinity };
  const options = { backgroundAlpha: 0, ...unloading, skipExtensionImports: true };
  tellPrecision();
  try {
    await renderer.init({ canvas, context, width: 1, height: 1, ...options });
  } catch (error) {
    contexts--;
    if (context.isContextLost()) return null;
    throw error;
  }
  // Its clock would ask for a frame after the other; nothing here waits for one.
  renderer.scheduler.destroy();
  // What is asked of a lost context is answered with null.
  const limits = [context.getParameter(context.MAX_RENDERBUFFER_SIZE), ...(context.getParameter(context.MAX_VIEWPORT_DIMS) ?? [])] as (number | null)[]; // prettier-ignore
  if (context.isContextLost() || limits.includes(null)) {
    contexts--;
    renderer.destroy({ removeView: true });
    return null;
  }

  const lost = (): void => {
    for (const listener of [...listeners]) listener.contextLost(lostError());
  };
  const restored = (): void => {
    for (const listener of [...listeners]) listener.contextRestored();
  };
  canvas.addEventListener('webglcontextlost', lost);
  canvas.addEventListener('webglcontextrestored', restored);

  return {
    maxSize: Math.min(...(limits as number[])),
    get lost() {
      return context.isContextLost();
    },
    draw(scene, target) {
      const { width, height } = target;
      if (renderer.width !== width || renderer.height !== height) renderer.resize(width, height, 1);
      renderer.render({ container: scene });
      handOver(target);
    },
    paint(scene, into) {
      renderer.render({ container: scene, target: into, clearColor: [0, 0, 0, 0] });
    },
    tidy() {
      // Pixi's registers keep an empty entry for all that was ever destroyed, until it collects.
      renderer.gc.run();
    },
    destroy() {
      contexts--;
      canvas.removeEventListener('webglcontextlost', lost);
      canvas.removeEventListener('webglcontextrestored', restored);
      // Never destroy(true): it releases what other users of Pixi on the page share.
      renderer.destroy({ removeView: true });
    },
  };
}
