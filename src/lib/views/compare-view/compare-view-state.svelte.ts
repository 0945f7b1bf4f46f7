import type { ComparedStream, Comparison, HeadDistance } from '../../analysis/index.js';
import { lookThrough } from '../../analysis/lens/index.js';
import { attempt } from '../../explore/attempt.js';
import { Exploration } from '../../explore/exploration.svelte.js';
import { largestSeen } from '../../scene/heatmap-cells.js';
import { wholeMatrix } from '../../scene/viewport.js';
import {
  blockWeights,
  isSigned,
  traceOf,
  type Block,
  type Matrix,
  type Stream,
  type Trace,
} from '../../trace/index.js';
import { pointAt } from '../kit/point-at.js';
import { Ready } from '../kit/ready.svelte.js';
import type { SvelteLook } from '../kit/svelte-props.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import { Work } from '../kit/work.svelte.js';
import type { CompareViewOptions } from './options.js';

/** One cell of the head chosen, in a, in b and the difference. */
export interface CellValues {
  readonly query: number;
  readonly key: number;
  readonly a: number;
  readonly b: number;
  readonly difference: number;
}

type Side = 'a' | 'b' | 'difference';

const ofSides = <T>(of: (side: Side) => T): Record<Side, T> => ({
  a: of('a'),
  b: of('b'),
  difference: of('difference'),
});

/** The streams of one side of a comparison, as a trace. */
export function traceOfSide(comparison: Comparison | undefined, side: Side): Trace | undefined {
  return comparison && traceOf(...comparison.streams.map((stream) => stream[side]));
}

/** What the compare view adds to the state of a view: how far each head moved, and the two sides of the difference. */
export class CompareViewState {
  constructor(
    readonly view: ViewState<CompareViewOptions>,
    private readonly comparison: () => Comparison | undefined,
    /** What the two sides are called. */
    readonly names: () => { readonly a: string; readonly b: string },
  ) {}

