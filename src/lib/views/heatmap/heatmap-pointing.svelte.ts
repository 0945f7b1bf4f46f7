import { formatWeight } from '../kit/numbers.js';
import { Ready } from '../kit/ready.svelte.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import type { HeatmapState } from './heatmap-state.svelte.js';
import type { Cell, Marks } from './plot-input.js';

/** What a heatmap points at: the cell under the pointer or cursor, else the locked one, and what is said of it. */
export class HeatmapPointing {
  constructor(
    private readonly view: ViewState,
    private readonly map: HeatmapState,
  ) {
    // A weight that was not at hand is told when its row has been read.
    $effect(() => {
      const { hover, leads } = view;
      const weight = hover?.query != null && hover.key != null && this.row?.[hover.key];
      if (hover && leads && hover.weight === null && typeof weight === 'number')
        view.preview({ ...hover, weight });
    });
  }

  /** Which matrix it is: `layer 3, head 1`. */
  headName: string = $derived.by(() => {
    const { labels, selection } = this.view;
    const { head } = this.map;
    return selection
      ? labels.place(selection.layer, typeof head === 'number' ? String(head) : labels[head])
      : '';
  });

  locked: Cell | null = $derived.by(() => toCell(this.view.selection));

  /** The row and column that are looked at: a linked view may speak of one of them alone. */
  marks: Marks = $derived.by(() => {
    const { hover, selection } = this.view;
    const { query, key } = (hover && (hover.query ?? hover.key) !== null ? hover : selection) ?? {};
    return { query: query ?? null, key: key ?? null };
  });

  focus: Cell | null = $derived.by(() => toCell(this.marks));

  #row = new Ready((signal) => {
    const { query } = this.marks;
    return this.view.stream && query !== null ? this.map.row(query, signal) : undefined;
  });

  /** The weights of the row that is looked at, once they are read. */
  get row(): Float32Array | undefined {
    return this.#row.value;
  }

  /** The weight of the cell that is looked at; null until it is read. */
  get weight(): number | null {
    const { focus } = this;
    return focus && (this.row?.[focus.key] ?? this.map.weight(focus));
  }

  /** The cell that is looked at, else the largest of the row that is. */
  readout = $derived.by(() => {
    const { stream } = this.view;
    const { query } = this.marks;
    if (!stream || query === null) return undefined;
    const { row } = this;
    const cell = { query, key: this.marks.key ?? largestOf(row) };
    const weight = row ? row[cell.key]! : this.map.weight(cell);
    const rank = row && row.reduce((above, other) => above + (other > weight! ? 1 : 0), 1);
    return {
      query: stream.queryTokens[query]!.label,
      key: stream.keyTokens[cell.key]!.label,
      weight: weight === null ? '…' : formatWeight(weight),
      note: this.#note(cell, weight, rank),
    };
  });

  #note(cell: Cell, weight: number | null, rank: number | undefined): string {
    const { labels } = this.view;
    if (this.#row.error) return this.#row.error.message;
    if (this.map.isFuture(cell)) return labels.cannotSee;
    const leftOut = weight === 0 && this.map.leftOut(cell.query);
    if (leftOut) return labels.notKept(formatWeight(leftOut));
    return rank ? labels.rank(rank, this.map.cols) : '';
  }

  preview(cell: Cell | null): void {
    const { stream, layer } = this.view.selection!;
    this.view.preview(
      cell && { stream, layer, head: this.map.number, ...cell, weight: this.map.weight(cell) },
    );
  }

  lock(cell: Cell | null): void {
    const { locked } = this;
    const same = cell && locked && cell.query === locked.query && cell.key === locked.key;
    this.view.select(cell && !same ? cell : { query: null, key: null });
  }
}

function toCell(at: Marks | undefined): Cell | null {
  const { query, key } = at ?? {};
  return typeof query === 'number' && typeof key === 'number' ? { query, key } : null;
}

function largestOf(row: Float32Array = new Float32Array()): number {
  return row.reduce((most, weight, i) => (weight > row[most]! ? i : most), 0);
}
