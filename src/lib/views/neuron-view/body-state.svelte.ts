import type { QueryKey } from '../../analysis/query-key/index.js';
import type { Rect } from '../kit/rect.js';
import { scrollToShow } from '../kit/scroll-to-show.js';
import { rowPx, rowWindow } from '../kit/rows.js';
import type { TokenFocus } from '../kit/token-focus.svelte.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import { tableCellRect, neuronLayout, type NeuronLayout, type TableCell } from './layout.js';
import type { OpenQuery } from './open-query.js';

/** What is laid out. */
interface Shown {
  readonly view: ViewState;
  readonly vectors: QueryKey | undefined;
  readonly open: OpenQuery | undefined;
  readonly cell: TableCell | null;
  readonly focus: TokenFocus;
}

/** Where the columns of a neuron view are, and which rows are in sight. */
export class BodyState {
  /** The box that scrolls, in CSS pixels, what stands above it, and how far it is scrolled. */
  width = $state(0);
  height = $state(0);
  noticePx = $state(0);
  scroll = $state.raw({ top: 0, left: 0 });
  scroller = $state<HTMLElement>();

  constructor(private readonly neurons: Shown) {}

  readonly layout: NeuronLayout = $derived.by(() => {
    const { open, vectors, view } = this.neurons;
    const { queryTokens, keyTokens } = view.stream!;
    const shared = vectors!.keyHead.sharedBy.length > 1;
    return neuronLayout(this.width || 900, open && vectors!.dim, queryTokens, keyTokens, shared);
  });

  get rows(): number {
    const { queryTokens, keyTokens } = this.neurons.view.stream!;
    return Math.max(queryTokens.length, keyTokens.length);
  }

  /** Height of the rows in sight. */
  readonly bodyPx = $derived.by(() => Math.max((this.height || 600) - this.layout.headPx, rowPx));

  readonly inSight = $derived.by(() => rowWindow(this.scroll.top, this.bodyPx, this.rows));

  get page(): number {
    return Math.max(1, Math.floor(this.bodyPx / rowPx) - 1);
  }

  /** Where the opened query's vector is, in CSS pixels from the first row: in its row, or at the edge of what is seen. */
  readonly stripY: number = $derived.by(() => {
    const { open } = this.neurons;
    const { top } = this.scroll;
    return open ? Math.min(Math.max(open.query * rowPx, top), top + this.bodyPx - rowPx) : 0;
  });

  /** The cell or token under the pointer or cursor, in CSS pixels of the view's body. */
  get target(): Rect | undefined {
    const { cell, open, focus, view } = this.neurons;
    if (!view.hover) return undefined;
    const { layout, scroll, stripY, noticePx } = this;
    const at = { x: -scroll.left, y: layout.headPx - scroll.top + noticePx };
    if (open && cell) return tableCellRect(layout, open, cell, at, stripY);
    const { token } = focus;
    if (!token || open) return undefined;
    const { x, width } = token.side === 'query' ? layout.queries : layout.tokens;
    return { x: at.x + x, y: at.y + token.position * rowPx, width, height: rowPx };
  }

  /** Scrolls just so far that a row is in sight, and those beside it. */
  show(row: number): void {
    const { scroller } = this;
    if (!scroller) return;
    const [start, end] = [(row - 1) * rowPx, (row + 2) * rowPx];
    scroller.scrollTop = scrollToShow(scroller.scrollTop, this.bodyPx, start, end);
  }
}
