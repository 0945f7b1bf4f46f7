import { expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { createTrace } from '../../../src/lib/index.js';
import TopKeys from '../../../src/stories/kit/TopKeys.svelte';
import { announcedBy, centerOf, drawn, mouse, statusOf, usePage } from '../views/page.js';

usePage();

/** The third of three tokens looks at the first two. */
const trace = createTrace({
  tokens: ['alpha', ' beta', ' gamma'],
  attention: [
    [
      [
        [1, 0, 0],
        [0.4, 0.6, 0],
        [0.15, 0.7, 0.15],
      ],
    ],
  ],
});

test('a view of one’s own lists what the last query looks at most, and tells of what is pointed at', async () => {
  const onHoverChange = vi.fn();
  const screen = await render(TopKeys, { trace, theme: 'light', count: 2, onHoverChange });
  const region = screen.getByRole('region', { name: 'Top keys' });
  await drawn(region);
  const items = region.getByRole('listitem');
  const written = () => items.elements().map((item) => item.textContent!.replace(/\s+/g, ' ').trim());
  expect(written()).toEqual(['beta 0.70', 'alpha 0.15']);

  await mouse.move(centerOf(items.first()));
  await expect.poll(() => announcedBy(region)).toBe('layer 0, head 0: gamma → beta 0.70');
  expect(statusOf(region)).toContain('gamma → beta 0.70');
  expect(onHoverChange.mock.lastCall![0]).toMatchObject({ query: 2, key: 1 });
  await mouse.leave();
  await expect.poll(() => announcedBy(region)).toBe('');

  await region.getByRole('combobox', { name: 'query' }).selectOptions('alpha');
  await expect.poll(written).toEqual(['alpha 1.00']);
});

test('it takes the lens and the options of other views, and refuses a wrong one by name', async () => {
  const screen = await render(TopKeys, { trace, theme: 'light', hide: [1] });
  const region = screen.getByRole('region', { name: 'Top keys' });
  await drawn(region);
  expect(region.getByRole('listitem').elements().length).toBe(2);
  await screen.rerender({ count: 50 });
  await expect.element(region.getByRole('alert')).toHaveTextContent('a number from 1 to 20');
});
