import { createRawSnippet } from 'svelte';
import { describe, expect, test, vi } from 'vitest';
import type { Locator } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { createTrace, type HeatmapProps, type Hover, type Token } from '../../../src/lib/index.js';
import { backgroundColors, headColors, night, paper } from '../../../src/lib/render/colors/index.js';
import { loadFixture } from '../../../src/stories/fixtures.js';
import Bound from './Bound.svelte';
import { readWeights, shown } from './fixture.js';
import {
  announcedBy,
  boxOf,
  browser,
  cellOf,
  centerOf,
  drawn,
  mouse,
  showHeadView,
  showHeatmap,
  statusOf,
  textIn,
  tokenOf,
  usePage,
} from './page.js';
import { fromHex, takePicture } from './pixels.js';

usePage();

const pair = await loadFixture('pair');
const weights = await readWeights('pair');
const them = { query: 16, key: 2 };

describe('the parent moves a view by its props', () => {
  test('Heatmap: layer, head and stream', async () => {
    const view = await showHeatmap({ trace: pair, layer: 3, head: 1 });
    await mouse.move(cellOf(view.region, them.query, them.key, 24));
    await expect.poll(() => announcedBy(view.region)).toMatch(/^layer 3, head 1: them → keys 0\.94,/);
    await view.change({ layer: 5 });
    const said = shown(weights.at(5, 1, them.query, them.key));
    await expect
      .poll(() => announcedBy(view.region))
      .toMatch(new RegExp(`^layer 5, head 1: them → keys ${said},`));
    // The pointer has not moved: the tooltip follows all the same.
    expect(textIn(boxOf(view.region.getByRole('application')))).toContain(`${said} layer 5, head 1`);
    await view.change({ combine: 'max' });
    await expect.element(view.region.getByRole('combobox', { name: 'head' })).toHaveValue('max');
    await expect.element(view.region.getByRole('combobox', { name: 'layer' })).toHaveValue('5');
    await view.change({ layer: 0, head: 7, combine: 'none' });
    await expect.element(view.region.getByRole('combobox', { name: 'layer' })).toHaveValue('0');
    await expect.element(view.region.getByRole('combobox', { name: 'head' })).toHaveValue('7');
    await view.change({ trace: await loadFixture('dates'), head: 0, stream: 'decoder' });
    await expect.poll(() => statusOf(view.region)).toContain('12 × 12');
    await view.change({ stream: 'cross' });
    await expect.poll(() => statusOf(view.region)).toContain('12 × 28');
  });

  test('HeadView: layer, heads and stream', async () => {
    const view = await showHeadView({ trace: pair, layer: 3, heads: [1] });
    const pressed = () =>
      view.region
        .getByRole('button', { pressed: true })
        .elements()
        .map((element) => element.getAttribute('aria-label'));
    await expect.poll(pressed).toEqual(['head 1']);
    await view.region.getByRole('button', { name: 'head 8' }).click();
    await expect.poll(pressed).toEqual(['head 1', 'head 8']);
    await view.change({ heads: [2, 4] });
    await expect.poll(pressed).toEqual(['head 2', 'head 4']);
    await view.change({ layer: 1 });
    await expect.element(view.region.getByRole('combobox', { name: 'layer' })).toHaveValue('1');
    await expect.poll(pressed).toEqual(['head 2', 'head 4']);
    await view.change({ trace: await loadFixture('dates'), heads: [2], stream: 'cross' });
    await expect
      .poll(() => view.region.getByRole('listbox', { name: 'keys' }).getByRole('option').elements().length)
      .toBe(28);
    await expect.poll(pressed).toEqual(['head 2']);
  });

  test('a shorter trace under a resting pointer and a locked token', async () => {
    const short = createTrace({
      tokens: ['a', 'b'],
      attention: [
        [
          [
            [1, 0],
            [0.5, 0.5],
          ],
        ],
      ],
    });
    const heatmap = await showHeatmap({ trace: pair });
    await mouse.click(cellOf(heatmap.region, 23, 22, 24));
    await expect.poll(() => statusOf(heatmap.region)).toContain('locked');
    await heatmap.change({ trace: short });
    await expect.poll(() => statusOf(heatmap.region)).toContain('2 × 2');
    await heatmap.unmount();
    const heads = await showHeadView({ trace: pair });
    await mouse.click(centerOf(tokenOf(heads.region, 'queries', 20)));
    await expect.poll(() => statusOf(heads.region)).toContain('locked');
    await heads.change({ trace: short });
    await expect.poll(() => statusOf(heads.region)).toContain('3 of 3 weights');
  });
});

