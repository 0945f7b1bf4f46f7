import { expect, test, vi } from 'vitest';
import '../../../src/lib/embed/elements.js';
import { stageInfo } from '../../../src/lib/render/index.js';
import { centerOf, drawn, mouse, statusOf, tokenOf, usePage } from '../views/page.js';
import { attention, file, message, pixelsOf, placeWith, region, tokens } from './helpers.js';

usePage();

const written = `attention="${JSON.stringify(attention)}" tokens='${JSON.stringify(tokens)}'`;

test('an element needs no script: it reads its file and draws what its attributes say', async () => {
  const place = placeWith(
    `<attentrace-head-view src="${file}" layer="3" heads="[1, 4]" theme="dark" edges="top" top="2" renormalize hide="special" class="mine" data-x="1"></attentrace-head-view>`,
  );
  const element = place.querySelector('attentrace-head-view')!;
  await expect.poll(() => element.selection).toMatchObject({ layer: 3, heads: [1, 4] });
  await drawn(region());
  expect(pixelsOf(region())).toBeGreaterThan(300);
  expect(element.options).toMatchObject({ edges: 'top', top: 2, renormalize: true, hide: 'special' });
  expect(getComputedStyle(region().element()).backgroundColor).toBe('rgb(16, 21, 28)');
  expect(element.clientHeight).toBe(300);
  element.setAttribute('layer', '5');
  await expect.poll(() => element.selection).toMatchObject({ layer: 5, heads: [1, 4] });
  element.removeAttribute('edges');
  await expect.poll(() => element.options).toMatchObject({ edges: 'threshold' });
});

test('properties hold what is no text, before and after the element is one', async () => {
  const element = document.createElement('attentrace-head-view');
  element.tokens = tokens;
  element.attention = attention;
  element.heads = [1];
  placeWith().append(element);
  await drawn(region());
  expect(element.selection).toMatchObject({ heads: [1] });
  element.heads = [0];
  await expect.poll(() => element.selection).toMatchObject({ heads: [0] });
  element.options = { edges: 'share', share: 0.5 };
  expect(element.options).toMatchObject({ edges: 'share', share: 0.5 });
});

test('events bubble, with what is chosen and hovered', async () => {
  const place = placeWith(`<attentrace-head-view ${written}></attentrace-head-view>`);
  const told = vi.fn<(type: string, detail: object) => void>();
  for (const type of ['selectionchange', 'hoverchange', 'optionschange'])
    place.addEventListener(type, (event) => told(type, (event as CustomEvent).detail as object));
  await drawn(region());
  await mouse.click(centerOf(tokenOf(region(), 'queries', 1)));
  await expect
    .poll(() => told.mock.calls)
    .toContainEqual(['selectionchange', expect.objectContaining({ query: 1 })]);
  expect(told.mock.calls).toContainEqual(['hoverchange', expect.objectContaining({ query: 1 })]);
  await region().getByRole('combobox', { name: 'lines', exact: true }).selectOptions('top');
  await expect
    .poll(() => told.mock.calls)
    .toContainEqual(['optionschange', expect.objectContaining({ edges: 'top' })]);
});

test('what was chosen survives a move, and a time in no page', async () => {
  const place = placeWith(`<attentrace-head-view ${written}></attentrace-head-view><aside></aside>`);
  const element = place.querySelector('attentrace-head-view')!;
  await drawn(region());
  const section = region().element();
  await mouse.click(centerOf(tokenOf(region(), 'queries', 2)));
  await expect.poll(() => element.selection).toMatchObject({ query: 2 });
  element.options = { edges: 'top' };

  place.querySelector('aside')!.append(element);
  await drawn(region());
  expect(region().element()).toBe(section);
  expect(element.selection).toMatchObject({ query: 2 });

  element.remove();
  await expect.poll(() => stageInfo().surfaces).toBe(0);
  expect(element.view).toBe(undefined);
  place.append(element);
  await drawn(region());
  expect(element.selection).toMatchObject({ query: 2 });
  expect(element.options).toMatchObject({ edges: 'top' });
});

