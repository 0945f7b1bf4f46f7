import { listKeys } from '../kit/list-keys.js';
import { pointIn } from '../kit/rect.js';
import type { NeuronLayout, TableCell, TableColumn } from './layout.js';
import type { NeuronState } from './neuron-state.svelte.js';
import { sees, type OpenQuery } from './open-query.js';

const columns: readonly TableColumn[] = ['key', 'product', 'score', 'weight'];
const hasElements = (column: TableColumn): boolean => column === 'key' || column === 'product';

/** The cell of an opened query's table that a pointer is on. */
export function tableCellAt(event: MouseEvent, open: OpenQuery, layout: NeuronLayout): TableCell | null {
  const row = (event.target as Element).closest<HTMLElement>('[data-key]');
  if (!row) return null;
  const key = Number(row.dataset.key);
  const x = pointIn(event, row).x + layout.tableX;
  const column =
    columns.find((name) => x >= layout[name].x && x < layout[name].x + layout[name].width) ?? 'score';
  const place = hasElements(column) ? Math.floor((x - layout[column].x) / layout.cellPx) : -1;
  return { key, column, dim: sees(open, key) ? (open.order.dims[place] ?? null) : null };
}

/** Keys on the table: arrows move from cell to cell, Shift over whole columns, Enter locks a key, Escape lets go, then closes. */
export function onTableKey(
  event: KeyboardEvent,
  neurons: NeuronState,
  open: OpenQuery,
  close: () => void,
): void {
  const { body, focusedKey, view } = neurons;
  const { keys, dims, rowOf } = open.order;
  const row = focusedKey === null ? null : rowOf[focusedKey]!;
  const { column, dim } = neurons.cell ?? { column: 'score' as const, dim: null };
  function moveTo(to: number, column: TableColumn, dim: number | null): void {
    const key = keys[to]!;
    const shown = hasElements(column) && sees(open, key);
    neurons.pointAtCell({ key, column, dim: shown ? (dim ?? dims[0]!) : null });
    body.show(to);
  }
  function sideways(step: 1 | -1, wholeColumn: boolean): void {
    const place = dim === null ? -1 : dims.indexOf(dim) + step;
    if (dim !== null && !wholeColumn && place in dims) return moveTo(row!, column, dims[place]!);
    const next = columns[columns.indexOf(column) + step];
    if (next) moveTo(row ?? 0, next, dims.at(step < 0 && !wholeColumn ? -1 : 0)!);
  }
  listKeys({
    count: () => keys.length,
    cursor: () => row,
    page: () => body.page,
    move: (to) => moveTo(to, column, dim),
    lock: () => focusedKey !== null && neurons.lockKey(focusedKey),
    release: () => (view.selection?.key == null ? close() : neurons.lockKey(null)),
    more: {
      ArrowLeft: ({ shiftKey }) => sideways(-1, shiftKey),
      ArrowRight: ({ shiftKey }) => sideways(1, shiftKey),
    },
  })(event);
}
