import {
  checkHead,
  firstKey,
  hasQueryKey,
  queryKey,
  visibleKeys,
  type HeadCheck,
  type QueryKey,
} from '../../analysis/query-key/index.js';
import { collectLines, noLines, type HeadLines } from '../head-view/head-lines.js';
import { Ready } from '../kit/ready.svelte.js';
import { otherSide, TokenFocus, type PairOfTokens } from '../kit/token-focus.svelte.js';
import { fittedThreshold, lineRange } from '../kit/value-range.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import { BodyState } from './body-state.svelte.js';
import { comparedColumn, type Compared } from './compared.js';
import type { TableCell } from './layout.js';
import { largestIn, neuronThreshold, linesOf, openLines, scoreThreshold } from './neuron-lines.js';
import { fullColorAt, largestSize } from './numbers.js';
import { queryNumbers, tableOrder, type OpenQuery } from './open-query.js';
import type { NeuronViewOptions } from './options.js';
import { RecordedWeights } from './recorded-weights.svelte.js';

/** What the neuron view adds to the state of a view: one head's queries and keys, and the query that is opened. Made while a component is. */
export class NeuronState {
  readonly focus: TokenFocus;
  readonly recorded: RecordedWeights;
  readonly body: BodyState;
  readonly #vectors: Ready<QueryKey>;
  readonly #check: Ready<HeadCheck>;
  /** The cell that was pointed at last, and the vectors it is of: those of another head or trace may have no such cell. */
  #pointed = $state.raw<{ cell: TableCell; of: QueryKey } | null>(null);

  constructor(readonly view: ViewState<NeuronViewOptions>) {
    this.focus = new TokenFocus(view);
    this.recorded = new RecordedWeights(view, this.focus);
    this.body = new BodyState(this);
    const ofHead = <T>(make: (stream: NonNullable<typeof view.stream>, layer: number, head: number) => T) => {
      const { stream, head } = view;
      const layer = this.#layer;
      const fit = stream && this.fits && layer !== undefined && head !== undefined;
      return fit ? make(stream, layer, head) : undefined;
    };
    this.#vectors = new Ready(() => ofHead((...at) => queryKey(...at, this.#scale)));
    this.#check = new Ready((signal) => ofHead((...at) => checkHead(...at, { scale: this.#scale, signal })));
  }

  readonly #layer = $derived.by(() => this.view.selection?.layer);
  readonly #scale = $derived.by(() => this.view.options.scale ?? undefined);

  /** What was recorded: scores, or the weights of their softmax; undefined where queries and keys make neither. */
  readonly compared: Compared | undefined = $derived.by(() => {
    const { stream } = this.view;
    return stream && comparedColumn(stream.quantity);
  });

  /** Whether there are weights or scores, and the queries and keys that they come from. */
  get fits(): boolean {
    return this.compared !== undefined && hasQueryKey(this.view.stream!);
  }

  get vectors(): QueryKey | undefined {
    return this.#vectors.value;
  }

  /** Whether q·k gives what was recorded; undefined until that is known. */
  get check(): HeadCheck | undefined {
    return this.#check.value;
  }

  /** Whether something is still read or worked out. */
  get waiting(): boolean {
    return this.recorded.waiting || this.#check.waiting;
  }

  get error(): Error | undefined {
    return this.#vectors.error ?? this.recorded.error ?? this.#check.error;
  }

  get sorted(): boolean {
    return this.view.options.sort === 'contribution';
  }

