import { rowWindow } from '../head-view/layout.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import { neuronLayout, rowPx, type NeuronLayout } from './layout.js';
import type { NeuronState } from './neuron-state.svelte.js';

/** Where the columns of a neuron view are, and which rows are in sight. */
export class BodyState {
  /** The box that scrolls, in CSS pixels, and how far it is scrolled. */
  width = $state(0);
  height = $state(0);
  scroll = $state.raw({ top: 0, left: 0 });
  scroller = $state<HTMLElement>();

  constructor(
    private readonly view: ViewState,
    private readonly neurons: NeuronState,
  ) {}

  layout: NeuronLayout = $derived.by(() => {
    const { queryTokens, keyTokens } = this.view.stream!;
    const { open, vectors } = this.neurons;
    const shared = vectors!.keyHead.sharedBy.length > 1;
    return neuronLayout(this.width || 900, open && vectors!.dim, queryTokens, keyTokens, shared);
  });

  get rows(): number {
    const { queryTokens, keyTokens } = this.view.stream!;
    return Math.max(queryTokens.length, keyTokens.length);
  }

  /** Height of the rows in sight. */
  #bodyPx = $derived.by(() => Math.max((this.height || 600) - this.layout.headPx, rowPx));

  inSight = $derived.by(() => rowWindow(this.scroll.top, this.#bodyPx, this.rows));

  get page(): number {
    return Math.max(1, Math.floor(this.#bodyPx / rowPx) - 1);
  }

  /** Where the opened query's vector is, in CSS pixels from the first row: in its row, or at the edge of what is seen. */
  stripY: number = $derived.by(() => {
    const { open } = this.neurons;
    const { top } = this.scroll;
    return open ? Math.min(Math.max(open.query * rowPx, top), top + this.#bodyPx - rowPx) : 0;
  });

  /** Scrolls just so far that a row is in sight. */
  show(row: number): void {
    const { scroller } = this;
    if (!scroller) return;
    const top = row * rowPx;
    if (top < scroller.scrollTop + rowPx) scroller.scrollTop = top - rowPx;
    else if (top + 2 * rowPx > scroller.scrollTop + this.#bodyPx)
      scroller.scrollTop = top + 2 * rowPx - this.#bodyPx;
  }
}
