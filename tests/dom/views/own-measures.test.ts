import { render, screen, within } from '@testing-library/svelte';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, expect, test } from 'vitest';
import '../../../src/lib/embed/elements.js';
import * as react from '../../../src/lib/embed/react.js';
import { createTrace, createView, Explorer, HeadScatter, ModelView } from '../../../src/lib/index.js';
import '../still-starting.js';

const trace = createTrace({
  tokens: ['a', 'b'],
  attention: [[[[1, 0], [0.9, 0.1]], [[1, 0], [0.2, 0.8]]]], // prettier-ignore
});
/** Numbers known already, and a measure; both put head 1 first. */
const own = {
  values: {
    label: 'my own',
    values: [0, 1].map((head) => ({ layer: 0, head, value: [0.55, 0.9][head]! })),
  },
  measure: {
    label: 'my own',
    measure: {
      bears: 'descriptive',
      unit: 'share',
      oneSequence: true,
      rows: () => (sums: { part: number; whole: number }, weights: Float32Array, query: number) => {
        sums.part += weights[query]!;
        sums.whole++;
      },
    },
  },
} as const;
const kinds = Object.keys(own) as (keyof typeof own)[];

let made: (() => void) | undefined;
afterEach(() => {
  made?.();
  made = undefined;
});
function box(): HTMLElement {
  const element = document.createElement('div');
  document.body.append(element);
  made = () => element.remove();
  return element;
}

/** Every place where the name of a measure is taken, and its own way of being given one. */
const places = {
  ModelView: (orderBy) => void render(ModelView, { trace, orderBy }),
  'the ModelView of an Explorer': (orderBy) =>
    void render(Explorer, { trace, views: { model: { orderBy } }, maximized: 'model' }),
  createView(orderBy) {
    const { destroy } = createView(box(), ModelView, { trace, orderBy });
    made = destroy;
  },
  'an element'(orderBy) {
    const element = document.createElement('attentrace-model-view');
    Object.assign(element, { trace, orderBy });
    box().append(element);
  },
  React(orderBy) {
    const root = createRoot(box());
    root.render(createElement(react.ModelView, { trace, orderBy }));
    made = () => root.unmount();
  },
} satisfies Record<string, (given: (typeof own)[keyof typeof own]) => void>;

for (const [place, show] of Object.entries(places))
  test.each(kinds)(`{ label, %s } orders heads in ${place}`, async (kind) => {
    show(own[kind]);
    const cells = await screen.findAllByRole('gridcell', { name: /my own/ });
    expect(cells).toHaveLength(2);
    expect(cells[0]).toHaveAccessibleName('layer 0, head 1, my own 0.90');
    expect(cells[1]).toHaveAccessibleName('layer 0, head 0, my own 0.55');
    const order = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'order' });
    expect(order.selectedOptions[0]).toHaveTextContent('by my own');
  });

test.each(kinds)('{ label, %s } places heads in HeadScatter, along both axes', async (kind) => {
  render(HeadScatter, { trace, horizontal: own[kind], vertical: { ...own[kind], label: 'mine too' } });
  const horizontal = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'horizontal measure' });
  expect(horizontal.selectedOptions[0]).toHaveTextContent('my own');
  const vertical = screen.getByRole<HTMLSelectElement>('combobox', { name: 'vertical measure' });
  expect(vertical.selectedOptions[0]).toHaveTextContent('mine too');
  const dots = within(await screen.findByRole('listbox', { name: 'heads by two measures' }));
  expect(
    await dots.findByRole('option', { name: 'layer 0, head 1: my own 0.90, mine too 0.90' }),
  ).toBeDefined();
});
