/** How a token in a list looks, beside its label. */
export interface TokenLook {
  /** Behind the label: weights, as a CSS image. */
  bars?: string;
  /** Beside the label: a weight. */
  number?: string;
  /** Whether it is the token that is looked at, or the one on the other side that is asked about. */
  mark?: 'focused' | 'partner';
  /** Whether it is of the group that is chosen. */
  grouped?: boolean;
  /** It has no part in what is drawn. */
  faint?: boolean;
  /** The lens leaves its weights out. */
  leftOut?: boolean;
}
