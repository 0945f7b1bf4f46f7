import { isFuture } from '../../trace/index.js';
import type { ViewState } from './view-state.svelte.js';

/** A token on one side of a stream. */
export interface SideToken {
  side: 'query' | 'key';
  position: number;
}

export const otherSide = (side: SideToken['side']): SideToken['side'] => (side === 'query' ? 'key' : 'query');

/** A query and a key, as far as there are any. */
export interface PairOfTokens {
  query: number | null;
  key: number | null;
}

/** The token that a view is seen from, hovered or locked, and the one on the other side that is asked about with it. */
export class TokenFocus {
  readonly #view: ViewState;

  constructor(view: ViewState) {
    this.#view = view;
  }

  /** What is chosen. */
  readonly locked: SideToken | null = $derived.by(() => sideToken(this.#view.selection));

  /** What is hovered; null where a head alone is. */
  readonly #pointed: PairOfTokens | null = $derived.by(() => {
    const { hover } = this.#view;
    return hover && (hover.query ?? hover.key) !== null ? hover : null;
  });

  /** The query and key that are looked at: hovered, else chosen. */
  readonly pair: PairOfTokens = $derived.by(() => {
    const { query = null, key = null } = this.#pointed ?? this.#view.selection ?? {};
    return { query, key };
  });

  readonly #now: SideToken | null = $derived.by(() => {
    const { locked } = this;
    const pointed = this.#pointed;
    if (!pointed) return locked;
    // While a token is locked, hovering over the other side asks about the pair.
    const asks = locked && pointed.query !== null && pointed.key !== null;
    return asks && pointed[locked.side] === locked.position ? locked : sideToken(pointed);
  });
  // By what they are, so that the same token again is no reason to read its weights again.
  readonly #side = $derived.by(() => this.#now?.side);
  readonly #position = $derived.by(() => this.#now?.position);

  /** The token that is looked at: hovered, else locked. */
  readonly token: SideToken | null = $derived.by(() =>
    this.#side === undefined ? null : { side: this.#side, position: this.#position! },
  );

  /** The token on the other side that is asked about. */
  readonly partner: number | null = $derived.by(() => {
    const { token, pair } = this;
    return token && pair.query !== null && pair.key !== null ? pair[otherSide(token.side)] : null;
  });

  /** Whether the token looked at is the one that is locked. */
  get isLocked(): boolean {
    const { token, locked } = this;
    return token !== null && token.side === locked?.side && token.position === locked.position;
  }

  /** Whether the token can never look at, or be seen by, a token of the other side. */
  hides(position: number): boolean {
    const { token } = this;
    const { stream } = this.#view;
    if (!token || !stream) return false;
    const [query, key] = token.side === 'query' ? [token.position, position] : [position, token.position];
    return isFuture(stream, query, key);
  }

  /** The pair that hovering a token asks about: with the one that is locked on the other side, if one is. */
  pairWith({ side, position }: SideToken): PairOfTokens {
    const { locked } = this;
    const pair: PairOfTokens = { query: null, key: null };
    if (locked && locked.side !== side) pair[locked.side] = locked.position;
    pair[side] = position;
    return pair;
  }

  /** Points at a pair, or at nothing; `head` and `value` as far as one is known. */
  preview(pair: PairOfTokens | null, head: number | null = null, value: number | null = null): void {
    const { selection } = this.#view;
    if (!selection) return;
    const { stream, layer } = selection;
    this.#view.preview(pair && { stream, layer, head, query: pair.query, key: pair.key, value });
  }

  /** Locks a pair, or lets go of it where it is the one that is locked. */
  lock(pair: PairOfTokens | null): void {
    const { query, key } = this.#view.selection ?? {};
    const same = pair && pair.query === query && pair.key === key;
    this.#view.select(pair && !same ? { query: pair.query, key: pair.key } : { query: null, key: null });
  }
}

function sideToken(pair: PairOfTokens | undefined): SideToken | null {
  if (!pair) return null;
  if (pair.query !== null) return { side: 'query', position: pair.query };
  return pair.key === null ? null : { side: 'key', position: pair.key };
}
