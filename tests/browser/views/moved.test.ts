import { expect, onTestFinished, test } from 'vitest';
import { createTrace } from '../../../src/lib/trace/index.js';
import { showHeatmap, usePage } from './page.js';

usePage();

/** Each query q looks at key k with a weight of its own. */
const weight = (query: number, key: number): number => (query * 16 + key + 1) / 4096;
const trace = createTrace({
  tokens: Array.from({ length: 16 }, (_, i) => `t${i}`),
  attention: {
    dims: [1, 1, 16, 16],
    data: Float32Array.from({ length: 256 }, (_, i) => weight(i >> 4, i & 15)),
  },
});

test('a view goes into a window of its own and comes back when that is closed', async () => {
  const { region } = await showHeatmap({ trace, style: 'block-size: 360px' });
  const view = region.element() as HTMLElement;
  const home = view.parentElement!;
  const canvas = view.querySelector('canvas')!;
  const plot = view.querySelector<HTMLElement>('[role="application"]')!;
  const pointAt = (query: number, key: number): void => {
    const { left, top, width, height } = plot.getBoundingClientRect();
    const at = { clientX: left + ((key + 0.5) / 16) * width, clientY: top + ((query + 0.5) / 16) * height };
    plot.dispatchEvent(new PointerEvent('pointermove', { ...at, bubbles: true, pointerType: 'mouse' }));
  };
  const picture = (): string => canvas.toDataURL();
  const before = picture();

  const popup = window.open('', '', 'width=700,height=500')!;
  onTestFinished(() => popup.close());
  for (const sheet of document.querySelectorAll('style'))
    popup.document.head.append(popup.document.importNode(sheet, true));
  const there = popup.document.body.appendChild(popup.document.createElement('div'));
  there.style.inlineSize = '240px';
  there.append(home);
  // This page tells sizes in its own frames, and has none while nothing in it changes.
  await expect
    .poll(() => requestAnimationFrame(() => {}) && canvas.getBoundingClientRect().width)
    .toBeLessThan(240);
  await expect.poll(picture).not.toBe(before);
  pointAt(9, 5);
  await expect.poll(() => view.textContent).toContain('t9 → t5');

  popup.close();
  await expect.poll(() => popup.closed).toBe(true);
  document.body.append(home);
  await expect.poll(picture).toBe(before);
  pointAt(3, 12);
  await expect.poll(() => view.textContent).toContain('t3 → t12');
});
