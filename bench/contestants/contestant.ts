import type { Attention } from '../page/data.js';
import { nextFrame } from '../page/frames.js';
import type { Viewport } from '../../src/lib/scene/viewport.js';

/** What a contestant draws into and what it draws. */
export interface Task {
  readonly host: HTMLElement;
  readonly tokens: number;
  /** Made when it is first asked for. */
  readonly attention: Attention;
}

/** One way to draw attention. The clock runs in `first`, `step` and `layer` alone. */
export interface Contestant {
  /** Loads what is loaded once a page, warms it up, and puts the data into the form that is wanted. */
  prepare(task: Task): void | Promise<void>;
  /** Draws the whole; done when the picture is in the canvas or the DOM, finished by the GPU or not. */
  first(): void | Promise<void>;
  /** Done when every weight in sight is in the picture, false where that is not waited for; absent where `first` waits for it. */
  exact?(): Promise<boolean>;
  /** The steps of a minute's looking about, in order. */
  steps(): Step[];
  /** Draws another layer of the same size. */
  layer?(layer: number): void | Promise<void>;
  /** Made ready for the pointer, where that is not so from the start. */
  beforeHover?(): void | Promise<void>;
  /** Where the pointer goes, in pixels of the page. */
  hoverPoints?(): [x: number, y: number][];
}

/** Brings the next state on its way; it is in the picture by the next animation frame, or when the promise is kept. */
export type Step = () => void | Promise<void>;

/** The side of all pictures, in pixels. */
export const sizePx = 900;

const stepCount = 60;

/**
 * Zooms from the whole into a 32nd of it and out again while the middle wanders: the 60 viewports every heatmap shows.
 * A step changes the zoom by a ninth, about what a notch of a wheel does.
 */
export function zoomPath(tokens: number): Viewport[] {
  return Array.from({ length: stepCount }, (_, i) => {
    const turn = (2 * Math.PI * (i + 1)) / stepCount;
    const zoom = 32 ** ((1 - Math.cos(turn)) / 2);
    const seen = tokens / zoom;
    const room = tokens - seen;
    return {
      query: room * (0.5 + 0.2 * Math.sin(turn)),
      key: room * (0.5 - 0.3 * Math.sin(turn)),
      queries: seen,
      keys: seen,
    };
  });
}

/** Points on a diagonal across a square with its corner at (x, y), none near the edge. */
export function diagonal(x: number, y: number, count = 12): [number, number][] {
  return Array.from({ length: count }, (_, i) => {
    const at = sizePx * (0.2 + (0.6 * i) / count);
    return [x + at * 0.8, y + at];
  });
}

/** About what a turn of the wheel scrolls. */
const scrollPx = 240;

/** 60 steps of the same length down and, at the end, up again; for views of tokens below each other. */
export function scrollSteps(scroller: HTMLElement): Step[] {
  return scrollPath(scroller.scrollHeight - scroller.clientHeight).map((px) => () => {
    scroller.scrollTop = px;
    // The view hears of it in the next frame, and draws in that or the one after.
    return nextFrame();
  });
}

/** How far each step has scrolled, where there are `room` pixels to scroll. */
export function scrollPath(room: number): number[] {
  return Array.from({ length: stepCount }, (_, i) => {
    const way = ((i + 1) * scrollPx) % (2 * room || 1);
    return room - Math.abs(room - way);
  });
}

export function canvasIn(host: HTMLElement): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = sizePx;
  canvas.style.display = 'block';
  host.append(canvas);
  return canvas;
}
