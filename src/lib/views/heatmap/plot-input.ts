import { cellAt, type HeatmapScene } from '../../scene/heatmap-scene.js';
import { rectBetween, type Point, type Rect } from '../../scene/rect.js';
import { isWhole, panBy, reveal, zoomAt, zoomToBox, type Viewport } from '../../scene/viewport.js';
import { actOnKey, arrowSteps } from '../kit/keys.js';
import { pointIn } from '../kit/rect.js';
import type { PairOfTokens } from '../kit/token-focus.svelte.js';
import type { Cell } from './cell-focus.svelte.js';

/** What pointer, wheel and keys act on: the props of a plot, read when they are needed. */
export interface PlotTarget {
  scene: HeatmapScene;
  /** What is looked at, and how to look at another cell. */
  focus: {
    /** The cell under the pointer or cursor, else the locked one. */
    readonly cell: Cell | null;
    readonly locked: unknown;
    readonly pair: PairOfTokens;
    point(cell: Cell | null): void;
    lock(cell: Cell | null): void;
  };
  /** Shows a part of the matrix; the whole without one. */
  moveTo: (viewport: Viewport | undefined) => void;
}

/** A press that moves less than this is a click. */
const clickPx = 4;
/** One notch of a mouse wheel is about 100 px: it zooms by a quarter. */
const zoomPerPx = 1.0023;
const keyZoom = 1.5;

/**
 * Handlers for the element that covers the plot. Hover previews, click locks, drag pans, wheel and pinch zoom: with Shift the keys
 * alone, with Alt the queries. Places are those of the scene.
 *
 * @param setBox takes the box being drawn
 */
export function plotInput(target: () => PlotTarget, setBox: (box: Rect | null) => void) {
  const pressed = new Map<number, Point>();
  let moved = false;
  /** Where a box was begun, with Shift held. */
  let corner: Point | null = null;

  const point = (event: MouseEvent): Point => {
    const { x, y } = pointIn(event, event.currentTarget as HTMLElement);
    const { plot } = target().scene;
    return { x: plot.x + x, y: plot.y + y };
  };
  const cellUnder = (at: Point): Cell | null => cellAt(target().scene, at);
  const zoom = (factor: Point, at: Point): void => {
    const { viewport, plot, size } = target().scene;
    const share = { x: (at.x - plot.x) / plot.width, y: (at.y - plot.y) / plot.height };
    target().moveTo(zoomAt(viewport, factor, share, size));
  };
  const pan = (by: Point): void => {
    const { viewport, plot, size } = target().scene;
    target().moveTo(panBy(viewport, plot, by, size));
  };

  function onpointerdown(event: PointerEvent): void {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    pressed.set(event.pointerId, point(event));
    moved = pressed.size > 1;
    corner = event.shiftKey && !moved ? point(event) : null;
  }

  function onpointermove(event: PointerEvent): void {
    const now = point(event);
    const before = pressed.get(event.pointerId);
    if (!before) {
      target().focus.point(cellUnder(now));
      return;
    }
    if (!moved && Math.hypot(now.x - before.x, now.y - before.y) < clickPx) return;
    moved = true;
    if (corner) {
      setBox(boxBetween(corner, now, target().scene.plot));
      return;
    }
    const other = [...pressed].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const factor =
        Math.hypot(now.x - other.x, now.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y);
      if (Number.isFinite(factor) && factor > 0) zoom({ x: factor, y: factor }, other);
    } else pan({ x: now.x - before.x, y: now.y - before.y });
    pressed.set(event.pointerId, now);
  }

  function onpointerup(event: PointerEvent): void {
    if (!pressed.delete(event.pointerId)) return;
    if (corner && moved) {
      const { viewport, plot, size } = target().scene;
      target().moveTo(zoomToBox(viewport, plot, boxBetween(corner, point(event), plot), size));
    }
    corner = null;
    setBox(null);
    if (moved) return;
    const cell = cellUnder(point(event));
    target().focus.point(cell);
    target().focus.lock(cell);
  }

  function onpointercancel(event: PointerEvent): void {
    pressed.delete(event.pointerId);
    corner = null;
    setBox(null);
  }

  function onpointerleave(): void {
    if (pressed.size === 0) target().focus.point(null);
  }

  function onwheel(event: WheelEvent): void {
    // With Shift held browsers turn a wheel sideways.
    const turn = event.deltaY || (event.shiftKey ? event.deltaX : 0);
    const delta = turn * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1);
    const { viewport, size } = target().scene;
    // Zooming out of the whole is the page's scroll.
    if (delta === 0 || (delta > 0 && isWhole(viewport, size))) return;
    event.preventDefault();
    const factor = zoomPerPx ** -delta;
    zoom({ x: event.altKey ? 1 : factor, y: event.shiftKey ? 1 : factor }, point(event));
    target().focus.point(cellUnder(point(event)));
  }

  function ondblclick(): void {
    target().moveTo(undefined);
  }

  function onkeydown(event: KeyboardEvent): void {
    const { viewport, size, plot } = target().scene;
    const cursor = target().focus.cell;
    const at = cursor ?? { query: Math.ceil(viewport.query), key: Math.ceil(viewport.key) };
    const zoomBy = (factor: number): void =>
      zoom({ x: factor, y: factor }, { x: plot.x + plot.width / 2, y: plot.y + plot.height / 2 });
    const go = (query: number, key: number): void => {
      const cell = cursor
        ? {
            query: Math.min(Math.max(query, 0), size.rows - 1),
            key: Math.min(Math.max(key, 0), size.cols - 1),
          }
        : at;
      target().moveTo(reveal(viewport, cell.query, cell.key, size));
      target().focus.point(cell);
    };
    actOnKey(event, {
      ...arrowSteps((down, right) => go(at.query + down, at.key + right)),
      PageUp: () => go(at.query - 10, at.key),
      PageDown: () => go(at.query + 10, at.key),
      Home: () => go(at.query, 0),
      End: () => go(at.query, size.cols - 1),
      Enter: () => target().focus.lock(at),
      '+': () => zoomBy(keyZoom),
      '=': () => zoomBy(keyZoom),
      '-': () => zoomBy(1 / keyZoom),
      '0': ondblclick,
      Escape() {
        // With nothing to let go, Escape is the page's: it may close what the view is in.
        if (!cursor && !target().focus.locked) return false;
        target().focus.lock(null);
        target().focus.point(null);
      },
    });
  }

  return {
    onpointerdown,
    onpointermove,
    onpointerup,
    onpointercancel,
    onpointerleave,
    onwheel,
    ondblclick,
    onkeydown,
  };
}

/** The rectangle between two points, cut at the plot. */
function boxBetween(a: Point, b: Point, plot: Rect): Rect {
  const clamp = (value: number, least: number, length: number): number =>
    Math.min(Math.max(value, least), least + length);
  const inPlot = ({ x, y }: Point): Point => ({
    x: clamp(x, plot.x, plot.width),
    y: clamp(y, plot.y, plot.height),
  });
  return rectBetween(inPlot(a), inPlot(b));
}
