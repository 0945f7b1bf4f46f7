import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { describe, expect, test, vi } from 'vitest';
import HeadSwatches from '../../../src/lib/views/kit/HeadSwatches.svelte';
import { defaultLabels as labels } from '../../../src/lib/views/kit/labels/index.js';
import Options from '../../../src/lib/views/kit/Options.svelte';
import Picker from '../../../src/lib/views/kit/Picker.svelte';
import SegmentPicker from '../../../src/lib/views/kit/SegmentPicker.svelte';
import Stepper from '../../../src/lib/views/kit/Stepper.svelte';

const button = (name: string) => screen.getByRole('button', { name });
const list = (name: string) => screen.getByRole<HTMLSelectElement>('combobox', { name });
const choices = (name: string) =>
  within(list(name))
    .getAllByRole('option')
    .map((option) => option.textContent);

describe('Stepper', () => {
  const names = { name: 'layer', shortName: 'L', previousLabel: 'previous layer', nextLabel: 'next layer' };
  // A trace of some layers: a step goes to the neighbour that is there, not to the next number.
  const options = [3, 5, 8].map((value) => ({ value, label: String(value) }));

  test('goes to the neighbours, and no further than the ends', async () => {
    const onChange = vi.fn();
    const view = render(Stepper, { ...names, options, value: 5, onChange });
    expect(list('layer')).toHaveValue('5');
    await fireEvent.click(button('next layer'));
    await fireEvent.click(button('previous layer'));
    expect(onChange.mock.calls).toEqual([[8], [3]]);
    // It shows what it is given: whoever is told decides.
    expect(list('layer')).toHaveValue('5');
    await view.rerender({ value: 3 });
    expect(button('previous layer')).toBeDisabled();
    expect(button('next layer')).toBeEnabled();
    await view.rerender({ value: 8 });
    expect(button('previous layer')).toBeEnabled();
    expect(button('next layer')).toBeDisabled();
  });

  test('gives what is chosen in the list, a number as a number', async () => {
    const onChange = vi.fn();
    const heads = [{ value: 'mean', label: 'mean' }, ...options] as {
      value: number | 'mean';
      label: string;
    }[];
    render(Stepper, { ...names, options: heads as never, value: 'mean', onChange });
    expect(choices('layer')).toEqual(['mean', '3', '5', '8']);
    await fireEvent.change(list('layer'), { target: { value: '8' } });
    expect(onChange.mock.calls).toEqual([[8]]);
  });

  test('says its short word to nobody', () => {
    render(Stepper, { ...names, options, value: 5, onChange: vi.fn() });
    expect(screen.getByText('L')).toHaveAttribute('aria-hidden', 'true');
  });
});

test('Picker is named, and gives the value of what is chosen', async () => {
  const onChange = vi.fn();
  const options = [
    { value: 'linear', label: 'linear' },
    { value: 'sqrt', label: '√ scale' },
  ];
  render(Picker, { name: 'scale', options, value: 'sqrt', onChange });
  expect(list('scale')).toHaveDisplayValue('√ scale');
  expect(list('scale')).toHaveAttribute('title', 'scale');
  await fireEvent.change(list('scale'), { target: { value: 'linear' } });
  expect(onChange.mock.calls).toEqual([['linear']]);
});

describe('Options', () => {
  const children = createRawSnippet(() => ({ render: () => '<input aria-label="renormalise" />' }));
  const panel = () => screen.queryByRole('group', { name: 'options' });

  test('are there once their button is pressed, and away at the next', async () => {
    render(Options, { name: 'options', children });
    expect(panel()).not.toBeInTheDocument();
    expect(button('options')).toHaveAttribute('aria-expanded', 'false');
    await fireEvent.click(button('options'));
    expect(panel()).toBeVisible();
    expect(button('options')).toHaveAttribute('aria-expanded', 'true');
    expect(button('options')).toHaveAttribute('aria-controls', panel()!.id);
    await fireEvent.click(button('options'));
    expect(panel()).not.toBeInTheDocument();
  });

  test('Escape closes them and goes back to the button; else it leaves the focus where it is', async () => {
    render(Options, { name: 'options', children });
    document.body.focus();
    await fireEvent.keyDown(document.body, { key: 'Escape' });
    expect(document.body).toHaveFocus();
    await fireEvent.click(button('options'));
    screen.getByLabelText('renormalise').focus();
    await fireEvent.keyDown(screen.getByLabelText('renormalise'), { key: 'a' });
    expect(panel()).toBeVisible();
    await fireEvent.keyDown(screen.getByLabelText('renormalise'), { key: 'Escape' });
    expect(panel()).not.toBeInTheDocument();
    expect(button('options')).toHaveFocus();
  });
});

