import type { Thumbnail } from '../../render/index.js';
import { scrollToShow } from '../kit/scroll-to-show.js';
import { findHead, type GridHead } from './arrange.js';
import { gridLayout, runInSight, type CellRun, type GridLayout, type GridShape } from './grid-layout.js';
import type { ModelViewState } from './model-view-state.svelte.js';

/** Where the cells of the grid are, and which of them are in sight. */
export class GridState {
  /** The box that scrolls, in CSS pixels. */
  width = $state(0);
  height = $state(0);
  scroll = $state.raw({ top: 0, left: 0 });

  constructor(readonly model: ModelViewState) {}

  get cols(): number {
    return this.model.heads.length;
  }

  shape: GridShape = $derived.by(() => {
    const { stream, options } = this.model.view;
    const { queryTokens, keyTokens } = stream!;
    const square = Math.min(Math.max(queryTokens.length / keyTokens.length, 0.4), 2.5);
    return {
      rows: this.model.rows.length,
      cols: this.cols,
      aspect: options.thumbnail === 'matrix' ? [square, square] : [0.8, 1.5],
      captioned: this.model.ordered,
    };
  });

  layout: GridLayout = $derived.by(() => gridLayout(this, this.shape));

  rowRun: CellRun = $derived.by(() =>
    runInSight(this.scroll.top, this.height, this.layout.cellHeight, this.model.rows.length),
  );
  colRun: CellRun = $derived.by(() =>
    runInSight(this.scroll.left, this.width, this.layout.cellWidth, this.cols),
  );

  /** How many rows fit in sight. */
  get page(): number {
    const { headerPx, cellHeight } = this.layout;
    return Math.max(1, Math.floor((this.height - headerPx) / cellHeight));
  }

  /** Where the head under the pointer or cursor is. */
  cursor = $derived.by(() =>
    this.model.hovered ? findHead(this.model.rows, this.model.hovered) : undefined,
  );

  /** What is drawn on the canvas, which covers the runs: what is in sight first, as it is waited for. */
  drawn: { thumbnails: Thumbnail[]; awaited: number } = $derived.by(() => {
    const { rowRun, colRun, layout } = this;
    const isSeen = (at: number, { seen }: CellRun): boolean => at >= seen.start && at < seen.end;
    const first: Thumbnail[] = [];
    const later: Thumbnail[] = [];
    for (let row = rowRun.start; row < rowRun.end; row++)
      this.model.rows[row]!.heads.slice(colRun.start, colRun.end).forEach(({ layer, head }, i) => {
        const x = i * layout.cellWidth + layout.thumbnail.x;
        const y = (row - rowRun.start) * layout.cellHeight + layout.thumbnail.y;
        const seen = isSeen(row, rowRun) && isSeen(colRun.start + i, colRun);
        (seen ? first : later).push({ layer, head, x, y });
      });
    return { thumbnails: [...first, ...later], awaited: first.length };
  });

  /** How far the box must be scrolled to show a head. */
  scrollTo(head: GridHead): { top: number; left: number } {
    const at = findHead(this.model.rows, head);
    if (!at) return this.scroll;
    const { cellWidth, cellHeight, labelPx, headerPx } = this.layout;
    const [top, left] = [at.row * cellHeight, at.col * cellWidth];
    return {
      top: scrollToShow(this.scroll.top, this.height - headerPx, top, top + cellHeight),
      left: scrollToShow(this.scroll.left, this.width - labelPx, left, left + cellWidth),
    };
  }
}
