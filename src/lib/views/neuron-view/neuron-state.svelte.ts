import {
  checkHead,
  dimensionContributions,
  hasQueryKey,
  queryKey,
  scoreRow,
  softmaxRow,
  visibleKeys,
  type HeadCheck,
  type QueryKey,
} from '../../analysis/query-key/index.js';
import { blockWeights } from '../../trace/index.js';
import { collectLines, type HeadLines } from '../head-view/head-lines.js';
import { Ready } from '../kit/ready.svelte.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import { fullColorAt } from './numbers.js';
import type { NeuronViewProps } from './types.js';

/** A column of an opened query. */
export type Part = 'query' | 'key' | 'product' | 'score' | 'weight';

/** A number of an opened query: of a key, in a column, and in columns of elements of a dimension. */
export interface Spot {
  key: number | null;
  part: Part;
  dim: number | null;
}

/** An opened query: what is shown of it. Keys and dimensions go by their own numbers, not by their place in the order. */
export interface OpenQuery {
  query: number;
  visible: number;
  /** `[key]`; of keys it cannot see too, which nobody shows. */
  scores: Float64Array;
  weights: Float64Array;
  /** The keys and the dimensions from first to last. */
  keyOrder: Uint32Array;
  dimOrder: Uint32Array;
  /** The size that gets the full colour. */
  ranges: { query: number; key: number; product: number; score: number; weight: number };
}

const noLines: HeadLines = {
  count: 0,
  query: new Uint32Array(),
  key: new Uint32Array(),
  head: new Uint16Array(),
  weight: new Float32Array(),
};

/** So many weights of a head are read at once to draw their lines. */
const mostWhole = 2 ** 22;

/** What the neuron view adds to the state of a view: one head's queries and keys, and the query that is opened. */
export class NeuronState {
  /** The number under the pointer or cursor. */
  spot = $state.raw<Spot | null>(null);
  check = $state.raw<HeadCheck>();
  checkError = $state.raw<Error>();

  constructor(
    private readonly view: ViewState,
    private readonly props: () => Pick<NeuronViewProps, 'sort' | 'scale'> & { threshold: number },
  ) {
    $effect(() => {
      const { stream, selection } = view;
      const head = this.head;
      const { scale } = this.props();
      this.check = undefined;
      this.checkError = undefined;
      if (!stream || !selection || !this.recorded || head === undefined) return;
      const controller = new AbortController();
      const { signal } = controller;
      checkHead(stream, selection.layer, head, { scale, signal }).then(
        (check) => (this.check = check),
        (error: Error) => (this.checkError = signal.aborted ? undefined : error),
      );
      return () => controller.abort();
    });
    $effect(() => {
      void this.open?.query;
      this.spot = null;
    });
  }

  /** The one head shown, by the model's number. */
  head: number | undefined = $derived.by(() => this.view.head);

  /** Whether queries and keys were recorded. */
  get recorded(): boolean {
    return this.view.stream !== undefined && hasQueryKey(this.view.stream);
  }

  /** Whether all weights recorded are read: of a head of more, those of the token that is looked at. */
  get whole(): boolean {
    const { stream } = this.view;
    return !stream || stream.queryTokens.length * stream.keyTokens.length <= mostWhole;
  }

