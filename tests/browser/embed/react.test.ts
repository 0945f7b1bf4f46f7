import { createElement as h, createRef, StrictMode, useState, version, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, test, vi } from 'vitest';
import { createTrace, type Selection, type ViewHandle } from '../../../src/lib/index.js';
import { Explorer, HeadView, Heatmap } from '../../../src/lib/embed/react.js';
import { stageInfo } from '../../../src/lib/render/index.js';
import type { HeadViewProps } from '../../../src/lib/views/head-view/types.js';
import { centerOf, drawn, mouse, statusOf, tokenOf, usePage } from '../views/page.js';
import { attention, file, pixelsOf, placeWith, region, tokens } from './helpers.js';

usePage();

const unmounts: (() => void)[] = [];
afterEach(() => {
  for (const unmount of unmounts.splice(0)) unmount();
});

/** Renders in strict mode, as starters do. */
function show(content: ReactNode) {
  const root = createRoot(placeWith());
  const render = (content: ReactNode) => root.render(h(StrictMode, null, content));
  render(content);
  unmounts.push(() => root.unmount());
  return { render, unmount: () => root.unmount() };
}

test('React is one that is promised', () => expect(Number(version.split('.')[0])).toBeGreaterThanOrEqual(18));

test('a view whose state is the page’s draws, tells, and is mounted once', async () => {
  const onHoverChange = vi.fn();
  const ref = createRef<ViewHandle<HeadViewProps>>();
  function App() {
    const [selection, setSelection] = useState<Partial<Selection>>({ heads: [1] });
    const [hover, setHover] = useState<HeadViewProps['hover']>(null);
    return h(HeadView, {
      ref,
      attention: structuredClone(attention),
      tokens: [...tokens],
      selection,
      hover,
      onSelectionChange: setSelection,
      onHoverChange: (next) => (onHoverChange(next), setHover(next)),
      className: 'mine',
      style: { '--attentrace-height': '260px' },
      'aria-label': `query ${selection.query}`,
    });
  }
  const { unmount } = show(h(App));
  const first = region('query undefined');
  await drawn(first);
  expect(pixelsOf(first)).toBeGreaterThan(100);
  expect(document.querySelectorAll('.mine > section')).toHaveLength(1);
  const section = first.element() as HTMLElement;
  expect(section.offsetHeight).toBe(260);
  const { trace } = ref.current!.exploration;

  await mouse.click(centerOf(tokenOf(first, 'queries', 2)));
  await drawn(region('query 2'));
  expect(region('query 2').element()).toBe(section);
  expect(ref.current!.selection).toMatchObject({ heads: [1], query: 2 });
  expect(ref.current!.exploration.trace).toBe(trace);
  await expect.poll(() => onHoverChange.mock.lastCall).toEqual([expect.objectContaining({ query: 2 })]);

  unmount();
  await expect.poll(stageInfo).toEqual({ contexts: 0, surfaces: 0, textures: 0 });
});

test('a prop that is given no more is as if it never was', async () => {
  const { render } = show(h(HeadView, { attention, tokens, edges: 'top', theme: 'dark' }));
  await drawn(region());
  expect(region().element().querySelector('select')).not.toBe(null);
  render(h(HeadView, { attention, tokens }));
  await expect.element(region()).toHaveAttribute('data-theme', 'auto');
});

test('children of an Explorer are React’s, and its views are linked, deep inside too', async () => {
  const trace = createTrace({ attention, tokens });
  const select = vi.fn();
  const Deep = () => h('div', null, h(HeadView, { 'aria-label': 'deep' }));
  const { render } = show(
    h(
      Explorer,
      { trace, onSelectionChange: select },
      h('h2', null, 'Mine'),
      h(Deep),
      h(Heatmap, { 'aria-label': 'map' }),
    ),
  );
  await drawn(region('deep'));
  await drawn(region('map'));
  await mouse.click(centerOf(tokenOf(region('deep'), 'queries', 1)));
  await expect.poll(() => select.mock.lastCall).toEqual([expect.objectContaining({ query: 1 })]);
  await mouse.leave();
  await expect.poll(() => statusOf(region('map'))).toContain('cat');
  render(h(Explorer, { trace, onSelectionChange: select }, h(Deep)));
  await expect.element(region('map')).not.toBeInTheDocument();
  await drawn(region('deep'));
});

test('is unmounted while Pixi and its file are loading', async () => {
  const { unmount } = show(h(HeadView, { src: file }));
  await expect.element(region()).toBeInTheDocument();
  unmount();
  await expect.poll(stageInfo).toEqual({ contexts: 0, surfaces: 0, textures: 0 });
});
