import { hatchColors, type ColorTable, type Range } from '../../render/colors/index.js';
import type { HeatmapLayer, HeatmapLayerProps } from '../../render/index.js';
import { heatmapScene, type HeatmapScene, type SceneCells } from '../../scene/heatmap-scene.js';
import { layOutHeatmap, type HeatmapLayout } from '../../scene/heatmap-layout.js';
import { causalOffset, largestSeen } from '../../scene/heatmap-cells.js';
import { clampViewport, isWhole, wholeMatrix, type MatrixSize, type Viewport } from '../../scene/viewport.js';
import { blockWeights, isSigned, type Matrix } from '../../trace/index.js';
import type { Drawing } from '../kit/drawing.svelte.js';
import { checkOption } from '../kit/option-rules.js';
import { Ready } from '../kit/ready.svelte.js';
import type { PairOfTokens } from '../kit/token-focus.svelte.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import { weightAtHand } from '../kit/weight-at-hand.js';
import { colorsRule, tableOf, type ColorName } from './color-tables.js';
import { matrixOf } from './matrix-of.js';
import { normalizeMatrix } from './normalize-matrix.js';
import type { HeatmapOptions } from './options.js';

/** What the heatmap adds to the state of a view: one matrix, the part of it that is seen, its colours, and what lies where. */
export class HeatmapState {
  /** The body's size; a usual one until it is measured, so that the server writes the tokens. */
  width = $state(960);
  height = $state(520);

  constructor(
    readonly view: ViewState<HeatmapOptions>,
    readonly look: () => { colors: ColorName | ColorTable; dark: boolean },
  ) {
    let { granularity } = view.options;
    $effect.pre(() => {
      // The rows and columns that a viewport counts are others now.
      if (view.options.granularity === granularity) return;
      ({ granularity } = view.options);
      this.moveTo(undefined);
    });
  }

  /** The head's number; null where several are combined. */
  get number(): number | null {
    return this.view.options.combine === 'none' ? this.view.head! : null;
  }

  readonly #read = $derived.by((): { matrix?: Matrix; error?: Error } => {
    const { stream, selection, options } = this.view;
    if (!stream || !selection) return {};
    try {
      checkOption('colors', this.look().colors, colorsRule);
      return { matrix: matrixOf(stream, selection.layer, this.view.head!, options.combine) };
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

  readonly size: MatrixSize = $derived.by(() => {
    const { queryTokens, keyTokens } = this.view.stream!;
    return { rows: queryTokens.length, cols: keyTokens.length };
  });

  readonly viewport: Viewport = $derived.by(() =>
    clampViewport(this.view.options.viewport ?? wholeMatrix(this.size), this.size),
  );

  get zoomed(): boolean {
    return !isWhole(this.viewport, this.size);
  }

  /** Shows a part of the matrix; the whole without one. */
  moveTo(viewport: Viewport | undefined): void {
    const next = viewport && !isWhole(viewport, this.size) ? viewport : undefined;
    if (next || this.view.options.viewport) this.view.setOptions({ viewport: next });
  }

  /** What gets coloured: the matrix, or shares of its largest weights. */
  readonly drawn: Matrix | undefined = $derived.by(() => {
    const { normalize } = this.view.options;
    return this.matrix && normalize !== 'none' ? normalizeMatrix(this.matrix, normalize) : this.matrix;
  });

  /** Whether values may be negative: they are drawn in two hues, around 0. */
  get signed(): boolean {
    return isSigned(this.view.stream!.quantity);
  }

  #fitted = 1;
  readonly #largest = new Ready<{ weight: number }>((signal) => {
    const { range } = this.view.options;
    return this.drawn && typeof range !== 'object'
      ? largestSeen(this.drawn, this.viewport, signal)
      : undefined;
  });

  /** Whether the range is still being fitted. */
  get fitting(): boolean {
    return this.#largest.waiting;
  }

  readonly range: Range = $derived.by(() => {
    const { range } = this.view.options;
    const { drawn } = this;
    const around = (most: number): Range => [this.signed ? -most : 0, most];
    if (typeof range === 'object') return this.signed ? around(Math.max(...range.map(Math.abs))) : range;
    // While what is seen is being read, colours stay as they were.
    const seen = (this.#fitted = this.#largest.value?.weight ?? this.#fitted);
    const under = range === 'pointer' && drawn ? this.#underPointer(drawn) : 0;
    return around(under > 0 ? Math.min(2 * under, seen) : seen);
  });

  #underPointer(drawn: Matrix): number {
    const { query, key } = this.view.hover ?? {};
    if (query == null || key == null) return 0;
    return Math.abs(weightAtHand(drawn, query, key) ?? 0);
  }

  colors(dark: boolean): ColorTable {
    return tableOf(this.look().colors, this.signed, dark);
  }

  readonly layout: HeatmapLayout = $derived.by(() => {
    const { stream, labels, look } = this.view;
    const { queryTokens, keyTokens } = stream!;
    const texts = {
      queryTokens,
      keyTokens,
      queryTitle: labels.queryAxis,
      keyTitle: labels.keyAxis,
    };
    return layOutHeatmap({ width: this.width, height: this.height }, texts, look.chrome !== 'none');
  });

  readonly #cells: SceneCells | null = $derived.by(() => {
    const { drawn, range } = this;
    const { options, hiddenKeys, stream } = this.view;
    if (!drawn) return null;
    return {
      matrix: drawn,
      scale: options.scale,
      range,
      table: this.colors(this.look().dark),
      causalOffset: causalOffset(stream!),
      hiddenKeys,
    };
  });

  /** What lies where. */
  readonly scene: HeatmapScene = $derived.by(() => {
    const { labels, stream } = this.view;
    const words = { queryTitle: labels.queryAxis, keyTitle: labels.keyAxis, position: labels.count };
    return heatmapScene(this.layout, this.viewport, stream!, words, this.#cells);
  });

  /** What all pictures of the matrix have in common. */
  pictureProps({ size, dark }: Drawing<HeatmapLayer>): Pick<HeatmapLayerProps, 'rect' | 'causal'> {
    const offset = this.scene.cells?.causalOffset ?? null;
    const hatch = hatchColors[dark ? 'dark' : 'light'];
    return {
      rect: { x: 0, y: 0, ...size },
      causal: { enabled: offset !== null, offset: offset ?? 0, ...hatch },
    };
  }

  /** The value of a cell; null where it is not in memory. */
  value({ query, key }: PairOfTokens): number | null {
    return this.matrix && query !== null && key !== null ? weightAtHand(this.matrix, query, key) : null;
  }

  /** What part of a query's weight its source has not kept; undefined where it keeps all, but for rounding. */
  leftOut(query: number): number | undefined {
    const weight = this.matrix?.leftOut?.(query) ?? 0;
    return weight >= 5e-4 ? weight : undefined;
  }

  /** The values of one query. */
  row(query: number, signal: AbortSignal): Float32Array | Promise<Float32Array> | undefined {
    const block = this.matrix?.block({ row: query, col: 0, rows: 1, cols: this.size.cols }, { signal });
    return block instanceof Promise ? block.then(blockWeights) : block && blockWeights(block);
  }
}
