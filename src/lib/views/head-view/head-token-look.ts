/** A bar behind a token: the index of its colour among those of lines, and how strong it is, in [0, 1]. */
export interface TokenBar {
  color: number;
  strength: number;
}

/** How a token of a head view looks. */
export interface HeadTokenLook {
  /** One a head, beside each other. */
  bars?: readonly TokenBar[];
  number?: string;
  mark?: 'focused' | 'partner';
  faint: boolean;
  leftOut: boolean;
}
