import { describe, expect, test } from 'vitest';
import { headViewOptions, type HeadViewOptions } from '../../../src/lib/views/head-view/options.js';
import { heatmapOptions, type HeatmapOptions } from '../../../src/lib/views/heatmap/options.js';
import { parseOptions, serializeOptions } from '../../../src/lib/views/kit/serialize-options.js';

describe('options in a URL', () => {
  test('only what is not the start, in plain words', () => {
    const options = { edges: 'top', top: 5, threshold: 'fit', hide: [0, 3], renormalize: true } as const;
    expect(serializeOptions<HeadViewOptions>(options, headViewOptions)).toBe(
      'edges=top&top=5&hide=%5B0%2C3%5D&renormalize=true',
    );
  });

  test.each([
    { edges: 'share', share: 0.25, querySegment: 'A & B=1', hide: 'first' },
    { querySegment: '5', keySegment: 'true' },
    { querySegment: null, hide: [] },
  ])('written and read again: %j', (options) => {
    expect(parseOptions(`#s=self&l=3&${serializeOptions<object>(options)}`, headViewOptions)).toEqual(
      options,
    );
  });

  test('a rectangle and a pair of numbers', () => {
    const options = { viewport: { query: 1, key: 2.5, queries: 3, keys: 4 }, range: [0, 0.5] as const };
    expect(parseOptions(serializeOptions<HeatmapOptions>(options, heatmapOptions), heatmapOptions)).toEqual(
      options,
    );
  });

  test.each([
    'edges=lines',
    'top=many',
    'share=7',
    'hide=[-1]',
    'other=1',
    'renormalize=yes',
    'threshold=',
    '%',
  ])('what an option may not be is left out: %s', (text) =>
    expect(parseOptions(text, headViewOptions)).toEqual({}),
  );

  test('anything but text is no options', () => {
    expect(parseOptions(undefined as never, headViewOptions)).toEqual({});
  });
});
