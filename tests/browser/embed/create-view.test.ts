import { expect, test, vi } from 'vitest';
import {
  createTrace,
  createView,
  Explorer,
  GroupView,
  HeadView,
  Heatmap,
  ModelView,
  TokenView,
  type Selection,
} from '../../../src/lib/index.js';
import { page } from 'vitest/browser';
import { loadTrace } from '../../../src/lib/io/index.js';
import { stageInfo } from '../../../src/lib/render/index.js';
import { centerOf, drawn, mouse, statusOf, tokenOf, usePage } from '../views/page.js';
import { attention, file, message, pixelsOf, placeWith, region, tokens } from './helpers.js';

usePage();

test('draws, tells of hover and choice, and is updated without being mounted anew', async () => {
  const onHoverChange = vi.fn();
  const onSelectionChange = vi.fn<(selection: Selection) => void>();
  const view = createView(placeWith(), HeadView, { attention, tokens, onHoverChange, onSelectionChange });
  await drawn(region());
  expect(pixelsOf(region())).toBeGreaterThan(300);
  const section = region().element();

  await mouse.move(centerOf(tokenOf(region(), 'queries', 1)));
  await expect.poll(() => onHoverChange.mock.lastCall?.[0]).toMatchObject({ layer: 0, query: 1 });
  await mouse.click(centerOf(tokenOf(region(), 'queries', 2)));
  await expect.poll(() => view.selection).toMatchObject({ layer: 0, heads: [0, 1], query: 2 });
  expect(onSelectionChange).toHaveBeenCalledWith(view.selection);

  expect(view.options).toMatchObject({ edges: 'threshold', top: 3 });
  view.update({ edges: 'top', top: 1, heads: [1], 'aria-label': 'Heads' });
  expect(view.options).toMatchObject({ edges: 'top', top: 1 });
  await expect.poll(() => view.selection).toMatchObject({ heads: [1], query: 2 });
  await expect
    .poll(() => region().element().querySelector<HTMLInputElement>('.edges input')!.value)
    .toBe('1');
  expect(region().element()).toBe(section);

  view.destroy();
  view.destroy();
  await expect.poll(stageInfo).toEqual({ contexts: 0, surfaces: 0, textures: 0 });
});

test('literals written anew with the same content make no trace anew', async () => {
  const write = () => ({ attention: structuredClone(attention), tokens: [...tokens] });
  const view = createView(placeWith(), HeadView, write());
  const { trace } = view.exploration;
  view.update({ ...write(), hover: null });
  expect(view.exploration.trace).toBe(trace);
  view.update({ ...write(), tokens: ['A', 'dog', 'ran'] });
  expect(view.exploration.trace).not.toBe(trace);
  await expect.element(region()).toHaveTextContent('dog');
  view.destroy();
});

test('is destroyed while Pixi and a file are still loading', async () => {
  const failed = vi.fn();
  addEventListener('unhandledrejection', failed);
  const place = placeWith();
  createView(place, Heatmap, { attention, tokens }).destroy();
  createView(place, Heatmap, { src: file }).destroy();
  expect(place.textContent).toBe('');
  await expect.poll(stageInfo).toEqual({ contexts: 0, surfaces: 0, textures: 0 });
  removeEventListener('unhandledrejection', failed);
  expect(failed).not.toHaveBeenCalled();
});

test('reads a file, says so meanwhile, and takes the last of two', async () => {
  const view = createView(placeWith(), HeadView, { src: `${file}&missing-first`, layer: 2 });
  await expect.element(region()).toHaveTextContent('Reading the file …');
  const trace = createTrace({ attention, tokens });
  view.update({ src: file });
  await expect.poll(() => view.selection).toMatchObject({ layer: 2 });
  await drawn(region());
  view.update({ src: null, trace, layer: undefined });
  await expect.element(region()).toHaveTextContent('sat');
  view.destroy();
});

