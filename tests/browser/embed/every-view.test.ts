// Every view through React, Vue, an element and createView: it draws, and what is pointed at and chosen comes out.
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { describe, expect, test, vi } from 'vitest';
import { page, type Locator } from 'vitest/browser';
import { createApp, h, type Component } from 'vue';
import * as attentrace from '../../../src/lib/index.js';
import type { Hover, Labels, Selection } from '../../../src/lib/index.js';
import * as react from '../../../src/lib/embed/react.js';
import * as vue from '../../../src/lib/embed/vue.js';
import '../../../src/lib/embed/elements.js';
import { stageInfo } from '../../../src/lib/render/index.js';
import { cases, head, layer, type View } from '../crossing/cases.js';
import { causalTrace, otherTrace, trace } from '../crossing/trace.js';
import { drawn, mouse, usePage } from '../views/page.js';
import { placeWith } from './helpers.js';

usePage();

const labels: Partial<Labels> = { pair: (from, to) => `${from} ⇒ ${to}`, place: (l, n) => `L${l}H${n}` };
const own: Partial<Record<View, object>> = {
  BudgetView: { trace: causalTrace },
  CompareView: { a: trace, b: otherTrace },
  EvidenceView: { trace, selection: { layer, heads: [head], query: 4 } },
};
const propsOf = (view: View): Record<string, unknown> => ({
  ...{ labels, theme: 'light' },
  ...(view !== 'CompareView' && { trace }),
  // All heads, of which one is then chosen.
  ...(view !== 'ModelView' && { layer, heads: [head] }),
  ...own[view],
});

interface Listeners {
  onHoverChange: (hover: Hover | null) => void;
  onSelectionChange: (selection: Selection) => void;
}
type Mount = (view: View, place: HTMLElement, props: object, listeners: Listeners) => () => void;

const frameworks: Record<string, Mount> = {
  React(view, place, props, listeners) {
    const root = createRoot(place);
    root.render(createElement(react[view] as never, { ...props, ...listeners }));
    return () => root.unmount();
  },
  Vue(view, place, props, listeners) {
    const app = createApp({ setup: () => () => h(vue[view] as Component, { ...props, ...listeners }) });
    app.mount(place);
    return () => app.unmount();
  },
  createView(view, place, props, listeners) {
    const made = attentrace.createView(place, attentrace[view] as never, { ...props, ...listeners } as never);
    return () => made.destroy();
  },
  'an element'(view, place, props, listeners) {
    const tag = `attentrace-${view.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase()}`;
    const element = Object.assign(document.createElement(tag), props);
    const detailOf = (event: Event): never => (event as CustomEvent).detail as never;
    element.addEventListener('hoverchange', (event) => listeners.onHoverChange(detailOf(event)));
    element.addEventListener('selectionchange', (event) => listeners.onSelectionChange(detailOf(event)));
    place.append(element);
    return () => element.remove();
  },
};

describe.each(Object.keys(cases) as View[])('%s', (view) => {
  const { name, place: pointOf, hover, selection } = cases[view];
  test.each(Object.keys(frameworks))('through %s', async (framework) => {
    const onHoverChange = vi.fn<Listeners['onHoverChange']>();
    const onSelectionChange = vi.fn<Listeners['onSelectionChange']>();
    const place = placeWith();
    place.style.cssText = 'inline-size: 1000px; --attentrace-height: 420px';
    const unmount = frameworks[framework]!(view, place, propsOf(view), { onHoverChange, onSelectionChange });
    const region: Locator = page.getByRole('region', { name, exact: true });
    await drawn(region);
    const at = pointOf(region, 'token');
    await mouse.move(at);
    await expect.poll(() => onHoverChange.mock.lastCall?.[0]).toMatchObject(hover);
    await mouse.click(at);
    await expect.poll(() => onSelectionChange.mock.lastCall?.[0]).toMatchObject(selection);
    // Nothing else is told, such as a browser's own event of that name.
    expect(onSelectionChange.mock.calls.every(([told]) => typeof told === 'object')).toBe(true);
    unmount();
    await expect.poll(stageInfo).toEqual({ contexts: 0, surfaces: 0, textures: 0 });
  });
});

test('GroupView takes weights of heads as plain data', async () => {
  const place = placeWith();
  const root = createRoot(place);
  const headWeights = {
    label: 'AT2',
    values: [
      [0, 0.25],
      [-1, 0],
    ],
  };
  root.render(createElement(react.GroupView, { trace, headWeights, headGrid: 'weight', weighted: true }));
  const region = page.getByRole('region', { name: 'Groups' });
  await drawn(region);
  await expect.element(region.getByRole('grid', { name: 'AT2 of each head' })).toBeVisible();
  await expect.element(region.getByRole('gridcell', { name: 'layer 1, head 0: −1.00' })).toBeVisible();
  await expect
    .element(region.getByRole('button', { name: 'weighted by AT2' }))
    .toHaveAttribute('aria-pressed', 'true');
  root.unmount();
});
