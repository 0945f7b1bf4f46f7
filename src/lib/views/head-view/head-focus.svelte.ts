import { Ready } from '../kit/ready.svelte.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import type { DrawnHead } from './drawn-heads.js';
import {
  otherSide,
  readWeights,
  strongestHead,
  strongestPartner,
  type Focus,
  type TokenWeights,
} from './focus-weights.js';

/** The token that lines are seen from, hovered or locked, and its weights. Made while a component is. */
export class HeadFocus {
  readonly #lockedWeights: Ready<TokenWeights>;
  readonly #hoveredWeights: Ready<TokenWeights>;

  constructor(
    private readonly view: ViewState,
    drawn: () => readonly DrawnHead[],
  ) {
    const read = (of: Focus | null, signal: AbortSignal) =>
      of && drawn().length > 0 ? readWeights(drawn(), of, signal) : undefined;
    this.#lockedWeights = new Ready((signal) => read(this.locked, signal));
    this.#hoveredWeights = new Ready((signal) => read(this.#isLocked ? null : this.token, signal));
  }

  locked: Focus | null = $derived.by(() => {
    const { selection } = this.view;
    return selection ? toFocus(selection.query, selection.key) : null;
  });

  /** The token whose lines stand out: hovered, else locked. */
  token: Focus | null = $derived.by(() => {
    const { locked } = this;
    const { hover } = this.view;
    if (!hover) return locked;
    // While a token is locked, hovering over the other side asks about the pair.
    if (hover.query !== null && hover.key !== null && locked && hover[locked.side] === locked.position)
      return locked;
    return toFocus(hover.query, hover.key);
  });

  /** The token on the other side that is asked about. */
  partner: number | null = $derived.by(() => {
    const { token } = this;
    const { hover } = this.view;
    return token && hover && hover.query !== null && hover.key !== null ? hover[otherSide(token.side)] : null;
  });

  get #isLocked(): boolean {
    return this.token === this.locked;
  }

  /** What ties the token to those of the other side; undefined until it is read. */
  get weights(): TokenWeights | undefined {
    return (this.#isLocked ? this.#lockedWeights : this.#hoveredWeights).value;
  }

  get waiting(): boolean {
    return this.#lockedWeights.waiting || this.#hoveredWeights.waiting;
  }

  get error(): Error | undefined {
    return (this.#isLocked ? this.#lockedWeights : this.#hoveredWeights).error;
  }

  /** The token with the one asked about, or the one it is tied to most, and the head that ties them most. */
  get pair(): { query: number; key: number; head: number | null; weight: number } | undefined {
    const { token, weights } = this;
    if (!token || !weights) return undefined;
    const other = this.partner ?? strongestPartner(weights)!;
    const ends =
      token.side === 'query' ? { query: token.position, key: other } : { query: other, key: token.position };
    return { ...ends, ...strongestHead(weights, other) };
  }

  /** Whether the token can never look at, or be seen by, a token of the other side. */
  hides(position: number): boolean {
    const { token } = this;
    if (!token || !this.view.stream?.causal) return false;
    return token.side === 'query' ? position > token.position : position < token.position;
  }

  /** Hovers a token; where one is locked on the other side, hovers the pair. */
  preview(token: Focus | null): void {
    const { selection } = this.view;
    if (!selection) return;
    if (!token) return this.view.preview(null);
    const { locked } = this;
    const pair = locked && locked.side !== token.side ? locked : null;
    const weights = pair && this.#lockedWeights.value;
    const strongest = weights ? strongestHead(weights, token.position) : null;
    this.view.preview({
      stream: selection.stream,
      layer: selection.layer,
      head: strongest?.head ?? null,
      query: null,
      key: null,
      ...(pair && { [pair.side]: pair.position }),
      [token.side]: token.position,
      weight: strongest?.weight ?? null,
    });
  }

  lock(token: Focus | null): void {
    const { locked } = this;
    const same = token && locked && token.side === locked.side && token.position === locked.position;
    this.view.select({ query: null, key: null, ...(token && !same ? { [token.side]: token.position } : {}) });
  }
}

function toFocus(query: number | null, key: number | null): Focus | null {
  if (query !== null) return { side: 'query', position: query };
  return key !== null ? { side: 'key', position: key } : null;
}