test.each([
  ['a name that is none', { laier: 3 }, /laier .*does not have.* layer/],
  ['a layer in words', { layer: 'three' }, /layer .*"three".*a whole number/],
  ['heads in words', { heads: 'all' }, /heads .*"all".*a list of whole numbers/],
  ['a theme that is none', { theme: 'drak' }, /theme .*"drak".*'auto', 'light', 'dark'/],
  ['a callback that is none', { onHoverChange: 3 }, /onHoverChange .*3.*a function/],
  [
    'a file that is not there',
    { attention: undefined, src: '/nothing.safetensors' },
    /nothing\.safetensors .*404/,
  ],
  [
    'a page in place of a file',
    { attention: undefined, src: 'data:text/html,<!doctype html><p>No.' },
    /web page|HTML/i,
  ],
  [
    'a server that refuses',
    { attention: undefined, src: 'http://127.0.0.1:9/x.npz' },
    /127\.0\.0\.1:9.*CORS/,
  ],
])('says in its place what is wrong: %s', async (_, wrong, text) => {
  const view = createView(placeWith(), HeadView, { attention, tokens, ...wrong } as never);
  await message(text);
  if (!('src' in wrong)) {
    view.update(Object.fromEntries(Object.keys(wrong).map((name) => [name, undefined])));
    await drawn(region());
  }
  view.destroy();
});

test('functions stand for snippets; what they give is text, or a node', async () => {
  const strong = (text: string) => Object.assign(document.createElement('strong'), { textContent: text });
  const view = createView(placeWith(), HeadView, {
    attention,
    tokens: ['<b>The</b>', 'cat', 'sat'],
    token: ({ label }) => `«${label}»`,
    tooltip: (hover) => strong(`query ${hover.query}`),
  });
  await drawn(region());
  await expect.element(tokenOf(region(), 'queries', 0)).toHaveTextContent('«<b>The</b>»');
  await mouse.move(centerOf(tokenOf(region(), 'queries', 1)));
  await expect.element(region()).toHaveTextContent('query 1');
  view.destroy();
});

test('views are linked by the exploration of another, in an element of its own', async () => {
  const [first, second] = [placeWith(), placeWith()];
  const explorer = createView(second, Explorer, { attention, tokens });
  const linked = createView(first, HeadView, {
    exploration: explorer.exploration,
    'aria-label': 'linked',
  });
  await drawn(region('linked'));
  await mouse.click(centerOf(tokenOf(region('linked'), 'queries', 1)));
  await expect.poll(() => explorer.selection).toMatchObject({ query: 1 });
  expect(statusOf(region('linked'))).toContain('cat');
  linked.destroy();
  explorer.destroy();
});

test('writes any view as SVG and PNG, in sight or whole, as wide and as fine as asked', async () => {
  const trace = await loadTrace(file);
  for (const View of [GroupView, HeadView, Heatmap, ModelView, TokenView, Explorer]) {
    const place = placeWith();
    const view = createView(place, View as typeof Heatmap, { trace, theme: 'light' });
    for (const one of page.getByRole('region').all()) await drawn(one);
    const svgOf = async (options: Parameters<typeof view.toSVG>[0]) =>
      new DOMParser().parseFromString(await view.toSVG(options), 'image/svg+xml').documentElement;
    const whole = await svgOf({ whole: true, widthMm: 90, background: 'transparent' });
    expect(whole.getAttribute('width')).toBe('90mm');
    expect(whole.textContent).toContain('all-MiniLM');
    const ground = (of: Element) => of.querySelector(':scope > rect')!.getAttribute('fill');
    expect(ground(await svgOf({ background: 'dark' }))).toBe('#10151c');
    expect(ground(await svgOf({}))).toBe('#ffffff');
    const picture = await createImageBitmap(await view.toPNG({ widthMm: 50.8, dpi: 72, background: 'dark' }));
    expect(picture.width).toBe(144);
    view.destroy();
    place.remove();
  }
});

test('a view that is gone writes nothing, and says so', async () => {
  const view = createView(placeWith(), HeadView, { attention, tokens });
  await drawn(region());
  const svg = new DOMParser().parseFromString(await view.toSVG({ whole: true }), 'image/svg+xml');
  expect(svg.documentElement.textContent).toContain('sat');
  expect(svg.querySelectorAll('path').length).toBeGreaterThan(2);
  const picture = await createImageBitmap(await view.toPNG({ widthMm: 25.4, dpi: 100 }));
  expect(picture.width).toBe(100);
  view.destroy();
  await expect(view.toSVG()).rejects.toThrow('destroyed');
});

test('refuses what is no element', () => {
  expect(() => createView(document.querySelector('#nowhere')!, HeadView, {})).toThrow(
    expect.objectContaining({ code: 'no-page', found: 'null' }),
  );
});
