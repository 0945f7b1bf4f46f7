import type { Stream } from '../../trace/index.js';
import { CopyNumbers } from '../kit/copy-numbers.svelte.js';
import { pointAt } from '../kit/point-at.js';
import { Ready } from '../kit/ready.svelte.js';
import { tableText } from '../kit/table-text.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import {
  columnsOf,
  defaultQuery,
  keysSeen,
  readColumns,
  type KeyColumn,
  type ReadColumn,
} from './key-columns.js';
import type { EvidenceViewOptions } from './options.js';

/** What the evidence view adds to the state of a view: the query, and what each stream says of its keys. */
export class EvidenceViewState {
  /** The part of the list in sight, in CSS pixels. */
  scrolled = $state(0);
  height = $state(400);
  /** How high the heads of the columns are. */
  headPx = $state(78);
  readonly numbers = new CopyNumbers(
    () => this.view.labels,
    () => this.asText(),
  );
  #before: { stream?: Stream; columns?: readonly ReadColumn[] } = {};

  constructor(readonly view: ViewState<EvidenceViewOptions>) {}

  readonly #streams: readonly Stream[] = $derived.by(() => this.view.trace?.streams ?? []);

  /** The position of the query whose keys are shown: hovered, else chosen. */
  readonly query: number | undefined = $derived.by(() => {
    const { stream, selection, hover } = this.view;
    if (!stream || !selection) return undefined;
    return hover?.query ?? selection.query ?? defaultQuery(this.#streams, stream);
  });
  readonly #layer = $derived.by(() => this.view.selection?.layer);
  readonly #heads = $derived.by(() => this.view.selection?.heads.join());

  /** Every stream that says something of this query, the one shown first. */
  readonly offered: readonly KeyColumn[] = $derived.by(() => {
    const { stream } = this.view;
    const layer = this.#layer;
    if (!stream || layer === undefined || this.query === undefined) return [];
    const heads = this.#heads!.split(',').map(Number);
    return columnsOf(this.#streams, stream, this.query, { layer, heads });
  });

  /** Whether a stream has a column. */
  isShown({ name }: Stream): boolean {
    const { columns } = this.view.options;
    return name === this.view.stream?.name || columns === null || columns.includes(name);
  }

  readonly #read = new Ready((signal) => {
    const columns = this.offered.filter(({ stream }) => this.isShown(stream));
    return columns.length > 0 ? readColumns(columns, keysSeen(columns), signal) : undefined;
  });

  get waiting(): boolean {
    return this.#read.waiting;
  }

  get error(): Error | undefined {
    return this.#read.error;
  }

  /** What was read; what was read before until that is there. */
  readonly columns: readonly ReadColumn[] = $derived.by(() => {
    const { stream } = this.view;
    const now = this.#read.value;
    if (now) this.#before = { stream, columns: now };
    return (this.#before.stream === stream && this.#before.columns) || [];
  });

  /** The keys in the order they are shown. */
  readonly order: readonly number[] = $derived.by(() => {
    const count = this.columns[0]?.values.length ?? 0;
    const keys = Array.from({ length: count }, (_, key) => key);
    const by = this.columns.find(({ stream }) => stream.name === this.view.options.sortBy)?.values;
    return by ? keys.sort((a, b) => by[b]! - by[a]! || a - b) : keys;
  });

  /** Where the key under the pointer or cursor, else the chosen one, is in the order; null where it is not shown. */
  readonly cursor: number | null = $derived.by(() => {
    const key = this.view.hover ? this.view.hover.key : (this.view.selection?.key ?? null);
    const at = key === null ? -1 : this.order.indexOf(key);
    return at < 0 ? null : at;
  });

  preview(at: number | null): void {
    const key = at === null ? undefined : this.order[at];
    pointAt(this.view, key === undefined ? null : { query: this.query!, key });
  }

  /** Chooses the pair of the query and a key, or lets go of it. */
  lock(at: number | null): void {
    const key = at === null ? null : this.order[at]!;
    const { selection } = this.view;
    const same = key === null || (selection?.key === key && selection.query === this.query);
    this.view.select(same ? { key: null } : { query: this.query!, key });
  }

  get locked(): boolean {
    return this.view.selection?.key != null;
  }

  /** Sorts by a column, or as in the text where it was sorted by it. */
  sortBy(name: string): void {
    this.view.setOptions({ sortBy: this.view.options.sortBy === name ? null : name });
  }

  /** Shows or hides a column. */
  toggle(name: string): void {
    const shown = this.offered.filter(({ stream }) => this.isShown(stream)).map(({ stream }) => stream.name);
    const columns = shown.includes(name) ? shown.filter((one) => one !== name) : [...shown, name];
    this.view.setOptions({ columns });
  }

  /** All columns as a table, tab-separated. */
  asText(): string {
    const { keyTokens } = this.view.stream!;
    const head = ['', ...this.columns.map(({ stream }) => stream.name)];
    const rows = this.order.map((key) => [
      keyTokens[key]!.label,
      ...this.columns.map(({ values }) => values[key]!),
    ]);
    return tableText([head, ...rows]);
  }
}