test('an explorer links those inside it, wherever they are, also one that is moved in', async () => {
  const place = placeWith(
    `<attentrace-head-view ${written} aria-label="outside"></attentrace-head-view>
     <attentrace-explorer ${written} theme="dark"><div><attentrace-head-view aria-label="one"></attentrace-head-view></div>
     <attentrace-heatmap aria-label="two"></attentrace-heatmap></attentrace-explorer>`,
  );
  await drawn(region('one'));
  await drawn(region('two'));
  const explorer = place.querySelector('attentrace-explorer')!;
  await mouse.click(centerOf(tokenOf(region('one'), 'queries', 1)));
  await expect.poll(() => explorer.selection).toMatchObject({ query: 1 });
  expect(place.querySelector('attentrace-heatmap')!.selection).toMatchObject({ query: 1 });
  expect(getComputedStyle(region('two').element()).colorScheme).toBe('dark');

  const outside = place.querySelector('attentrace-head-view')!;
  expect(outside.selection).toMatchObject({ query: null });
  outside.removeAttribute('attention');
  outside.removeAttribute('tokens');
  explorer.append(outside);
  await expect.poll(() => outside.selection).toMatchObject({ query: 1 });
  await expect.poll(() => statusOf(region('outside'))).toContain('cat');
});

test.each([
  ['laier="3"', /laier .*does not have.* layer/],
  ['layer="three"', /layer .*"three".*a whole number/],
  ['edges="lines"', /edges .*"lines".*'threshold', 'top', 'share'/],
  ['attention="[[["', /attention/],
])('says in its place what is wrong: %s', async (wrong, text) => {
  placeWith(
    `<attentrace-head-view ${wrong.startsWith('attention') ? `tokens='["a"]'` : written} ${wrong}></attentrace-head-view>`,
  );
  await message(text);
});

test.each([
  ['a file that is not there', '/nothing.safetensors', /nothing\.safetensors .*404/],
  ['a page in place of a file', 'data:text/html,<!doctype html><p>No.</p>', /web page|HTML/i],
  ['a server that refuses', 'http://127.0.0.1:9/x.npz', /127\.0\.0\.1:9.*CORS/],
])('says in its place what is wrong with its src: %s', async (_, src, text) => {
  const place = placeWith('<attentrace-heatmap></attentrace-heatmap>');
  const element = place.querySelector('attentrace-heatmap')!;
  element.setAttribute('src', src);
  await message(text);
  expect(element.querySelector('[role=alert]')).not.toBe(null);
  // What is mended is drawn.
  element.setAttribute('src', file);
  await drawn(region('Heatmap'));
});

test.each([
  [{ layer: 'three' }, /layer .*"three".*a whole number/],
  [{ heads: 'all' }, /heads .*"all".*a list of whole numbers/],
  [{ trace: 'trace.npz' }, /trace .*"trace\.npz".*a trace/],
  [{ trace: { attention, tokens } }, /trace .*\{ attention, tokens \}.*a trace/],
  [{ labels: 3 }, /labels .*3.*an object of strings/],
])('says in its place that a property is of the wrong type: %o', async (wrong, text) => {
  const place = placeWith(`<attentrace-head-view ${written}></attentrace-head-view>`);
  Object.assign(place.querySelector('attentrace-head-view')!, wrong);
  await message(text);
  expect(place.querySelector('attentrace-head-view [role=alert]')).not.toBe(null);
});

test('attributes of HTML and of frameworks are nobody’s mistake', async () => {
  placeWith(
    `<attentrace-head-view ${written} id="x" class="y" slot="z" part="p" style="color: red" title="t" lang="en" dir="ltr" tabindex="0"
      data-v-1f2e aria-describedby="d" x-data="{}" hx-get="/" @click="1" :foo="2" onclick="void 0"></attentrace-head-view>`,
  );
  await drawn(region());
});

test('another src ends the reading of the one before', async () => {
  const place = placeWith(`<attentrace-head-view src="${file}"></attentrace-head-view>`);
  const element = place.querySelector('attentrace-head-view')!;
  const fetching = vi.spyOn(window, 'fetch');
  element.src = `${file}&again`;
  await expect.poll(() => fetching.mock.calls.length).toBeGreaterThan(0);
  const signal = fetching.mock.calls[0]![1]!.signal!;
  element.src = '/nothing.npz';
  await message(/404/);
  expect(signal.aborted).toBe(true);
  fetching.mockRestore();
});

test('a hundred elements share one context, and leave nothing behind', async () => {
  const place = placeWith();
  place.append(
    ...Array.from({ length: 100 }, (_, i) => {
      const element = document.createElement('attentrace-head-view');
      element.attention = attention;
      element.tokens = tokens;
      element.setAttribute('aria-label', `view ${i}`);
      element.style.setProperty('--attentrace-height', '220px');
      return element;
    }),
  );
  for (const i of [0, 50, 99]) await drawn(region(`view ${i}`));
  await expect.poll(() => stageInfo()).toMatchObject({ contexts: 1, surfaces: 100 });
  for (const i of [0, 50, 99]) await expect.poll(() => pixelsOf(region(`view ${i}`))).toBeGreaterThan(300);
  place.remove();
  await expect.poll(stageInfo).toEqual({ contexts: 0, surfaces: 0, textures: 0 });
});
