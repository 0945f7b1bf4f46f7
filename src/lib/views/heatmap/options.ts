import type { Viewport } from '../../scene/viewport.js';
import { lensOptions } from '../kit/lens-options.js';
import { anyThat, oneOf, type OptionsOf } from '../kit/option-rules.js';

const isRange = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] < value[1];

const viewportSides = ['query', 'key', 'queries', 'keys'] as const;

/** The options of the heatmap; `HeatmapProps` says what each does. */
export const heatmapOptions = {
  combine: oneOf('none', 'mean', 'max'),
  scale: oneOf('linear', 'sqrt', 'log'),
  range: anyThat<'fit' | 'pointer' | readonly [low: number, high: number]>(
    'fit',
    `'fit', 'pointer' or two numbers, the lower first`,
    (value) => value === 'fit' || value === 'pointer' || isRange(value),
  ),
  normalize: oneOf('none', 'row', 'column', 'matrix'),
  viewport: anyThat<Viewport | undefined>(
    undefined,
    'a rectangle in cells: { query, key, queries, keys }',
    (value) => viewportSides.every((side) => Number.isFinite((value as Viewport | null)?.[side])),
  ),
  ...lensOptions,
};

export type HeatmapOptions = OptionsOf<typeof heatmapOptions>;
