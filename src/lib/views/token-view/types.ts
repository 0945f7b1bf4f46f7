import type { Scale } from '../../render/colors/index.js';
import type { LensProps, ViewProps } from '../kit/types.js';

export interface TokenViewProps extends ViewProps, LensProps {
  /** The heads to start with, by the model's numbers, and to move to when they change. Default: all of the trace. */
  heads?: readonly number[];
  /**
   * The head whose weights shade the text, by the model's number, or the mean or maximum over the chosen heads. Bindable.
   * @default 'mean'
   */
  head?: number | 'mean' | 'max';
  /**
   * What is shown of the token that is looked at: what it sends, as a query, what it receives, as a key, or both. Bindable.
   * @default 'both'
   */
  show?: 'both' | 'sends' | 'receives';
  /**
   * How the strength of a shade grows with weight. `log` spans three decades below the largest. Bindable.
   * @default 'sqrt'
   */
  scale?: Scale;
}

/** What the user chooses beside the selection. */
export type TokenViewChoices = Required<
  Pick<TokenViewProps, 'head' | 'show' | 'scale' | 'granularity' | 'hide' | 'renormalize'>
>;

/** The side of a text's tokens: in one sequence each is both a query and a key. */
export type Side = 'query' | 'key' | 'both';
