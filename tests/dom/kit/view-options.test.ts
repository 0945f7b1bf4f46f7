import { expect, test, vi } from 'vitest';
import { plainLens } from '../../../src/lib/analysis/lens/index.js';
import { createExploration } from '../../../src/lib/explore/exploration.svelte.js';
import { createTrace } from '../../../src/lib/index.js';
import { headViewOptions } from '../../../src/lib/views/head-view/options.js';
import { ViewOptions } from '../../../src/lib/views/kit/view-options.svelte.js';

const trace = createTrace({ attention: [[[[1]]]] });

test('changed at once: options of the lens go to the exploration around, the others stay', () => {
  const around = createExploration({ trace });
  const onOptionsChange = vi.fn();
  const options = new ViewOptions(
    headViewOptions,
    () => ({ onOptionsChange }),
    () => around,
  );
  options.set({ granularity: 'word', top: 3 });
  expect(around.lens).toEqual({ ...plainLens, granularity: 'word' });
  expect(options.values).toMatchObject({ granularity: 'word', top: 3 });
  expect(onOptionsChange).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ granularity: 'word', hide: 'none', top: 3 }),
  );
});

test('one option of the lens given: the whole lens is the view’s own', () => {
  const around = createExploration({ trace, lens: { granularity: 'word' } });
  const options = new ViewOptions(
    headViewOptions,
    () => ({ hide: 'first', onOptionsChange: () => {} }),
    () => around,
  );
  expect(options.lens).toEqual({ ...plainLens, hide: 'first' });
  options.set({ renormalize: true });
  expect(options.lens).toEqual({ ...plainLens, hide: 'first', renormalize: true });
  expect(around.lens).toEqual({ ...plainLens, granularity: 'word' });
});
