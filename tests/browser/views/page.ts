import type { Component, ComponentProps } from 'svelte';
import { afterEach, beforeEach, expect } from 'vitest';
import { cdp, page, type Locator } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { Figure, FigureOptions } from '../../../src/lib/export/index.js';
import { HeadView, Heatmap } from '../../../src/lib/index.js';
import type { CDPSession } from 'playwright';

/** The browser's own protocol: real pointers, real pictures. */
export const browser = (): CDPSession => cdp() as unknown as CDPSession;

/**
 * A page of 1280 × 700 px at which one pixel of a test is one of the screen, with the pointer outside every view. A test
 * that makes Svelte or Pixi warn fails.
 */
export function usePage(): void {
  const warn = console.warn;
  let warnings: unknown[][] = [];
  beforeEach(async () => {
    warnings = [];
    console.warn = (...args) => warnings.push(args);
    await page.viewport(1280, 700);
    await mouse.leave();
  });
  afterEach(async () => {
    console.warn = warn;
    await mouse.release();
    expect(warnings.map((words) => words.map(String))).toEqual([]);
  });
}

export interface Shown<Props> {
  region: Locator;
  change(props: Partial<Props>): Promise<void>;
  unmount(): Promise<void>;
  figure(options?: FigureOptions): Promise<Figure>;
}

type HeatmapProps = ComponentProps<typeof Heatmap>;
type HeadViewProps = ComponentProps<typeof HeadView>;
export const showHeatmap = (props: HeatmapProps) => showView<HeatmapProps>(Heatmap as Component, props);
export const showHeadView = (props: HeadViewProps) => showView<HeadViewProps>(HeadView as Component, props);

/** Mounts a view and waits until it is drawn, or says that it cannot be. */
export async function showView<Props extends object>(View: Component, props: Props): Promise<Shown<Props>> {
  const screen = await render(View, { theme: 'light', ...props });
  const region = screen.getByRole('region');
  await drawn(region);
  return {
    region,
    change: (next) => screen.rerender(next as object),
    unmount: () => screen.unmount(),
    figure: (options) =>
      (screen.component as { figure(options?: FigureOptions): Promise<Figure> }).figure(options),
  };
}

/** Waits until a view says that its drawing is up to date. */
export const drawn = (region: Locator) => expect.element(region).toHaveAttribute('aria-busy', 'false');

/** A point of the page, in CSS pixels. */
export interface Point {
  x: number;
  y: number;
}

export const boxOf = (locator: Locator): DOMRect => locator.element().getBoundingClientRect();

export const centerOf = (locator: Locator): Point => {
  const box = boxOf(locator);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

let pressed = false;
let last: Point = { x: 0, y: 0 };

async function mouseEvent(type: string, at: Point, more: object = {}): Promise<void> {
  last = at;
  const event = { type, ...at, button: pressed ? 'left' : 'none', buttons: pressed ? 1 : 0, ...more };
  await browser().send('Input.dispatchMouseEvent', event as never);
}

/** The reader's mouse. */
export const mouse = {
  move: (at: Point) => mouseEvent('mouseMoved', at),
  leave: () => mouse.move({ x: 1279, y: 699 }),
  async press(at: Point) {
    await mouse.move(at);
    pressed = true;
    await mouseEvent('mousePressed', at, { clickCount: 1 });
  },
  async release() {
    if (!pressed) return;
    pressed = false;
    await mouseEvent('mouseReleased', last, { button: 'left', clickCount: 1 });
  },
  async click(at: Point) {
    await mouse.press(at);
    await mouse.release();
  },
  async doubleClick(at: Point) {
    await mouse.click(at);
    await mouseEvent('mousePressed', at, { button: 'left', buttons: 1, clickCount: 2 });
    await mouseEvent('mouseReleased', at, { button: 'left', clickCount: 2 });
  },
  async drag(from: Point, to: Point) {
    await mouse.press(from);
    await mouse.move({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 });
    await mouse.move(to);
    await mouse.release();
  },
  async wheel(at: Point, deltaY: number) {
    await mouse.move(at);
    await mouseEvent('mouseWheel', at, { deltaX: 0, deltaY });
  },
};

/** Where fingers are, in real touch events; none at the end. */
const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', fingers: readonly Point[] = []) =>
  browser().send('Input.dispatchTouchEvent', {
    type,
    touchPoints: fingers.map((at, id) => ({ ...at, id })),
  });

/** A finger's tap. */
export async function tap(at: Point): Promise<void> {
  // Sent together: what takes long on a busy machine would be a long press.
  await Promise.all([touch('touchStart', [at]), touch('touchEnd')]);
}

/** A finger that goes up or down by some pixels. */
export async function swipe(from: Point, dy: number): Promise<void> {
  await touch('touchStart', [from]);
  for (const t of [0.15, 0.4, 0.7, 1]) await touch('touchMove', [{ x: from.x, y: from.y + dy * t }]);
  // A finger that rests before it leaves throws nothing.
  await new Promise((resolve) => setTimeout(resolve, 200));
  await touch('touchMove', [{ x: from.x, y: from.y + dy }]);
  await touch('touchEnd');
}

/** Two fingers that go from one pair of places to another in a few steps. */
export async function pinch(from: [Point, Point], to: [Point, Point]): Promise<void> {
  const between = (a: Point, b: Point, t: number): Point => ({
    x: a.x + (b.x - a.x) * t,
    y: a.y + (b.y - a.y) * t,
  });
  await touch('touchStart', from);
  for (const t of [0.25, 0.5, 0.75, 1])
    await touch('touchMove', [between(from[0], to[0], t), between(from[1], to[1], t)]);
  await touch('touchEnd');
}

/** The middle of a cell of a heatmap that shows the whole matrix, in whole pixels as wheel events have them. */
export function cellOf(region: Locator, query: number, key: number, queries: number, keys = queries): Point {
  const plot = boxOf(region.getByRole('application'));
  return {
    x: Math.round(plot.x + ((key + 0.5) / keys) * plot.width),
    y: Math.round(plot.y + ((query + 0.5) / queries) * plot.height),
  };
}

/** A token of a head view. */
export const tokenOf = (region: Locator, side: 'queries' | 'keys', position: number): Locator =>
  region.getByRole('listbox', { name: side }).getByRole('option').nth(position);

/** One for all: the browser keeps every range up to date, so that thousands of them, until they are collected, slow each change of the page. */
const range = document.createRange();

/** What is written in a part of the page, and can be seen there. */
export function textIn({
  left,
  right,
  top,
  bottom,
}: {
  left: number;
  right: number;
  top: number;
  bottom: number;
}): string {
  const found: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    range.selectNodeContents(node);
    const { x, y, width, height } = range.getBoundingClientRect();
    const [middleX, middleY] = [x + width / 2, y + height / 2];
    const inside = middleX > left && middleX < right && middleY > top && middleY < bottom;
    if (width > 0 && inside && node.parentElement!.checkVisibility({ visibilityProperty: true }))
      found.push(node.textContent!.trim());
  }
  range.selectNode(document.body);
  return found.filter(Boolean).join(' ');
}

/** The lowest line of a view: what is under the pointer, and its state. */
export function statusOf(region: Locator): string {
  const { left, right, bottom } = boxOf(region);
  return textIn({ left, right, top: bottom - 35, bottom });
}

/** What a screen reader is told of the view as it changes. */
export const announcedBy = (region: Locator): string =>
  region.element().querySelector('[aria-live="polite"]')!.textContent!;
