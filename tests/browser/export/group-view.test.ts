import type { Component } from 'svelte';
import { describe, expect, test } from 'vitest';
import { GroupView, type GroupViewProps } from '../../../src/lib/index.js';
import { ragTrace, retrievalHeads } from '../../../src/stories/rag-trace.js';
import { showView, usePage } from '../views/page.js';
import { fromHex } from '../views/pixels.js';
import { marksOf, placedBoxes, said } from './agree.js';

usePage();
const trace = ragTrace();
const show = (props: GroupViewProps) => showView<GroupViewProps>(GroupView as unknown as Component, props);

/** The colour that an element is filled with, whatever CSS wrote it in. */
function fillOf(element: Element): number[] {
  const context = new OffscreenCanvas(1, 1).getContext('2d')!;
  context.fillStyle = getComputedStyle(element).backgroundColor;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

const words = (text: string): string => text.replace(/\s+/gu, '');

describe('a group view: its SVG and the screen agree', () => {
  test.each([
    { name: 'light', props: { queryGroup: 'It was the longest span in the world until 1964.' } },
    {
      name: 'dark, heads and a document chosen',
      props: { keyGroup: '3 · Engineering report 1933–37', chosenHeads: retrievalHeads, theme: 'dark' },
    },
    {
      name: 'heads weighted, and what removing documents changed',
      props: {
        headWeights: {
          label: 'AT2',
          values: Array.from({ length: 6 }, (_, layer) =>
            Array.from({ length: 8 }, (_, head) => 3 * layer - head),
          ),
        },
        headGrid: 'weight',
        weighted: true,
        removed: trace
          .stream()
          .keySegments.slice(0, -1)
          .map(({ name }, i) => ({ key: name, change: i / 10 })),
      },
    },
  ] as const)('$name', async ({ props }) => {
    const view = await show({ trace, ...props });
    const region = view.region.element();
    const theme = 'theme' in props ? 1 : 0;
    const figure = await view.figure();
    const boxes = placedBoxes(figure.marks);

    // Bars: as long as on the screen, and of the same colours.
    const bars = [...region.querySelectorAll<HTMLElement>('.bar i')];
    const parts = boxes.filter(({ rect, radiusPx, fill }) => rect.height === 14 && !radiusPx && fill);
    expect(parts).toHaveLength(bars.length);
    expect(bars.length).toBeGreaterThan(3);
    const ground = boxes.find(({ rect, radiusPx }) => rect.height === 14 && radiusPx === 2)!;
    for (const [i, bar] of bars.entries()) {
      const whole = bar.parentElement!.getBoundingClientRect();
      const { x, width } = bar.getBoundingClientRect();
      const { rect, fill } = parts[i]!;
      expect((rect.x - ground.rect.x) / ground.rect.width).toBeCloseTo((x - whole.x) / whole.width, 2);
      // But the gap of a pixel.
      const px = ground.rect.width;
      if (rect.width > 0.5) expect((rect.width + 1) / px).toBeCloseTo(width / whole.width, 2);
      expect(fromHex(fill![theme])).toEqual(fillOf(bar));
    }

    // Heads by colour, and which are chosen.
    const cells = [...region.querySelectorAll('[role=gridcell]')];
    const heads = boxes.filter(({ line, linePx, fill }) => line && linePx === 1 && fill);
    expect(heads.map(({ fill }) => fromHex(fill![theme]))).toEqual(cells.map(fillOf));
    expect(heads).toHaveLength(48);
    const chosen = boxes.filter(({ line, fill }) => line && !fill);
    expect(chosen).toHaveLength(region.querySelectorAll('[role=gridcell][aria-selected=true]').length);

    // Text by content, and how strongly each token is shaded.
    const written = words(
      said(figure)
        .map(({ text }) => text)
        .join(''),
    );
    for (const text of region.querySelectorAll(
      '.panes h4, .panes .name, .panes strong, .keys p[dir], .keys .agreement, .queries > p:not([hidden])',
    ))
      expect(written).toContain(words(text.textContent));
    for (const row of region.querySelectorAll('.keys li')) {
      const numbers = [...row.querySelectorAll('.number')].map(
        (one) => /−?[\d.,]+|–/.exec(one.textContent)![0],
      );
      // Share and lift, or where weights are below 0 share and change.
      expect(numbers).toHaveLength(2);
      expect(said(figure).map(({ text }) => text)).toEqual(expect.arrayContaining(numbers));
    }
    const shades = [...region.querySelectorAll<HTMLElement>('.piece')]
      .map((piece) => Number(piece.style.getPropertyValue('--shade')))
      .filter((shade) => shade > 0);
    const drawnShades = boxes.filter(({ fill }) => fill?.[0] === '#6fa3dc').map(({ opacity }) => opacity!);
    expect(drawnShades.map((shade) => Number(shade.toFixed(2)))).toEqual(shades);
    expect(shades.length).toBeGreaterThan(20);
  });

  test('a figure of what is in sight has those groups only, and says so; one of the whole has all', async () => {
    const view = await show({ trace, style: '--attentrace-height: 260px' } as GroupViewProps);
    const [inSight, whole] = [await view.figure(), await view.figure({ whole: true })];
    const names = trace
      .stream()
      .keySegments.slice(0, -1)
      .map(({ name }) => name);
    const named = (of: typeof whole) => names.filter((name) => said(of).some(({ text }) => text === name));
    expect(named(whole)).toEqual(names);
    expect(named(inSight).length).toBeLessThan(names.length);
    expect(named(inSight).length).toBeGreaterThan(0);
    expect(inSight.caption).toMatch(/What is looked at 0–\d of 5$/);
    expect(whole.caption).not.toMatch(/of 5/);
    expect(marksOf(whole.marks, 'text').length).toBeGreaterThan(marksOf(inSight.marks, 'text').length);
  });

  test('it is saved from its menu', async () => {
    const view = await show({ trace });
    await view.region.getByRole('button', { name: 'options' }).click();
    await expect.element(view.region.getByRole('button', { name: 'SVG' })).toBeVisible();
  });
});
