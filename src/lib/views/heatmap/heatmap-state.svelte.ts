import {
  cividis,
  magma,
  night,
  paper,
  viridis,
  type ColorTable,
  type Range,
} from '../../render/colors/index.js';
import { blockWeights, combineMatrices, type Block, type Matrix } from '../../trace/index.js';
import { Ready } from '../kit/ready.svelte.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import { weightAtHand } from '../kit/weight-at-hand.js';
import type { Cell } from './plot-input.js';
import { normalizeMatrix } from './normalize-matrix.js';
import type { ColorName, HeatmapProps } from './types.js';
import { clampViewport, isWhole, wholeMatrix, type Viewport } from './viewport.js';

/** Visible cells looked at to fit the range: a coarser level of the matrix is read when there are more. */
const fitCells = 512;

/** A clipboard and a spreadsheet take no more cells. */
const mostCopied = 1e6;

const tables: Record<Exclude<ColorName, 'auto'>, ColorTable> = { paper, night, viridis, magma, cividis };

/** What the heatmap adds to the state of a view: one matrix, the part of it that is seen, and its colours. */
export class HeatmapState {
  constructor(
    private readonly view: ViewState,
    private readonly props: () => Pick<HeatmapProps, 'head' | 'range' | 'viewport' | 'colors' | 'normalize'>,
  ) {}

  /** The head shown: a number the stream holds, or how its heads are combined. */
  get head(): number | 'mean' | 'max' {
    const { head } = this.props();
    return typeof head === 'string' ? head : this.view.head!;
  }

  /** The head's number; null where several are combined. */
  get number(): number | null {
    return typeof this.head === 'number' ? this.head : null;
  }

  #read = $derived.by((): { matrix?: Matrix; error?: Error } => {
    const { stream, selection } = this.view;
    if (!stream || !selection) return {};
    const { layer } = selection;
    const { head } = this;
    try {
      if (typeof head === 'number') return { matrix: stream.matrix(layer, head) };
      return {
        matrix: combineMatrices(
          stream.heads.map((n) => stream.matrix(layer, n)),
          head,
        ),
      };
    } catch (error) {
      return { error: error as Error };
    }
  });

  get error(): Error | undefined {
    return this.#read.error;
  }

  get matrix(): Matrix | undefined {
    return this.#read.matrix;
  }

  get rows(): number {
    return this.view.stream!.queryTokens.length;
  }

  get cols(): number {
    return this.view.stream!.keyTokens.length;
  }

  viewport: Viewport = $derived.by(() => {
    const given = this.props().viewport ?? wholeMatrix(this.rows, this.cols);
    return clampViewport(given, this.rows, this.cols);
  });

  get zoomed(): boolean {
    return !isWhole(this.viewport, this.rows, this.cols);
  }

  /** What gets coloured: the matrix, or shares of its largest weights. */
  drawn: Matrix | undefined = $derived.by(() => {
    const { normalize = 'none' } = this.props();
    return this.matrix && normalize !== 'none' ? normalizeMatrix(this.matrix, normalize) : this.matrix;
  });

  #fitted = 1;
  #largest = new Ready<{ weight: number }>((signal) => {
    const { range } = this.props();
    return this.drawn && typeof range !== 'object'
      ? largestSeen(this.drawn, this.viewport, signal)
      : undefined;
  });

  range: Range = $derived.by(() => {
    const { range } = this.props();
    const { drawn } = this;
    if (typeof range === 'object') return range;
    // While what is seen is being read, colours stay as they were.
    const seen = (this.#fitted = this.#largest.value?.weight ?? this.#fitted);
    const under = range === 'pointer' && drawn ? this.#underPointer(drawn) : 0;
    return [0, under > 0 ? Math.min(2 * under, seen) : seen];
  });

  #underPointer(drawn: Matrix): number {
    const { query, key } = this.view.hover ?? {};
    if (query == null || key == null) return 0;
    return weightAtHand(drawn, query, key) ?? 0;
  }

  colors(dark: boolean): ColorTable {
    const { colors = 'auto' } = this.props();
    if (typeof colors === 'object') return colors;
    return colors === 'auto' ? (dark ? night : paper) : tables[colors];
  }

  /** The weight of a cell; null where it is not in memory. */
  weight({ query, key }: Cell): number | null {
    return this.matrix ? weightAtHand(this.matrix, query, key) : null;
  }

  /** What part of a query's weight its source has not kept; undefined where it keeps all, but for rounding. */
  leftOut(query: number): number | undefined {
    const weight = this.matrix?.leftOut?.(query) ?? 0;
    return weight >= 5e-4 ? weight : undefined;
  }

  /** The weights of one query. */
  row(query: number, signal: AbortSignal): Float32Array | Promise<Float32Array> | undefined {
    const block = this.matrix?.block({ row: query, col: 0, rows: 1, cols: this.cols }, { signal });
    return block instanceof Promise ? block.then(blockWeights) : block && blockWeights(block);
  }

  /** The numbers in sight with their tokens, tab-separated; undefined where they are too many. */
  tsv(): string | Promise<string> | undefined {
    const { query, key, queries, keys } = this.viewport;
    const [row, col] = [Math.floor(query), Math.floor(key)];
    const [rows, cols] = [Math.ceil(query + queries) - row, Math.ceil(key + keys) - col];
    if (!this.matrix || rows * cols > mostCopied) return undefined;
    const block = this.matrix.block({ row, col, rows, cols });
    return block instanceof Promise ? block.then((ready) => this.#asText(ready)) : this.#asText(block);
  }

  #asText(block: Block): string {
    const { row, col, cols } = block;
    const { queryTokens, keyTokens } = this.view.stream!;
    const weights = blockWeights(block);
    const cell = (text: string): string => text.replace(/[\t\r\n]/gu, ' ');
    const lines = [['', ...keyTokens.slice(col, col + cols).map(({ label }) => cell(label))]];
    for (let r = 0; r < block.rows; r++) {
      const numbers = [...weights.subarray(r * block.cols, (r + 1) * block.cols)].map((w) =>
        String(+w.toPrecision(6)),
      );
      lines.push([cell(queryTokens[row + r]!.label), ...numbers]);
    }
    return lines.map((line) => line.join('\t')).join('\n');
  }

  /** Whether a causal query comes before the key. */
  isFuture({ query, key }: Cell): boolean {
    return this.view.stream!.causal && key > query;
  }
}

type Largest = { weight: number };

function largestSeen(
  matrix: Matrix,
  { query, key, queries, keys }: Viewport,
  signal: AbortSignal,
): Largest | Promise<Largest> {
  const [rowLevel, colLevel] = [queries, keys].map((seen) =>
    Math.max(0, Math.ceil(Math.log2(seen / fitCells))),
  ) as [number, number];
  const row = Math.floor(query / 2 ** rowLevel);
  const col = Math.floor(key / 2 ** colLevel);
  const rows = Math.ceil((query + queries) / 2 ** rowLevel) - row;
  const cols = Math.ceil((key + keys) / 2 ** colLevel) - col;
  const block = matrix.block({ row, col, rows, cols, rowLevel, colLevel }, { signal });
  const largest = (ready: Block): Largest => ({
    weight: blockWeights(ready).reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1,
  });
  return block instanceof Promise ? block.then(largest) : largest(block);
}
