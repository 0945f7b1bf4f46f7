import type { Component, ComponentProps } from 'svelte';
import { expect, test } from 'vitest';
import { toSVG } from '../../../src/lib/export/index.js';
import { HeadScatter } from '../../../src/lib/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import { showView, usePage } from '../views/page.js';

usePage();

test('the figure has the dots, numbers and titles of the screen where they are on it', async () => {
  const { region, figure } = await showView<ComponentProps<typeof HeadScatter>>(HeadScatter as Component, {
    trace: await loadFixture('induction'),
    chosenHeads: [{ layer: 1, head: 0 }],
    style: 'block-size: 420px',
  });
  const svg = new DOMParser().parseFromString(toSVG(await figure()), 'image/svg+xml');
  const screen = region.element();
  const shown = [...screen.querySelectorAll('circle')].map((dot) => [
    Math.round(Number(dot.getAttribute('cx'))),
    Math.round(Number(dot.getAttribute('cy'))),
    getComputedStyle(dot).fill,
  ]);
  const drawn = [...svg.querySelectorAll('rect[rx="5"]')].map((dot) => [
    Math.round(Number(dot.getAttribute('x')) + 5),
    Math.round(Number(dot.getAttribute('y')) + 5),
    rgb(dot.getAttribute('fill')!),
  ]);
  expect(shown).toHaveLength(8);
  expect(drawn).toEqual(shown);
  // The one chosen stands out on both.
  const faded = (root: ParentNode, dots: string): number =>
    [...root.querySelectorAll(dots)].filter((dot) => opacityOf(dot) < 1).length;
  expect(faded(screen, 'circle')).toBe(7);
  expect(faded(svg, 'rect[rx="5"]')).toBe(7);

  const texts = [...svg.querySelectorAll('text')].map(({ textContent }) => textContent.trim());
  for (const { textContent } of screen.querySelectorAll('svg text'))
    expect(texts).toContain(textContent.trim());
  expect(texts).toContain('layer 1');

  // And is offered in the menu.
  await region.getByRole('button', { name: 'options' }).click();
  await expect.element(region.getByRole('button', { name: 'SVG' })).toBeVisible();
});

function opacityOf(dot: Element): number {
  const own = dot.getAttribute('fill-opacity') ?? dot.getAttribute('opacity');
  return Number(own ?? (getComputedStyle(dot).fillOpacity || 1));
}

function rgb(hex: string): string {
  const of = (at: number): number => parseInt(hex.slice(at, at + 2), 16);
  return `rgb(${of(1)}, ${of(3)}, ${of(5)})`;
}