describe('what is bound goes both ways', () => {
  test('Heatmap: selection and hover', async () => {
    const of: HeatmapProps = { trace: pair, layer: 3, head: 1, theme: 'light' };
    const screen = await render(Bound, {
      props: {
        view: 'Heatmap',
        of,
      },
    });
    const region = screen.getByRole('region');
    await drawn(region);
    await mouse.move(cellOf(region, them.query, them.key, 24));
    const hover: Hover = { stream: 'self', layer: 3, head: 1, ...them, value: weights.at(3, 1, 16, 2) };
    await expect.poll(() => screen.component.bound().hover).toEqual(hover);
    await mouse.click(cellOf(region, them.query, them.key, 24));
    await expect
      .poll(() => screen.component.bound().selection)
      .toMatchObject({ layer: 3, heads: [1], ...them });
    await mouse.leave();
    await expect.poll(() => screen.component.bound().hover).toBeNull();

    screen.component.bind({ selection: { layer: 1, heads: [4], query: 5, key: 6 } });
    const said = shown(weights.at(1, 4, 5, 6));
    await expect.poll(() => announcedBy(region)).toMatch(new RegExp(`^layer 1, head 4: cell → ist ${said},`));
    // What the user chose stays when the parent changes something else.
    await region.getByRole('button', { name: 'next layer' }).click();
    await screen.rerender({ of: { ...of, head: 4, scale: 'sqrt' } });
    await expect.poll(() => screen.component.bound().selection).toMatchObject({ layer: 2, query: 5, key: 6 });
    await expect.poll(() => announcedBy(region)).toMatch(/^layer 2, head 4: cell → ist/);
    await screen.rerender({ of: { ...of, layer: 1, head: 4 } });
    // As a linked view would: a cell hovered elsewhere.
    screen.component.bind({ hover: { ...hover, layer: 1, head: 4 } });
    await expect
      .poll(() => announcedBy(region))
      .toMatch(new RegExp(`^layer 1, head 4: them → keys ${shown(weights.at(1, 4, 16, 2))},`));
  });

  test('HeadView: selection and hover', async () => {
    const screen = await render(Bound, {
      props: {
        view: 'HeadView',
        of: { trace: pair, layer: 3, heads: [1], theme: 'light' },
      },
    });
    const region = screen.getByRole('region');
    await drawn(region);
    await mouse.move(centerOf(tokenOf(region, 'keys', 2)));
    await expect.poll(() => screen.component.bound().hover).toMatchObject({ layer: 3, query: null, key: 2 });
    await mouse.click(centerOf(tokenOf(region, 'keys', 2)));
    await expect.poll(() => screen.component.bound().selection).toMatchObject({ query: null, key: 2 });
    await mouse.leave();
    screen.component.bind({ selection: { heads: [0, 1], query: 16 } });
    await expect.element(tokenOf(region, 'queries', 16)).toHaveAttribute('aria-selected', 'true');
    await expect.poll(() => statusOf(region)).toContain('locked');
    await expect.poll(() => announcedBy(region)).toMatch(/them → keys 0\.94/);
  });

  test('a selection that the parent gives without binding it', async () => {
    const onSelectionChange = vi.fn();
    const view = await showHeadView({ trace: pair, layer: 3, selection: { query: 16 }, onSelectionChange });
    await expect.poll(() => announcedBy(view.region)).toMatch(/^layer 3, head 1: them → keys 0\.94/);
    expect(onSelectionChange).not.toHaveBeenCalled();
  });
});

describe('themes', () => {
  const tableAt = (table: Uint8Array, unit: number) => [
    ...table.slice(Math.round(unit * 255) * 3).slice(0, 3),
  ];
  const paperOf = async (region: Locator) => {
    const { x, bottom } = boxOf(region);
    return (await takePicture(boxOf(region))).at({ x: x + 6, y: bottom - 45 });
  };
  /** A place where the drawing is all but full of one colour: the weight of 0.94, or the middle of its line. */
  const views = [
    {
      name: 'Heatmap',
      show: () => showHeatmap({ trace: pair, layer: 3, head: 1, theme: 'auto', range: [0, 1] }),
      place: (region: Locator) => cellOf(region, them.query, them.key, 24),
      colors: { light: tableAt(paper, 0.936), dark: tableAt(night, 0.936) },
    },
    {
      name: 'HeadView',
      show: () => showHeadView({ trace: pair, layer: 3, heads: [1], theme: 'auto' }),
      place: (region: Locator) => {
        const [query, key] = [
          boxOf(tokenOf(region, 'queries', them.query)),
          boxOf(tokenOf(region, 'keys', them.key)),
        ];
        return { x: (query.right + key.left) / 2, y: (query.y + key.y + query.height) / 2 };
      },
      colors: { light: fromHex(headColors(12, 'light')[1]!), dark: fromHex(headColors(12, 'dark')[1]!) },
    },
  ];

  test.each(views)(
    'auto: $name follows the page, when it is made and when it changes',
    async ({ show, place, colors }) => {
      const root = document.documentElement;
      const expectTheme = async (region: Locator, theme: 'light' | 'dark') => {
        await expect.poll(() => paperOf(region)).toEqual(fromHex(backgroundColors[theme]));
        await expect
          .poll(async () => {
            const color = (await takePicture(boxOf(region))).at(place(region));
            const distance = (from: number[]) => Math.hypot(...color.map((channel, i) => channel - from[i]!));
            return distance(colors.light) < distance(colors.dark) ? 'light' : 'dark';
          })
          .toBe(theme);
      };
      try {
        root.style.colorScheme = 'dark';
        const { region } = await show();
        await expectTheme(region, 'dark');
        root.style.colorScheme = 'light';
        await expectTheme(region, 'light');
        root.style.colorScheme = 'light dark';
        const prefers = { features: [{ name: 'prefers-color-scheme', value: 'dark' }] };
        await browser().send('Emulation.setEmulatedMedia', prefers);
        await expectTheme(region, 'dark');
      } finally {
        root.style.colorScheme = '';
        await browser().send('Emulation.setEmulatedMedia', { features: [] });
      }
    },
  );

  test('a colour scheme of the page does not reach a view that has its own', async () => {
    document.documentElement.style.colorScheme = 'dark';
    try {
      const { region } = await showHeatmap({ trace: pair, theme: 'light' });
      await expect.poll(() => paperOf(region)).toEqual(fromHex(backgroundColors.light));
    } finally {
      document.documentElement.style.colorScheme = '';
    }
  });
});