  /** The row or column to read where not all is. */
  #line = $derived.by((): string => {
    if (this.whole) return '';
    const { query, key } = this.focus;
    const opened = this.view.selection?.query ?? query;
    return opened !== null ? `query ${opened}` : key !== null ? `key ${key}` : '';
  });

  /** The weights recorded. */
  readonly #read = new Ready((signal) => {
    const { stream, selection } = this.view;
    if (!stream || !selection || this.head === undefined || (!this.whole && !this.#line)) return undefined;
    const matrix = stream.matrix(selection.layer, this.head);
    const { rows, cols } = matrix;
    const [side, at] = this.#line.split(' ');
    if (side === 'query') return matrix.block({ row: Number(at), col: 0, rows: 1, cols }, { signal });
    if (side === 'key') return matrix.block({ row: 0, col: Number(at), rows, cols: 1 }, { signal });
    return matrix.block({ row: 0, col: 0, rows, cols }, { signal });
  });

  /** The head's weights as recorded. */
  #matrix = $derived.by(() => {
    const { selection } = this.view;
    return selection && this.head !== undefined ? this.view.matrixOf(selection.layer, this.head) : undefined;
  });

  /** Whether the source keeps only some keys of each query. */
  get keepsSome(): boolean {
    return this.#matrix?.leftOut !== undefined;
  }

  /** How much of the weight of the query in focus the source does not keep. */
  get leftOut(): number | undefined {
    const { query } = this.focus;
    return query === null ? undefined : this.#matrix?.leftOut?.(query);
  }

  /** Whether the weights recorded are still being read. */
  get waiting(): boolean {
    return this.#read.waiting;
  }

  get error(): Error | undefined {
    return this.#read.error ?? this.checkError;
  }

  vectors: QueryKey | undefined = $derived.by(() => {
    const { stream, selection } = this.view;
    if (!stream || !selection || !this.recorded || this.head === undefined) return undefined;
    return queryKey(stream, selection.layer, this.head, this.props().scale);
  });

  /** One range for queries and keys, of the whole head: a colour means the same whichever query is opened. */
  #vectorRange = $derived.by(() => {
    const { vectors } = this;
    return vectors ? Math.max(fullColorAt(vectors.queries), fullColorAt(vectors.keys)) : 1;
  });

  #row = $derived.by(() => {
    const { vectors } = this;
    const query = this.view.selection?.query ?? null;
    if (!vectors || query === null) return undefined;
    const { dim, keys, queries } = vectors;
    const visible = visibleKeys(vectors, query);
    const scores = scoreRow(vectors, query);
    const weights = softmaxRow(scores, visible);
    const products = Float32Array.from(
      { length: visible * dim },
      (_, i) => keys[i]! * queries[query * dim + (i % dim)]!,
    );
    const ranges = {
      query: this.#vectorRange,
      key: this.#vectorRange,
      product: fullColorAt(products),
      score: fullColorAt(scores.subarray(0, visible)),
      // Where they differ, the recorded weights are marked beside the bars of those computed.
      weight: weights.reduce(
        (most, weight, key) => Math.max(most, weight, this.recordedWeight(query, key) ?? 0),
        0,
      ),
    };
    return { query, visible, scores, weights, ranges };
  });

  open: OpenQuery | undefined = $derived.by(() => {
    const row = this.#row;
    const { vectors } = this;
    if (!row || !vectors) return undefined;
    const keyOrder = Uint32Array.from(row.scores, (_, key) => key);
    const dimOrder = Uint32Array.from({ length: vectors.dim }, (_, dim) => dim);
    if (this.sorted) {
      keyOrder.subarray(0, row.visible).sort((a, b) => row.scores[b]! - row.scores[a]!);
      const parts = dimensionContributions(vectors, row.query, row.weights, row.visible);
      dimOrder.sort((a, b) => parts[b]! - parts[a]!);
    }
    return { ...row, keyOrder, dimOrder };
  });

  /** The keys' place in the order: the inverse of `keyOrder`. */
  rowOf: Uint32Array = $derived.by(() => {
    const { keyOrder = new Uint32Array() } = this.open ?? {};
    const rows = new Uint32Array(keyOrder.length);
    keyOrder.forEach((key, row) => (rows[key] = row));
    return rows;
  });

  get sorted(): boolean {
    return this.props().sort === 'contribution';
  }

  get threshold(): number {
    return this.props().threshold;
  }

  lines: HeadLines = $derived.by(() => {
    const { open } = this;
    if (open) {
      const drawn = [...open.keyOrder.keys()].filter(
        (row) => open.weights[open.keyOrder[row]!]! >= Math.min(this.threshold, open.ranges.weight),
      );
      return {
        count: drawn.length,
        query: Uint32Array.from(drawn, () => open.query),
        key: Uint32Array.from(drawn),
        head: Uint16Array.from(drawn, () => this.head!),
        weight: Float32Array.from(drawn, (row) => open.weights[open.keyOrder[row]!]!),
      };
    }
    const block = this.#read.value;
    if (!block) return noLines;
    if (!this.whole) return this.#facingLines(this.threshold);
    return collectLines(
      [{ block, color: this.head! }],
      { edges: 'threshold', threshold: this.threshold },
      { start: 0, end: block.rows },
      { start: 0, end: block.cols },
    );
  });

  /** The lines of the token in focus alone. */
  #facingLines(threshold: number): HeadLines {
    const { facing, focus } = this;
    if (!facing) return noLines;
    const ends = [...facing.weights.keys()].filter(
      (i) => facing.weights[i]! >= threshold && facing.weights[i]! > 0,
    );
    const from = Uint32Array.from(ends, () => (facing.side === 'key' ? focus.query! : focus.key!));
    const to = Uint32Array.from(ends);
    return {
      count: ends.length,
      query: facing.side === 'key' ? from : to,
      key: facing.side === 'key' ? to : from,
      head: Uint16Array.from(ends, () => this.head!),
      weight: Float32Array.from(ends, (i) => facing.weights[i]!),
    };
  }

  /** How many weights the head holds, those that cannot be left out. */
  get total(): number {
    const { queryTokens, keyTokens, causal } = this.view.stream!;
    const rows = queryTokens.length;
    return causal ? (rows * (rows + 1)) / 2 : rows * keyTokens.length;
  }

  /** The weight recorded for a pair; undefined where it is not read, or not kept. */
  recordedWeight(query: number, key: number): number | undefined {
    const block = this.#read.value;
    const [row, col] = [query - (block?.row ?? 0), key - (block?.col ?? 0)];
    if (!block || row < 0 || row >= block.rows || col < 0 || col >= block.cols) return undefined;
    const at = block.offset + row * block.stride + col;
    const weight = blockWeights({ ...block, offset: at, rows: 1, cols: 1 })[0]!;
    return weight === 0 && this.keepsSome ? undefined : weight;
  }

  /** Before a query is opened: the tokens whose lines stand out. */
  focus: { query: number | null; key: number | null } = $derived.by(() => {
    const { hover, selection } = this.view;
    return { query: hover?.query ?? null, key: hover?.key ?? (hover ? null : (selection?.key ?? null)) };
  });

  /** The key whose row stands out among an opened query's. */
  focusedKey: number | null = $derived.by(() => {
    const { hover, selection } = this.view;
    const hovered = hover && (hover.query === null || hover.query === this.open?.query) ? hover.key : null;
    return this.spot ? this.spot.key : (hovered ?? selection?.key ?? null);
  });

  /** For the token in focus: its weights over the other side's tokens. */
  facing: { side: 'query' | 'key'; weights: Float32Array } | undefined = $derived.by(() => {
    const { query, key } = this.focus;
    const block = this.#read.value;
    if (!block || (query === null && key === null)) return undefined;
    const [row, col] = query !== null ? [query - block.row, 0] : [0, key! - block.col];
    if (row < 0 || row >= block.rows || col < 0 || col >= block.cols) return undefined;
    const [rows, cols] = query !== null ? [1, block.cols] : [block.rows, 1];
    const weights = blockWeights({ ...block, offset: block.offset + row * block.stride + col, rows, cols });
    return { side: query !== null ? 'key' : 'query', weights };
  });

  /** Whether a query comes before a key that it therefore cannot see. */
  isHidden(query: number, key: number): boolean {
    return (this.view.stream?.causal ?? false) && key > query;
  }

  /** Points at a token or, of an opened query, at a number. */
  preview(at: { query: number | null; key: number | null } | null): void {
    const { selection } = this.view;
    if (!selection || this.head === undefined) return;
    const { stream, layer } = selection;
    const weight =
      at && at.query !== null && at.key !== null ? (this.recordedWeight(at.query, at.key) ?? null) : null;
    this.view.preview(at && { stream, layer, head: this.head, ...at, weight });
  }

  pointAt(spot: Spot | null): void {
    this.spot = spot;
    this.preview(spot && { query: this.open!.query, key: spot.key });
  }

  /** Opens a query into its numbers, or closes it. */
  toggle(query: number): void {
    this.view.preview(null);
    this.view.select({ query: this.view.selection?.query === query ? null : query, key: null });
  }

  lockKey(key: number | null): void {
    this.view.select({ key: key === this.view.selection?.key ? null : key });
  }
}
