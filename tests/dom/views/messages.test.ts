import { render, screen, waitFor, within } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { describe, expect, test, vi } from 'vitest';
import * as attentrace from '../../../src/lib/index.js';
import { createTrace, type ViewProps } from '../../../src/lib/index.js';

const tokens = ['The', 'cat', 'sat'];
const rows = (...weights: number[][]) => [[weights]];
const trace = createTrace({ tokens, attention: rows([1, 0, 0], [0.4, 0.6, 0], [0.1, 0.7, 0.2]) });

const names = ['HeadView', 'Heatmap', 'ModelView', 'NeuronView', 'TokenView'] as const;
const views = names.map((name) => [name, attentrace[name] as unknown as Component<ViewProps>] as const);

describe.each(views)('%s', (_name, View) => {
  test('says that there is nothing yet, and offers nothing to choose', () => {
    render(View, {});
    const region = within(screen.getByRole('region'));
    expect(region.getByText('No attention yet')).toBeVisible();
    expect(region.getByText('Pass a trace, or attention and tokens.')).toBeVisible();
    expect(region.queryByRole('alert')).not.toBeInTheDocument();
    expect(region.queryByRole('combobox')).not.toBeInTheDocument();
  });

  test.each([
    ['too few weights', { tokens, attention: rows([1, 0], [0.4, 0.6]) }, /attention/, /3/],
    [
      'a weight over 1',
      { tokens: ['a', 'b'], attention: rows([1, 0], [0.4, 1.6]) },
      /attention\[0\]\[0\]\[1\]/,
      /1\.6/,
    ],
    [
      'a weight that is not a number',
      { tokens: ['a', 'b'], attention: rows([1, 0], [NaN, 0.6]) },
      /attention\[0\]\[0\]\[1\]/,
      /NaN/,
    ],
    ['tokens that are none', { attention: rows([1]), tokens: null as never }, /tokens/, /tokens/],
    ['a layer that the trace does not hold', { trace, layer: 99 }, /layer/, /0/],
    ['a stream that the trace does not hold', { trace, stream: 'cross' as const }, /stream/, /self/],
  ])(
    'says where %s is wrong, and better input takes the message away',
    async (_what, props, place, found) => {
      const view = render(View, props);
      const alert = screen.getByRole('alert');
      expect(alert).toHaveTextContent(place);
      expect(alert).toHaveTextContent(found);
      expect(alert.textContent!.length).toBeGreaterThan(60);
      expect(screen.queryByRole('combobox')).not.toBeInTheDocument();
      await view.rerender({ tokens: undefined, attention: undefined, stream: undefined, layer: 0, trace });
      expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    },
  );
});

// TokenView and NeuronView without queries and keys draw nothing with WebGL.
test.each(views.slice(0, 3))('%s says what to do where there is no WebGL 2', async (_name, View) => {
  render(View, { trace });
  await waitFor(
    () =>
      expect(screen.getByRole('alert')).toHaveTextContent(
        /WebGL 2 is missing or turned off\. Turn on hardware acceleration/,
      ),
    { timeout: 30_000 },
  );
});

test.each(views)('%s leaves no error behind when it is unmounted before it is ready', async (_name, View) => {
  const errors = vi.fn();
  process.on('unhandledRejection', errors);
  window.addEventListener('error', errors);
  const view = render(View, {});
  const changing = view.rerender({ trace });
  view.unmount();
  await changing;
  // What was under way is over once the same modules are there for us.
  await import('../../../src/lib/render/index.js');
  await new Promise((resolve) => setTimeout(resolve));
  expect(errors).not.toHaveBeenCalled();
  process.off('unhandledRejection', errors);
  window.removeEventListener('error', errors);
});