describe('what a page may put in place of our own', () => {
  const html = (text: string) => ({ render: () => `<span>${text}</span>` });
  const token = createRawSnippet<[Token]>((of) => html(`«${of().position}»`));
  const tooltip = createRawSnippet<[Hover]>((of) =>
    html(`${of().query} and ${of().key}: ${of().value?.toFixed(4)}`),
  );
  const empty = createRawSnippet(() => html('Nothing recorded.'));
  const error = createRawSnippet<[Error]>((of) => html(`Oh: ${of().message}`));

  test('Heatmap: token and tooltip', async () => {
    const { region } = await showHeatmap({ trace: pair, layer: 3, head: 1, token, tooltip });
    await expect.poll(() => textIn(boxOf(region))).toContain('«16»');
    await mouse.move(cellOf(region, them.query, them.key, 24));
    await expect
      .poll(() => textIn(boxOf(region.getByRole('application'))))
      .toBe(`16 and 2: ${weights.at(3, 1, 16, 2).toFixed(4)}`);
  });

  test('HeadView: token and tooltip', async () => {
    const { region } = await showHeadView({ trace: pair, layer: 3, heads: [1], token, tooltip });
    await expect.poll(() => textIn(boxOf(tokenOf(region, 'queries', 16)))).toBe('«16»');
    await mouse.click(centerOf(tokenOf(region, 'queries', 16)));
    await mouse.move(centerOf(tokenOf(region, 'keys', 2)));
    await expect
      .poll(() => textIn(boxOf(region)))
      .toContain(`16 and 2: ${weights.at(3, 1, 16, 2).toFixed(4)}`);
  });

  test.each([['Heatmap', showHeatmap] as const, ['HeadView', showHeadView] as const])(
    '%s: empty, error and labels',
    async (_, show) => {
      const view = await show({ empty, error });
      await expect.element(view.region.getByText('Nothing recorded.')).toBeVisible();
      await view.change({ tokens: ['a'], attention: [[[[2]]]] });
      await expect.element(view.region.getByRole('alert')).toHaveTextContent(/^Oh: .*attention/);
      await view.change({
        trace: pair,
        labels: {
          layer: 'Schicht',
          headView: 'Köpfe',
          heatmap: 'Karte',
          hint: 'zeigen, klicken zum Festhalten',
          keys: 'Schlüssel',
          queries: 'Anfragen',
        },
      });
      await expect.element(view.region.getByRole('combobox', { name: 'Schicht' })).toBeVisible();
      await expect.element(view.region).toHaveAccessibleName(/Köpfe|Karte/);
      await expect.poll(() => statusOf(view.region)).toContain('zeigen, klicken zum Festhalten');
      expect(view.region.element().outerHTML).toContain('Schlüssel');
    },
  );

  test('other attributes, a class and a name of the page’s choosing', async () => {
    const { region } = await showHeatmap({ trace: pair, id: 'map', class: 'mine', 'aria-label': 'Pronouns' });
    await expect.element(region).toHaveAccessibleName('Pronouns');
    await expect.element(region).toHaveAttribute('id', 'map');
    await expect.element(region).toHaveClass('mine');
  });
});

test.each([['Heatmap', showHeatmap] as const, ['HeadView', showHeadView] as const])(
  '%s: a token is text, whatever is in it',
  async (_, show) => {
    const run = vi.fn();
    Object.assign(window, { attentraceTestRun: run });
    const attack = '<img src=x onerror="attentraceTestRun()">';
    const { region } = await show({
      tokens: [attack, '</span>'],
      attention: [
        [
          [
            [1, 0],
            [0.5, 0.5],
          ],
        ],
      ],
      selection: { query: 1, key: 0 },
    });
    await expect.poll(() => statusOf(region)).toContain(`</span> → ${attack}`);
    await expect.element(region.getByText(attack, { exact: true }).first()).toBeInTheDocument();
    expect(
      region
        .getByRole('img', { name: '' })
        .elements()
        .filter((element) => element.tagName === 'IMG'),
    ).toEqual([]);
    expect(run).not.toHaveBeenCalled();
  },
);
