import { granularities, plainLens, type Hide, type Lens } from '../../analysis/lens/index.js';
import { either } from '../../trace/describe.js';
import { anyThat, flag, type OptionRules } from './option-rules.js';

const hideWords: readonly unknown[] = ['none', 'first', 'special'];

type Sides = { query: unknown; key: unknown };
const isGranularity = (value: unknown): boolean => (granularities as readonly unknown[]).includes(value);

/** The options that every view has through which a stream is seen: linked views share them. */
export const lensOptions = {
  granularity: anyThat<Lens['granularity']>(
    plainLens.granularity,
    `${either(granularities.map((name) => `'${name}'`))}, or one for each side: { query, key }`,
    (value) =>
      isGranularity(value) ||
      (typeof value === 'object' &&
        value !== null &&
        isGranularity((value as Sides).query) &&
        isGranularity((value as Sides).key)),
  ),
  hide: anyThat<Hide>(
    plainLens.hide,
    `'none', 'first', 'special' or a list of token positions`,
    (value) =>
      hideWords.includes(value) ||
      (Array.isArray(value) && value.every((position) => Number.isInteger(position) && position >= 0)),
  ),
  renormalize: flag,
} satisfies OptionRules<Lens>;
