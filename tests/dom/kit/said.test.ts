// What the kit says in words: messages, legend, tooltip.
import { render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { describe, expect, test } from 'vitest';
import { viridis } from '../../../src/lib/render/colors/index.js';
import { TraceError } from '../../../src/lib/trace/index.js';
import { defaultLabels as labels } from '../../../src/lib/views/kit/labels/index.js';
import Legend from '../../../src/lib/views/kit/Legend.svelte';
import Tooltip from '../../../src/lib/views/kit/Tooltip.svelte';
import ViewMessage from '../../../src/lib/views/kit/ViewMessage.svelte';

describe('ViewMessage', () => {
  const failure = new TraceError({
    code: 'dtype',
    place: 'attention[0][0][1]',
    found: '1.6',
    expected: 'a weight from 0 to 1',
    fix: 'Pass what comes out of the softmax.',
  });

  test('says of a TraceError where, what was found, what was expected and what to do', () => {
    render(ViewMessage, { failure, labels });
    const alert = screen.getByRole('alert');
    expect(alert).toHaveTextContent('attention[0][0][1]');
    const terms = screen.getAllByRole('term').map((term) => term.textContent);
    const details = screen.getAllByRole('definition').map((detail) => detail.textContent);
    expect(terms).toEqual([labels.errorFound, labels.errorExpected]);
    expect(details).toEqual(['1.6', 'a weight from 0 to 1']);
    expect(screen.getByText('Pass what comes out of the softmax.')).toBeVisible();
  });

  test('says of any other error what it says, as text', () => {
    render(ViewMessage, { failure: new Error('The <b>disk</b> is gone.'), labels });
    expect(screen.getByRole('alert')).toHaveTextContent('The <b>disk</b> is gone.');
  });

  test('that there is nothing yet is no alert', () => {
    render(ViewMessage, { labels: { ...labels, empty: 'Noch nichts da', emptyHint: 'Gib etwas.' } });
    expect(screen.getByText('Noch nichts da')).toBeVisible();
    expect(screen.getByText('Gib etwas.')).toBeVisible();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  test('snippets of one’s own stand in its place', async () => {
    const say = (text: string) => createRawSnippet(() => ({ render: () => `<em>${text}</em>` }));
    const error = createRawSnippet<[Error]>((get) => ({
      render: () => `<em>Sorry: ${get().message.length > 0}</em>`,
    }));
    const view = render(ViewMessage, { labels, empty: say('Pick a sentence.'), error });
    expect(view.container).toHaveTextContent(/^Pick a sentence\.$/);
    await view.rerender({ failure });
    expect(screen.getByRole('alert')).toHaveTextContent(/^Sorry: true$/);
  });
});

describe('Legend', () => {
  const tables = { light: viridis, dark: viridis };

  test('names its ends', () => {
    render(Legend, { tables, range: [0, 0.5], scale: 'linear', labels });
    const legend = screen.getByRole('img', { name: 'weights: 0 – 0.50' });
    // Half way in colour, which on a square-root scale is a quarter of the weight.
    expect(legend).toHaveAttribute('title', '0 · 0.25 · 0.50');
  });

  test('says the weight that the middle colour has on a square-root scale', () => {
    render(Legend, { tables, range: [0, 1], scale: 'sqrt', labels });
    expect(screen.getByRole('img')).toHaveAttribute('title', '0 · 0.25 · 1.00');
  });

  test('a logarithmic scale has no zero: what is less has the first colour too', () => {
    render(Legend, { tables, range: [0, 1], scale: 'log', labels });
    expect(screen.getByRole('img')).toHaveTextContent(/^≤ /);
  });
});

describe('Tooltip', () => {
  const children = createRawSnippet(() => ({ render: () => '<span>them → keys 0.94</span>' }));
  const target = { x: 40, y: 20, width: 10, height: 10 };

  test('stands at the lower right of what it speaks of, and repeats to nobody what the status line says', () => {
    render(Tooltip, { props: { target, box: { width: 300, height: 200 }, children } });
    const tooltip = screen.getByText('them → keys 0.94').parentElement!;
    expect(tooltip.style.translate).toBe('60px 40px');
    expect(tooltip).toHaveAttribute('aria-hidden', 'true');
  });

  test('goes to the other side where its box ends', () => {
    render(Tooltip, { props: { target, box: { width: 55, height: 35 }, children } });
    const tooltip = screen.getByText('them → keys 0.94').parentElement!;
    // Of no size here, it would begin at 60 and 40; 10 px before 40 and 20 it is inside.
    expect(tooltip.style.translate).toBe('30px 10px');
  });
});
