// Where the first token takes most of the weight, every view that shows weights offers to hide it, and says how much it takes.
import '../still-starting.js';
import { fireEvent, render, screen } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { expect, test, vi } from 'vitest';
import { createTrace, HeadView, Heatmap, ModelView, TokenView } from '../../../src/lib/index.js';
import { sinkOf } from '../../../src/lib/views/kit/sink-offer.js';

const tokens = ['The', ' cat', ' sat', ' down', '.'];
/** Each query but the first gives `share` to the first token, and the rest to itself. */
const head = (share: number) =>
  tokens.map((_, query) =>
    tokens.map((_, key) => (query === 0 ? +(key === 0) : key === 0 ? share : key === query ? 1 - share : 0)),
  );
const trace = createTrace({
  tokens,
  attention: [
    [head(0.75), head(0.85)],
    [head(0.25), head(0.35)],
  ],
});
const offer = () => screen.queryByRole('button', { name: /^hide/ });

test.each<[string, Component<never>, object]>([
  ['HeadView', HeadView as never, {}],
  ['Heatmap', Heatmap as never, { combine: 'mean' }],
  ['TokenView', TokenView as never, {}],
])('%s: one click hides it, and another shows it again', async (_, View, more) => {
  const onOptionsChange = vi.fn();
  const props = { trace, onOptionsChange, ...more };
  const { rerender } = render(View as Component<object>, props);
  expect(offer()).toHaveTextContent('hide first token (80 %)');
  await fireEvent.click(offer()!);
  expect(onOptionsChange).toHaveBeenLastCalledWith(expect.objectContaining({ hide: 'first' }));
  expect(offer()).toBeNull();
  await fireEvent.click(screen.getByRole('button', { name: 'first token hidden ×' }));
  expect(offer()).toBeVisible();
  // The next layer has no sink.
  await rerender({ ...props, layer: 1 });
  expect(offer()).toBeNull();
});

test('of the heads that are seen', async () => {
  const { rerender } = render(HeadView, { trace, heads: [1] });
  expect(offer()).toHaveTextContent('85 %');
  await rerender({ trace, heads: [0] });
  expect(offer()).toHaveTextContent('75 %');
});

test('ModelView: of all its heads', () => {
  render(ModelView, { trace });
  expect(offer()).toHaveTextContent('hide first token (55 %)');
});

test('special tokens together, where the first takes little; never of numbers that are no weights', async () => {
  const row = [0.1, 0.1, 0.1, 0.1, 0.6];
  const attention = [[tokens.map(() => row)]];
  const { rerender } = render(Heatmap, {
    trace: createTrace({ tokens: [...tokens.slice(0, 4), '[SEP]'], attention }),
  });
  expect(offer()).toHaveTextContent('hide special tokens (60 %)');
  await rerender({ trace: createTrace({ tokens, attention, quantity: 'gates' }) });
  expect(offer()).toBeNull();
});

test('the weights of layers and heads are read once, whatever else is chosen', () => {
  const stream = createTrace({ tokens, attention: [[head(0.75), head(0.85)]] }).stream();
  const read = vi.spyOn(stream, 'matrix');
  expect(sinkOf(stream, [0], [0])!.share).toBeCloseTo(0.75, 5);
  expect(read).toHaveBeenCalledTimes(1);
  expect(sinkOf(stream, [0], [0])!.share).toBeCloseTo(0.75, 5);
  expect(read).toHaveBeenCalledTimes(1);
  expect(sinkOf(stream, [0], [1])!.share).toBeCloseTo(0.85, 5);
});
