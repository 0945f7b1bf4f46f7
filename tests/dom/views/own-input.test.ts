// Views with input of their own in an Explorer show that, and look as the Explorer does.
import '../still-starting.js';
import { render, screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { createTrace } from '../../../src/lib/index.js';
import OwnInput from './OwnInput.svelte';

const traceOf = (...tokens: string[]) =>
  createTrace({
    tokens,
    attention: [[tokens.map((_, query) => tokens.map((_, key) => (key <= query ? 1 / (query + 1) : 0)))]],
  });
const around = traceOf('around', 'it');
const own = traceOf('its', 'own', 'text');
const labels = { layer: 'Schicht', comparing: 'Vergleiche' };
const region = (name: string) => within(screen.getByRole('region', { name }));

test('labels and theme are those of the Explorer, the trace is their own', async () => {
  const { rerender } = render(OwnInput, { trace: around, own, b: own, labels, theme: 'dark' });
  for (const name of ['map', 'comparison'])
    expect(screen.getByRole('region', { name }).dataset.theme, name).toBe('dark');
  await expect.poll(() => region('comparison').queryByText('Moved by')).not.toBeNull();
  for (const name of ['map', 'comparison'])
    expect(region(name).getByRole('combobox', { name: 'Schicht' }), name).toBeDefined();
  await rerender({ theme: 'light', labels: { layer: 'couche' } });
  for (const name of ['map', 'comparison']) {
    expect(screen.getByRole('region', { name }).dataset.theme, name).toBe('light');
    expect(region(name).getByRole('combobox', { name: 'couche' }), name).toBeDefined();
  }
});

test('nothing to compare is said where the Explorer has a trace', () => {
  render(OwnInput, { trace: around, own });
  expect(region('comparison').getByText('Nothing to compare yet')).toBeDefined();
  expect(region('comparison').queryByRole('combobox', { name: 'layer' })).toBeNull();
});
