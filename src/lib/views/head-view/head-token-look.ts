/** How a token of a head view looks. */
export interface HeadTokenLook {
  /** Behind it, one a head, beside each other: the index of its colour among those of lines, and how strong it is, in [0, 1]. */
  bars?: readonly { color: number; strength: number }[];
  number?: string;
  mark?: 'focused' | 'partner';
  faint: boolean;
  leftOut: boolean;
}
