import type { Scale } from '../../render/colors/index.js';
import type { LensProps, OptionProps, ViewProps } from '../kit/types.js';
import type { TokenViewOptions } from './options.js';

export interface TokenViewProps extends ViewProps, LensProps, OptionProps<TokenViewOptions> {
  /**
   * Whether the chosen heads shade the text together, as their mean or maximum, or `head` does alone. The maximum of signed values is
   * the one of largest magnitude.
   * @default 'mean'
   */
  combine?: 'none' | 'mean' | 'max';
  /**
   * What is shown of the token that is looked at: what it sends, as a query, what it receives, as a key, or both.
   * @default 'both'
   */
  show?: 'both' | 'sends' | 'receives';
  /**
   * How the strength of a shade grows with a value. `log` spans three decades below the largest.
   * @default 'sqrt'
   */
  scale?: Scale;
}

/** The side of a text's tokens: in one sequence each is both a query and a key. */
export type Side = 'query' | 'key' | 'both';
