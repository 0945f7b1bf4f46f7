import axe from 'axe-core';
import type { Component } from 'svelte';
import { expect, test, vi } from 'vitest';
import { userEvent, type Locator } from 'vitest/browser';
import { createTrace, TokenView, type Hover, type Selection, type Trace } from '../../../src/lib/index.js';
import { boxOf, mouse, showView, statusOf, usePage, type Point } from '../views/page.js';
import { fromHex, takePicture, type Rgb } from '../views/pixels.js';
import { showTokenView } from './helpers.js';

usePage();

const first = 1;
/** A picture that is white but for its upper left quarter, so that it can be told how it lies. */
const src = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2" preserveAspectRatio="none"><rect width="2" height="2" fill="#fff"/><rect width="1" height="1" fill="#000"/></svg>',
)}`;

/** A marker, a picture, and a question whose last token looks at one patch alone. */
function pictureTrace(rows: number, cols: number, patch: number): Trace {
  const tokens = ['<s>', ...Array.from({ length: rows * cols }, () => '<image>'), ' what', ' is', ' it'];
  const n = tokens.length;
  const data = new Float32Array(n * n);
  for (let query = 0; query < n; query++) data[query * n + (query === n - 1 ? first + patch : 0)] = 1;
  return createTrace({
    tokens,
    attention: { dims: [1, 1, n, n], data },
    segments: [{ name: 'the cat', start: first, end: first + rows * cols, image: { src, rows, cols } }],
  });
}

const gridOf = (region: Locator): Locator => region.getByRole('listbox', { name: 'the cat' });
/** The middle of a patch, from the box of the picture alone. */
function middleOf(region: Locator, rows: number, cols: number, patch: number): Point {
  const { x, y, width, height } = region.element().querySelector('img')!.getBoundingClientRect();
  return {
    x: x + ((patch % cols) + 0.5) * (width / cols),
    y: y + (Math.floor(patch / cols) + 0.5) * (height / rows),
  };
}
const isNear = (a: Rgb, b: readonly number[], by = 4): boolean =>
  a.every((channel, i) => Math.abs(channel - b[i]!) <= by);

test.each([
  [14, 14, 177],
  [24, 24, 551],
  [7, 11, 64],
  [9, 5, 38],
])('%i × %i: patch %i is shaded where it lies in the picture, and no other', async (rows, cols, patch) => {
  const trace = pictureTrace(rows, cols, patch);
  const query = trace.stream().keyTokens.length - 1;
  const { region } = await showTokenView({ trace, show: 'sends', selection: { query } });
  const img = region.element().querySelector('img')!;
  await img.decode();
  expect(img.getBoundingClientRect().width / img.getBoundingClientRect().height).toBeCloseTo(cols / rows, 1);
  await expect.element(gridOf(region).getByRole('option').nth(patch)).toHaveClass('shaded');
  const picture = await takePicture(img.getBoundingClientRect());
  const fill = fromHex('#6fa3dc').map((channel) => 255 + (channel - 255) * 0.9);
  const shaded = Array.from({ length: rows * cols }, (_, i) => i).filter((i) => {
    const color = picture.at(middleOf(region, rows, cols, i));
    return Math.floor(i / cols) >= rows / 2 || i % cols >= cols / 2 ? isNear(color, fill) : false;
  });
  expect(shaded).toEqual([patch]);
  // The picture lies the way it should: its upper left quarter is dark, the others are not.
  const dark = (i: number): boolean => picture.at(middleOf(region, rows, cols, i))[0] < 180;
  expect([dark(0), dark(cols - 1), dark((rows - 1) * cols)]).toEqual([true, false, false]);
});

test('a patch is hovered and chosen as a token is, by pointer', async () => {
  const [rows, cols, patch] = [7, 11, 64];
  const onHoverChange = vi.fn<(hover: Hover | null) => void>();
  const onSelectionChange = vi.fn<(selection: Selection) => void>();
  const { region } = await showTokenView({
    trace: pictureTrace(rows, cols, patch),
    onHoverChange,
    onSelectionChange,
  });
  for (const at of [0, 10, 64, 76]) {
    await mouse.move(middleOf(region, rows, cols, at));
    await expect.poll(() => onHoverChange.mock.lastCall?.[0]?.query).toBe(first + at);
  }
  await mouse.move(middleOf(region, rows, cols, patch));
  await expect.poll(() => statusOf(region)).toMatch(/it → r6 c10\s?1\.00/);
  await mouse.click(middleOf(region, rows, cols, patch));
  await expect.poll(() => onSelectionChange.mock.lastCall?.[0]?.query).toBe(first + patch);
});

test('and by keyboard; the text passes over the picture', async () => {
  const [rows, cols] = [7, 11];
  const onSelectionChange = vi.fn<(selection: Selection) => void>();
  const { region } = await showTokenView({ trace: pictureTrace(rows, cols, 3), onSelectionChange });
  (gridOf(region).element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowRight}{ArrowRight}{Enter}');
  await expect.poll(() => onSelectionChange.mock.lastCall?.[0]?.query).toBe(first + cols + 2);
  const active = gridOf(region).element().getAttribute('aria-activedescendant')!;
  expect(document.getElementById(active)!.ariaLabel).toBe('r2 c3');
  await userEvent.keyboard('{Escape}');
  await expect.poll(() => onSelectionChange.mock.lastCall?.[0]?.query).toBe(null);
  const text = region.getByRole('listbox', { name: 'tokens' });
  (text.element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{Enter}');
  await expect.poll(() => onSelectionChange.mock.lastCall?.[0]?.query).toBe(first + rows * cols);
  expect(text.element().textContent).toContain('the cat');
  expect(text.element().textContent).not.toContain('<image>');
});

test.each(['light', 'dark'] as const)('axe, %s, at 1,280 and 320 px', async (theme) => {
  const { region } = await showTokenView({ trace: pictureTrace(14, 14, 3), theme });
  for (const width of [1280, 320]) {
    region.element().parentElement!.style.inlineSize = `${width - 16}px`;
    await expect.poll(() => boxOf(region).width).toBeLessThan(width);
    const { violations } = await axe.run(region.element(), { rules: { region: { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes[0]!.html.slice(0, 200)])).toEqual([]);
    const { right } = region.element().querySelector('img')!.getBoundingClientRect();
    expect(right).toBeLessThanOrEqual(boxOf(region).right);
  }
});

test('a figure says that it is without the picture', async () => {
  const { figure } = await showView(TokenView as Component, { trace: pictureTrace(2, 2, 0) });
  expect((await figure()).caption).toContain('pictures are not part of a figure');
});
