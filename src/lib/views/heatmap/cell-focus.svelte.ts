import { Ready } from '../kit/ready.svelte.js';
import { TokenFocus, type PairOfTokens } from '../kit/token-focus.svelte.js';
import type { HeatmapState } from './heatmap-state.svelte.js';

/** A cell of the matrix. */
export interface Cell {
  query: number;
  key: number;
}

/** The cell, row or column that is looked at: under the pointer or cursor, else locked; and its values. */
export class CellFocus extends TokenFocus {
  readonly #row: Ready<Float32Array>;

  constructor(private readonly map: HeatmapState) {
    super(map.view);
    const { view } = map;
    this.#row = new Ready((signal) => {
      const { query } = this.pair;
      return view.stream && query !== null ? map.row(query, signal) : undefined;
    });
    // A value that was not at hand is told when its row has been read.
    $effect(() => {
      const { hover, leads } = view;
      const value = hover?.query != null && hover.key != null && this.row?.[hover.key];
      if (hover && leads && hover.value === null && typeof value === 'number')
        view.preview({ ...hover, value });
    });
  }

  /** The values of the row that is looked at, once they are read. */
  get row(): Float32Array | undefined {
    return this.#row.value;
  }

  /** Why they cannot be read. */
  get error(): Error | undefined {
    return this.#row.error;
  }

  readonly cell: Cell | null = $derived.by(() => asCell(this.pair));

  /** The cell under the pointer or cursor. */
  readonly hovered: Cell | null = $derived.by(() => asCell(this.map.view.hover));

  /** The value of a cell of the row that is looked at; null until it is read. */
  valueAt(cell: Cell): number | null {
    return this.row?.[cell.key] ?? this.map.value(cell);
  }

  point(cell: Cell | null): void {
    this.preview(cell, this.map.number, cell && this.map.value(cell));
  }
}

function asCell(pair: PairOfTokens | null): Cell | null {
  const { query, key } = pair ?? { query: null, key: null };
  return query === null || key === null ? null : { query, key };
}