describe('HeadSwatches', () => {
  const heads = [0, 2, 5];
  const pressed = () =>
    screen.getAllByRole('button', { pressed: true }).map((swatch) => swatch.getAttribute('aria-label'));

  test('one is pressed for each head that is shown, by the number the model gives it', () => {
    render(HeadSwatches, { heads, chosen: [0, 5], labels, onChange: vi.fn() });
    expect(screen.getByRole('group', { name: 'heads' })).toBeVisible();
    expect(screen.getAllByRole('button')).toHaveLength(3);
    expect(pressed()).toEqual(['head 0', 'head 5']);
  });

  test.each([
    ['a click shows a head, in the order of the model', 'head 2', {}, [0, 5], [0, 2, 5]],
    ['a click hides a head', 'head 5', {}, [0, 5], [0]],
    ['Shift and click shows it alone', 'head 5', { shiftKey: true }, [0, 5], [5]],
    ['Shift and click on the only one shows all again', 'head 5', { shiftKey: true }, [5], [0, 2, 5]],
  ])('%s', async (_name, name, keys, chosen, expected) => {
    const onChange = vi.fn();
    render(HeadSwatches, { heads, chosen, labels, onChange });
    await fireEvent.click(button(name), keys);
    expect(onChange.mock.calls).toEqual([[expected]]);
  });

  test('the last head cannot be hidden: a view of no head shows nothing', async () => {
    const onChange = vi.fn();
    render(HeadSwatches, { heads, chosen: [2], labels, onChange });
    await fireEvent.click(button('head 2'));
    expect(onChange).not.toHaveBeenCalled();
  });

  test('a double click shows a head alone', async () => {
    const onChange = vi.fn();
    render(HeadSwatches, { heads, chosen: heads, labels, onChange });
    await fireEvent.dblClick(button('head 2'));
    expect(onChange.mock.calls).toEqual([[[2]]]);
  });
});

describe('SegmentPicker', () => {
  const segment = (name: string, start: number) => ({ name, start, end: start + 1 });
  const [a, b, c] = [segment('A', 0), segment('B', 1), segment('C', 2)];

  test('of two sentences has one list of pairs, queries first', async () => {
    const onChange = vi.fn();
    render(SegmentPicker, {
      querySegments: [a, b],
      keySegments: [a, b],
      query: 'A',
      key: 'B',
      labels,
      onChange,
    });
    const name = labels.pairs;
    expect(choices(name)).toEqual([
      expect.stringContaining(labels.allSegments),
      'A → A',
      'A → B',
      'B → A',
      'B → B',
    ]);
    expect(list(name)).toHaveDisplayValue('A → B');
    list(name).selectedIndex = 3;
    await fireEvent.change(list(name));
    list(name).selectedIndex = 0;
    await fireEvent.change(list(name));
    expect(onChange.mock.calls).toEqual([
      ['B', 'A'],
      [null, null],
    ]);
  });

  test('of three has a list a side, and each keeps the other', async () => {
    const onChange = vi.fn();
    render(SegmentPicker, {
      querySegments: [a, b, c],
      keySegments: [a, b, c],
      query: 'A',
      key: null,
      labels,
      onChange,
    });
    expect(list(labels.queries)).toHaveDisplayValue('A');
    await fireEvent.change(list(labels.keys), { target: { value: 'C' } });
    await fireEvent.change(list(labels.queries), { target: { value: '' } });
    expect(onChange.mock.calls).toEqual([
      ['A', 'C'],
      [null, null],
    ]);
  });

  test('of one segment has nothing to choose', () => {
    const { container } = render(SegmentPicker, {
      querySegments: [a],
      keySegments: [a],
      query: null,
      key: null,
      labels,
      onChange: vi.fn(),
    });
    expect(container.querySelector('select')).toBeNull();
  });
});