  readonly #asked = $derived.by(() => {
    const { compared } = this;
    return compared && { compared, hide: this.view.options.hide };
  });
  readonly #measuring = new Work(
    () => this.#asked,
    ({ compared, hide }, signal, tell: (progress: { read: number; total: number }) => void) => {
      const onProgress = (read: number, total: number): void => tell({ read, total });
      onProgress(0, compared.pairs.length);
      return compared.headDistances({ hide, signal, onProgress });
    },
  );

  get progress(): { read: number; total: number } | null {
    return this.#measuring.progress;
  }

  /** How far each head is from its counterpart; undefined until it is known. */
  get distances(): readonly HeadDistance[] | undefined {
    // Of the same comparison the last ones stay until those with other keys left out are there.
    const { last } = this.#measuring;
    return last?.on.compared === this.compared ? last?.value : undefined;
  }

  /** Why that cannot be said, as where streams hold no weights. */
  get failure(): Error | undefined {
    return this.#measuring.failure;
  }

  /** Whether how far heads moved is still to be found out. */
  get waiting(): boolean {
    const known = this.distances !== undefined || this.failure !== undefined;
    return this.progress !== null || (this.compared !== undefined && !known);
  }

  /** The stream shown, of both traces. */
  readonly compared: ComparedStream | undefined = $derived.by(() => {
    const name = this.view.selection?.stream;
    return this.comparison()?.streams.find((stream) => stream.name === name);
  });

  readonly #traceA = $derived.by(() => traceOfSide(this.comparison(), 'a'));
  readonly #traceB = $derived.by(() => traceOfSide(this.comparison(), 'b'));
  readonly a = $derived.by(() => sideExploration(this.view.exploration, () => this.#traceA));
  readonly b = $derived.by(() => sideExploration(this.view.exploration, () => this.#traceB));

  /** The head chosen, as an index of `distances`; −1 while there is none. */
  readonly chosen: number = $derived.by(() => this.#indexOf(this.view.selection?.layer, this.view.head));

  /** The head under the pointer or cursor, of the grid or of a linked view. */
  readonly hovered: number = $derived.by(() => {
    const { hover } = this.view;
    return hover && hover.query === null && hover.key === null
      ? this.#indexOf(hover.layer, hover.head ?? undefined)
      : -1;
  });

  #indexOf(layer: number | undefined, head: number | undefined): number {
    return this.distances?.findIndex((one) => one.layer === layer && one.head === head) ?? -1;
  }

  /** How far a head moved, by the distance that is shown or another. */
  distanceOf(
    one: Pick<HeadDistance, 'distance' | 'totalVariation'>,
    by = this.view.options.distance,
  ): number {
    return by === 'total-variation' ? one.totalVariation : one.distance;
  }

  previewHead(index: number | null): void {
    const one = index === null ? undefined : this.distances?.[index];
    pointAt(this.view, one ? { layer: one.layer, head: one.head, value: this.distanceOf(one) } : null);
  }

  chooseHead(index: number): void {
    const one = this.distances?.[index];
    if (one) this.view.select({ layer: one.layer, heads: [one.head] });
  }

  /** Chooses the head that moved furthest. */
  chooseFurthest(): void {
    const far = this.distances?.map((one) => this.distanceOf(one)) ?? [];
    this.chooseHead(far.reduce((best, value, i) => (value > (far[best] ?? -1) ? i : best), 0));
  }

  /** All three as the lens shows them. */
  readonly #seen = $derived.by((): Record<Side, Stream> | undefined => {
    const { compared, view } = this;
    const { granularity, hide, renormalize } = view.options;
    if (!compared) return undefined;
    const lens = { granularity, hide, renormalize };
    // The view says why where it cannot be.
    return attempt(() => ofSides((side) => lookThrough(compared[side], lens).stream)).value;
  });

  /** The matrices of the head chosen. */
  readonly #matrices = $derived.by((): Record<Side, Matrix> | undefined => {
    const { view } = this;
    const seen = this.#seen;
    const [layer, head] = [view.selection?.layer, view.head];
    if (!seen || layer === undefined || head === undefined) return undefined;
    // The heatmaps say why where they cannot be had.
    return attempt(() => ofSides((side) => seen[side].matrix(layer, head))).value;
  });

  readonly #most = new Ready((signal) => {
    const matrices = this.#matrices;
    return matrices && mostOf(matrices, signal);
  });
  #keptMost = { sides: 1, difference: 1 };
  readonly #shownMost = $derived.by(() => (this.#keptMost = this.#most.value ?? this.#keptMost));
  /** The values at the ends of the colours: the same for a and b, so that they can be compared. */
  readonly ranges: Record<'sides' | 'difference', readonly [number, number]> = $derived.by(() => {
    const { sides, difference } = this.#shownMost;
    const signed = this.compared !== undefined && isSigned(this.compared.a.quantity);
    return { sides: [signed ? -sides : 0, sides], difference: [-difference, difference] };
  });

  /** The cell under the pointer or locked, in all three; undefined where there is none. */
  readonly #cell = new Ready((signal): CellValues | Promise<CellValues> | undefined => {
    const { hover, selection } = this.view;
    const matrices = this.#matrices;
    const { query, key } = hover ?? selection ?? { query: null, key: null };
    if (!matrices || query === null || key === null) return undefined;
    const at = { row: query, col: key, rows: 1, cols: 1 };
    const read = (matrix: Matrix): Block | Promise<Block> => matrix.block(at, { signal });
    const of = [read(matrices.a), read(matrices.b)];
    const made = ([a, b]: Block[]): CellValues => {
      const [inA, inB] = [blockWeights(a!)[0]!, blockWeights(b!)[0]!];
      return { query, key, a: inA, b: inB, difference: inB - inA };
    };
    return of.some((one) => one instanceof Promise) ? Promise.all(of).then(made) : made(of as Block[]);
  });

  get cell(): CellValues | undefined {
    return this.#cell.value;
  }
}

/** The largest magnitude of both sides, and of their difference. */
async function mostOf(
  { a, b, difference }: Record<Side, Matrix>,
  signal: AbortSignal,
): Promise<{ sides: number; difference: number }> {
  const found = await Promise.all(
    [a, b, difference].map((matrix) => largestSeen(matrix, wholeMatrix(matrix), signal)),
  );
  const [inA, inB, change] = found.map(({ weight }) => weight) as [number, number, number];
  return { sides: Math.max(inA, inB), difference: change };
}

/** An exploration of another trace with the same tokens, layers and heads: all but the trace is shared with the one around. */
function sideExploration(
  around: Exploration<SvelteLook>,
  trace: () => Trace | undefined,
): Exploration<SvelteLook> {
  return new Exploration<SvelteLook>(
    {
      get trace() {
        return trace();
      },
      start: {},
      selection: undefined,
      hover: null,
      lens: undefined,
      look: {},
    },
    () => around,
  );
}
