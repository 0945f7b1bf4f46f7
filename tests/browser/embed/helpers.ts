import { afterEach, expect } from 'vitest';
import { page, type Locator } from 'vitest/browser';
import recorded from '../../../fixtures/minilm-pair.safetensors?url';

/** A real trace: a small BERT on a pair of sentences. */
export const file = recorded;

export const tokens = ['The', 'cat', 'sat'];
/** Of one layer and two heads. */
export const attention = [
  [
    [
      [1, 0, 0],
      [0.4, 0.6, 0],
      [0.1, 0.7, 0.2],
    ],
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  ],
];

const places = new Set<HTMLElement>();
afterEach(() => {
  for (const place of places) place.remove();
  places.clear();
});

/** An element of the page, 600 px wide, with what an author writes into it. It goes after the test. */
export function placeWith(html = ''): HTMLElement {
  const place = document.createElement('div');
  place.style.cssText = 'inline-size: 600px; --attentrace-height: 300px';
  place.append(document.createRange().createContextualFragment(html));
  document.body.append(place);
  places.add(place);
  return place;
}

export const region = (name = 'Heads'): Locator => page.getByRole('region', { name, exact: true });

/** How many pixels of its canvas a view has drawn. */
export function pixelsOf(view: Locator): number {
  const canvas = view.element().querySelector('canvas')!;
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!;
  copy.drawImage(canvas, 0, 0);
  const data = new Uint32Array(copy.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return data.filter((pixel) => pixel !== data[0]).length;
}

/** Waits for the message that a view has in place of its drawing. */
export const message = (text: string | RegExp) =>
  expect.element(page.getByRole('alert')).toHaveTextContent(text);
