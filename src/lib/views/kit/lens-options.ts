import { plainLens, type Hide, type Lens } from '../../analysis/lens/index.js';
import { anyThat, flag, oneOf, type OptionRules } from './option-rules.js';

const hideWords: readonly unknown[] = ['none', 'first', 'special'];

/** The options that every view has through which a stream is seen: linked views share them. */
export const lensOptions = {
  granularity: oneOf('token', 'word', 'sentence', 'segment'),
  hide: anyThat<Hide>(
    plainLens.hide,
    `'none', 'first', 'special' or a list of token positions`,
    (value) =>
      hideWords.includes(value) ||
      (Array.isArray(value) && value.every((position) => Number.isInteger(position) && position >= 0)),
  ),
  renormalize: flag,
} satisfies OptionRules<Lens>;
