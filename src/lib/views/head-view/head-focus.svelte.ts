import { Ready } from '../kit/ready.svelte.js';
import { TokenFocus, type SideToken } from '../kit/token-focus.svelte.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import type { DrawnHead } from './drawn-heads.js';
import { readWeights, strongestHead, strongestPartner, type TokenWeights } from './focus-weights.js';

/** The token that lines are seen from, and its weights. Made while a component is. */
export class HeadFocus extends TokenFocus {
  readonly #hoveredHead: () => number | null | undefined;
  readonly #lockedWeights: Ready<TokenWeights>;
  readonly #hoveredWeights: Ready<TokenWeights>;

  constructor(view: ViewState, drawn: () => readonly DrawnHead[]) {
    super(view);
    this.#hoveredHead = () => view.hover?.head;
    const read = (of: SideToken | null, signal: AbortSignal) =>
      of && drawn().length > 0 ? readWeights(drawn(), of, signal) : undefined;
    this.#lockedWeights = new Ready((signal) => read(this.locked, signal));
    this.#hoveredWeights = new Ready((signal) => read(this.isLocked ? null : this.token, signal));
  }

  /** What ties the token to those of the other side; undefined until it is read. */
  get weights(): TokenWeights | undefined {
    return (this.isLocked ? this.#lockedWeights : this.#hoveredWeights).value;
  }

  get waiting(): boolean {
    return this.#lockedWeights.waiting || this.#hoveredWeights.waiting;
  }

  get error(): Error | undefined {
    return (this.isLocked ? this.#lockedWeights : this.#hoveredWeights).error;
  }

  /**
   * The token with the one asked about, or the one it is tied to most, and the head that ties them most; where a linked view points at
   * the pair in a head that is drawn, that one.
   */
  get strongest(): { query: number; key: number; head: number | null; weight: number } | undefined {
    const { token, weights } = this;
    if (!token || !weights) return undefined;
    const other = this.partner ?? strongestPartner(weights)!;
    const ends = { query: other, key: other, [token.side]: token.position };
    const asked =
      this.partner === null ? undefined : weights.heads.find(({ head }) => head === this.#hoveredHead());
    return {
      ...ends,
      ...(asked ? { head: asked.head, weight: asked.weights[other]! } : strongestHead(weights, other)),
    };
  }

  /** Hovers a token; where one is locked on the other side, hovers the pair. */
  point(token: SideToken | null): void {
    if (!token) return this.preview(null);
    const { locked } = this;
    const weights = locked && locked.side !== token.side ? this.#lockedWeights.value : undefined;
    const tie = weights && strongestHead(weights, token.position);
    this.preview(this.pairWith(token), tie?.head, tie?.weight);
  }

  lockToken(token: SideToken | null): void {
    this.lock(token && { query: null, key: null, [token.side]: token.position });
  }
}
