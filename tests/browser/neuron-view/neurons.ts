import type { ComponentProps } from 'svelte';
import { expect } from 'vitest';
import type { Locator } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { NeuronView } from '../../../src/lib/index.js';
import type { Stream } from '../../../src/lib/trace/index.js';
import { boxOf, drawn, type Point } from '../views/page.js';

type NeuronViewProps = ComponentProps<typeof NeuronView>;

/** Mounts a neuron view high enough for all of a short trace, and waits until it is drawn and checked. */
export async function showNeurons(props: NeuronViewProps) {
  const screen = await render(NeuronView, {
    theme: 'light',
    style: '--attentrace-height: 680px',
    ...props,
  });
  const region = screen.getByRole('region');
  await drawn(region);
  return {
    region,
    change: (next: NeuronViewProps) => screen.rerender(next),
    unmount: () => screen.unmount(),
  };
}

/** The vectors of a query and of the keys, and their products, worked out here from what the trace holds. */
export function numbersOf(stream: Stream, layer: number, head: number, query: number) {
  const [layerIndex, headIndex] = [stream.layers.indexOf(layer), stream.heads.indexOf(head)];
  const queries = stream.queries!;
  const keys = stream.keys!;
  const keyHead = Math.floor(headIndex / (stream.heads.length / keys.heads));
  const q = [...queries.vector(layerIndex, headIndex, query)];
  const visible = stream.keyTokens.filter((_, key) => !stream.causal || key <= query);
  const rows = visible.map((_, key) => {
    const k = [...keys.vector(layerIndex, keyHead, key)];
    const products = k.map((value, i) => value * q[i]!);
    return { key, k, products, score: products.reduce((a, b) => a + b, 0) / Math.sqrt(q.length) };
  });
  const total = rows.reduce((sum, { score }) => sum + Math.exp(score), 0);
  return { q, rows: rows.map((row) => ({ ...row, weight: Math.exp(row.score) / total })) };
}

/** The rows of the open table in order, each with its cells: numbers of k, of q×k, the score, the softmax, the token. */
export const rowsOf = (region: Locator): HTMLElement[] => [
  ...region.getByRole('grid').element().querySelectorAll<HTMLElement>('[role="row"][aria-selected]'),
];

export const cellsOf = (row: HTMLElement) => {
  const [k, product, score, weight] = row.querySelectorAll<HTMLElement>('[role="gridcell"]');
  return {
    k: k!,
    product: product!,
    score: score!,
    weight: weight!,
    token: row.querySelector('[role="rowheader"]')!,
  };
};

/** The middle of an element's number in a cell of `dim` numbers. */
export function elementAt(cell: HTMLElement, place: number, dim: number): Point {
  const box = cell.getBoundingClientRect();
  // The right pixel of a cell is a gap: the middle of the rest.
  return { x: box.x + ((place + 0.4) / dim) * box.width, y: box.y + box.height / 2 };
}

/** The size with the full colour, as the heading of a column says it: `±4`. */
export function rangeOf(region: Locator, column: string): number {
  const heading = [...region.element().querySelectorAll('.head .column')].find((element) =>
    element.textContent!.startsWith(column),
  )!;
  const range = Number(/±([\d.e-]+)/.exec(heading.textContent!)![1]);
  expect(range).toBeGreaterThan(0);
  return range;
}

/** A query in the list: a click on it opens or closes it. */
export const queryOf = (region: Locator, position: number): Locator =>
  region.getByRole('listbox', { name: 'queries' }).getByRole('option').nth(position);

export const stripBox = (region: Locator): DOMRect =>
  region.element().querySelector('.vector')!.getBoundingClientRect();

export { boxOf };
