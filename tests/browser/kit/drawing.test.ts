import { afterEach, expect, test, vi } from 'vitest';
import type { SignedLayer } from '../../../src/lib/render/index.js';
import { Drawing } from '../../../src/lib/views/kit/index.js';
import { until } from '../render/helpers.js';

const undo: (() => void)[] = [];
afterEach(() => undo.splice(0).forEach((act) => act()));

/** A drawing in a box of a size, in another with a style. */
async function draw(style: string, size = 'width: 200px; height: 100px') {
  const around = document.createElement('div');
  around.style.cssText = `position: absolute; ${style}`;
  const parent = document.createElement('div');
  parent.style.cssText = `position: relative; ${size}`;
  const canvas = document.createElement('canvas');
  parent.append(canvas);
  around.append(parent);
  document.body.append(around);
  const drawing = new Drawing<SignedLayer>((render, surface) => render.createSignedLayer(surface));
  const stop = drawing.attach(canvas);
  undo.push(() => {
    stop?.();
    around.remove();
  });
  await until(() => drawing.drawn);
  return { around, canvas, drawing };
}

test.each([
  ['nothing', '', 1],
  ['a scale', 'transform: scale(0.6)', 1],
  ['a scale that grows', 'animation: none; scale: 0.1', 1],
  ['zoom, which is sharp', 'zoom: 1.5', 1.5],
])('inside %s a canvas has the layout size of its box', async (_, style, sharper) => {
  const { canvas, drawing } = await draw(style);
  expect(drawing.size).toEqual({ width: 200, height: 100 });
  await until(() => canvas.width === 200 * sharper * devicePixelRatio);
  expect(canvas.height).toBe(100 * sharper * devicePixelRatio);
});

test('a box of parts of pixels is filled in whole ones', async () => {
  const { drawing } = await draw('', 'width: 200.6px; height: 99.5px');
  expect(drawing.size).toEqual({ width: 200, height: 99 });
});

test('another devicePixelRatio is noticed, each time', async () => {
  // No test can move its page to another screen: the browser's word for it is given by hand.
  const query = new EventTarget();
  const asked = vi.spyOn(window, 'matchMedia').mockReturnValue(query as MediaQueryList);
  const ratio = vi.spyOn(window, 'devicePixelRatio', 'get').mockReturnValue(1);
  undo.push(() => vi.restoreAllMocks());
  const { canvas } = await draw('');
  expect(canvas.width).toBe(200);
  for (const next of [2, 1.5]) {
    ratio.mockReturnValue(next);
    query.dispatchEvent(new Event('change'));
    await until(() => canvas.width === 200 * next);
    expect(asked).toHaveBeenLastCalledWith(`(resolution: ${next}dppx)`);
  }
});