  /** One range for queries and keys, of the whole head: a colour means the same whichever query is opened. */
  readonly #vectorRange = $derived.by(() => {
    const { vectors } = this;
    return vectors ? Math.max(fullColorAt(vectors.queries), fullColorAt(vectors.keys)) : 1;
  });

  readonly #query = $derived.by(() => this.view.selection?.query ?? null);

  readonly #numbers = $derived.by(() => {
    const { vectors } = this;
    const query = this.#query;
    if (!vectors || query === null) return undefined;
    const recorded = (key: number) => this.recorded.at(query, key);
    return queryNumbers(vectors, query, this.#vectorRange, this.compared!, recorded);
  });

  /** The query that is opened; undefined where none is. */
  readonly open: OpenQuery | undefined = $derived.by(() => {
    const numbers = this.#numbers;
    return numbers && { ...numbers, order: tableOrder(this.vectors!, numbers, this.sorted) };
  });

  /** The largest size recorded: of the head, or where not all of it is read, of the token looked at; undefined where that is not known. */
  readonly #largest = $derived.by(() => {
    const { whole } = this.recorded;
    return whole ? largestIn(whole) : this.facing?.largest;
  });

  /** The size from which on there are lines. */
  readonly threshold: number = $derived.by(() => {
    const { threshold } = this.view.options;
    if (threshold !== null) return threshold;
    const { whole } = this.recorded;
    if (this.compared === 'score') {
      const { quantity } = this.view.stream!;
      return whole ? scoreThreshold(whole, quantity) : fittedThreshold(quantity, this.#largest);
    }
    return whole ? neuronThreshold(whole) : Math.min(0.05, this.#largest || 1);
  });

  /** The range by which lines have their width and strength, and of scores their hue. */
  readonly range: readonly [number, number] = $derived.by(() => {
    if (this.compared !== 'score') return [0, 1];
    const { score } = this.open?.ranges ?? {};
    return score ? [-score, score] : lineRange(this.view.stream!.quantity, this.#largest);
  });

  readonly lines: HeadLines = $derived.by(() => {
    const { open, threshold, facing } = this;
    const { head } = this.view;
    if (head === undefined) return noLines;
    if (open) return openLines(open, this.compared!, threshold, head);
    const { whole } = this.recorded;
    if (!whole) return facing ? linesOf(this.focus.token!, facing.numbers, threshold, head) : noLines;
    const all = { query: { start: 0, end: whole.rows }, key: { start: 0, end: whole.cols } };
    const heads = [{ block: whole, color: head }];
    return collectLines(heads, { edges: 'threshold', threshold }, all.query, all.key);
  });

  /**
   * Weak lines are made stronger where all weights are small: of one token, so that its strongest line has its full strength; of a
   * whole head less so, as many lines lie upon each other there. Scores have a range of their own.
   */
  readonly opacityScale: number = $derived.by(() => {
    if (this.compared === 'score') return 1;
    const largest = largestSize(this.lines.weight) || 1;
    return this.open || !this.recorded.isWhole ? 1 / largest : 1 / Math.sqrt(largest);
  });

  /** How many numbers the head holds, those that cannot be left out. */
  readonly total: number = $derived.by(() => {
    const { vectors } = this;
    if (!vectors) return 0;
    let total = 0;
    for (let query = 0; query < vectors.queryCount; query++)
      total += visibleKeys(vectors, query) - firstKey(vectors, query);
    return total;
  });

  /** For the token looked at: what was recorded of it and the tokens of the other side, and the largest size of these numbers. */
  readonly facing = $derived.by(() => {
    const { token } = this.focus;
    const numbers = token && this.recorded.of(token);
    return numbers ? { side: otherSide(token.side), numbers, largest: largestSize(numbers) } : undefined;
  });

  /** What was recorded for a key of the opened query, where that is to be marked in a column: where the head differs from q·k. */
  markIn(column: Compared, key: number): number | undefined {
    const marked = this.open && this.compared === column && this.check?.verdict === 'differs';
    return marked ? this.recorded.at(this.open!.query, key) : undefined;
  }

  /** The cell of the opened query that is under the pointer or cursor. */
  readonly cell: TableCell | null = $derived.by(() => {
    const { open, vectors } = this;
    const { hover } = this.view;
    const pointed = this.#pointed;
    if (!open || !hover || pointed?.of !== vectors) return null;
    return hover.query === open.query && hover.key === pointed!.cell.key ? pointed!.cell : null;
  });

  /** The key whose row stands out among those of the opened query. */
  readonly focusedKey: number | null = $derived.by(() => {
    const { query, key } = this.focus.pair;
    return query === null || query === this.open?.query ? key : null;
  });

  /** The query, the key or the pair whose lines stand out; of an opened query the row of a key. */
  get linesInFocus(): PairOfTokens {
    const { open, focusedKey, focus } = this;
    if (!open) return focus.pair;
    return { query: null, key: focusedKey === null ? null : open.order.rowOf[focusedKey]! };
  }

  /** The token of a side that is looked at; of the queries else the one that is opened. */
  cursorOf(side: 'query' | 'key'): number | null {
    return this.focus.pair[side] ?? (side === 'query' ? (this.open?.query ?? null) : null);
  }

  /** Points at a query or a key. */
  pointAt(side: 'query' | 'key', position: number | null): void {
    this.#preview(position === null ? null : this.focus.pairWith({ side, position }));
  }

  pointAtCell(cell: TableCell | null): void {
    this.#pointed = cell && { cell, of: this.vectors! };
    this.#preview(cell && { query: this.open!.query, key: cell.key });
  }

  #preview(pair: PairOfTokens | null): void {
    const { query = null, key = null } = pair ?? {};
    const value = query === null || key === null ? undefined : this.recorded.at(query, key);
    this.focus.preview(pair, this.view.head, value);
  }

  /** Opens a query into its numbers, or closes it. */
  toggle(query: number): void {
    this.focus.preview(null);
    this.view.select({ query: this.view.selection?.query === query ? null : query, key: null });
  }

  lockKey(key: number | null): void {
    this.view.select({ key: key === this.view.selection?.key ? null : key });
  }
}
