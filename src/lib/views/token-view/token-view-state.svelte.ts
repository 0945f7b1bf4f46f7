import type { Range } from '../../render/colors/index.js';
import type { Hover } from '../../explore/types.js';
import { combineMatrices, type Matrix } from '../../trace/index.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import { Ready } from '../kit/ready.svelte.js';
import { weightAtHand } from '../kit/weight-at-hand.js';
import { AverageState, type AverageOf } from './average-state.svelte.js';
import { readLine } from './read-line.js';
import type { Side, TokenViewChoices } from './types.js';

/** The token the text is seen from, as a query or a key. */
export interface Focus {
  side: 'query' | 'key';
  position: number;
}

/** Weights that shade a text, one a token: as a background, or as a line below. */
export interface Shade {
  kind: 'sends' | 'receives' | 'average';
  mark: 'fill' | 'line';
  weights: Float32Array;
  /** Where the largest is. */
  most: number;
  range: Range;
}

/** A weight that is told: from a query to a key. */
export interface Told {
  kind: 'sends' | 'receives';
  query: number;
  key: number;
  weight: number;
}

/** Shades of the token before stay so long while those of another are read, so that a short wait is no flicker. */
const keptMs = 250;

/** What the token view adds to the state of a view: the token that is looked at, what it sends and what it receives. */
export class TokenViewState {
  readonly average: AverageState;
  /** What was shaded last. */
  #kept = $state.raw<readonly Shade[]>([]);
  /** A token to scroll to. */
  goal = $state.raw<{ side: 'query' | 'key'; position: number }>();

  constructor(
    private readonly view: ViewState,
    readonly choices: () => TokenViewChoices,
  ) {
    this.average = new AverageState(() => this.#averageOf);
    $effect(() => {
      if (!this.waiting) this.#kept = this.#fresh;
      else {
        const timer = setTimeout(() => (this.#kept = []), keptMs);
        return () => clearTimeout(timer);
      }
    });
  }

  #averageOf: AverageOf | undefined = $derived.by(() => {
    const { stream } = this.view;
    if (!stream || this.#layer === undefined || this.#read.error) return undefined;
    return { stream, layer: this.#layer, heads: this.heads, combine: this.combine };
  });

  /** Whether there is one text, each token of it a query and a key. */
  get together(): boolean {
    return this.view.stream?.name !== 'cross';
  }

  #layer = $derived.by(() => this.view.selection?.layer);

  get combine(): 'mean' | 'max' {
    return this.choices().head === 'max' ? 'max' : 'mean';
  }

  // By their numbers, so that a new selection with the same heads is no reason to read again.
  #headList = $derived.by(() => {
    const { selection } = this.view;
    if (!selection) return '';
    return typeof this.choices().head === 'number' ? String(this.view.head) : selection.heads.join();
  });

  /** The heads whose weights are shown, together. */
  heads: readonly number[] = $derived.by(() => (this.#headList ? this.#headList.split(',').map(Number) : []));

  #read = $derived.by((): { matrix?: Matrix; error?: Error } => {
    const { stream } = this.view;
    if (!stream || this.#layer === undefined) return {};
    try {
      const matrices = this.heads.map((head) => stream.matrix(this.#layer!, head));
      return { matrix: matrices.length === 1 ? matrices[0] : combineMatrices(matrices, this.combine) };
    } catch (error) {
      return { error: error as Error };
    }
  });

  get error(): Error | undefined {
    return this.#read.error;
  }

  /** Why what is asked for cannot be read: of the token that is looked at, else of the average. The text stays. */
  get unreadable(): Error | undefined {
    return this.focus ? (this.#sends.error ?? this.#receives.error) : this.average.failure;
  }

  get locked(): Focus | null {
    const { selection } = this.view;
    return selection ? toFocus(selection) : null;
  }

  get #pointed(): Hover | null {
    const { hover } = this.view;
    return hover && (hover.query ?? hover.key) !== null ? hover : null;
  }

  #focusNow = $derived.by((): Focus | null => {
    const { locked } = this;
    const hover = this.#pointed;
    if (!hover) return locked;
    if (hover.query !== null && hover.key !== null && locked && hover[locked.side] === locked.position)
      return locked;
    return toFocus(hover);
  });
  // By what they are, so that the same token again is no reason to read its weights again.
  #focusSide = $derived.by(() => this.#focusNow?.side);
  #focusPosition = $derived.by(() => this.#focusNow?.position);

  /** The token that is looked at: hovered, else locked. While one is locked, hovering another asks about the two. */
  focus: Focus | null = $derived.by(() =>
    this.#focusSide === undefined ? null : { side: this.#focusSide, position: this.#focusPosition! },
  );

  /** The token that is asked about with the one that is looked at. */
  partner: number | null = $derived.by(() => {
    const { focus } = this;
    const at = this.#pointed ?? this.view.selection;
    if (!focus || !at || at.query === null || at.key === null) return null;
    return focus.side === 'query' ? at.key : at.query;
  });

  readonly #sends = new Ready((signal) => this.#line('query', signal));
  readonly #receives = new Ready((signal) => this.#line('key', signal));

  #line(side: 'query' | 'key', signal: AbortSignal): Float32Array | Promise<Float32Array> | undefined {
    const { focus } = this;
    const { matrix } = this.#read;
    if (!focus || !matrix || (!this.together && focus.side !== side)) return undefined;
    const shown = this.choices().show;
    if (this.together && shown === (side === 'query' ? 'receives' : 'sends')) return undefined;
    return readLine(matrix, side, focus.position, signal);
  }

  /** Whether weights of the token that is looked at are still being read. */
  get waiting(): boolean {
    return this.#sends.waiting || this.#receives.waiting;
  }

  /** Whether what is to be seen is there. */
  get ready(): boolean {
    return this.focus ? !this.waiting : this.average.progress === null;
  }

  #fresh: readonly Shade[] = $derived.by(() => {
    if (!this.focus) return this.average.value ? [shade('average', 'fill', this.average.value)] : [];
    const sends = this.#sends.value;
    const receives = this.#receives.value;
    const shades: Shade[] = [];
    if (sends) shades.push(shade('sends', 'fill', sends));
    if (receives) shades.push(shade('receives', sends ? 'line' : 'fill', receives));
    return shades;
  });

  /** What shades the text, at most a fill and a line. */
  get shades(): readonly Shade[] {
    return this.waiting ? this.#kept : this.#fresh;
  }

  /** What shades a text of one side: keys are shaded by what they are sent, queries by what they give. */
  shadesOf(side: Side): readonly Shade[] {
    if (side === 'both') return this.shades;
    return this.shades.filter(({ kind }) => (kind === 'receives') === (side === 'query'));
  }

  /** What the focused token sends and receives, to and from the token asked about, or where it is most. */
  told: readonly Told[] = $derived.by(() => {
    const { focus } = this;
    if (!focus || this.waiting) return [];
    const { position } = focus;
    const told = this.shades.map(({ kind, weights, most }) => {
      const other = this.partner ?? most;
      const pair = kind === 'sends' ? { query: position, key: other } : { query: other, key: position };
      return { kind: kind as Told['kind'], ...pair, weight: weights[other]! };
    });
    // What a token sends itself it also receives.
    return told.filter(({ query, key }, i) => i === 0 || query !== told[0]!.query || key !== told[0]!.key);
  });

  /** The token that receives most on average, while none is looked at; undefined where none receives anything. */
  get mostReceived(): { position: number; weight: number } | undefined {
    const [average] = this.shades;
    if (average?.kind !== 'average' || !average.weights[average.most]) return undefined;
    return { position: average.most, weight: average.weights[average.most]! };
  }

  /** The weight of the query looked at that its source did not keep; undefined where there is no such query or source. */
  get leftOut(): number | undefined {
    const { focus } = this;
    const query = focus?.side === 'query' || this.together ? focus?.position : undefined;
    if (query === undefined || this.choices().show === 'receives') return undefined;
    return this.#read.matrix?.leftOut?.(query);
  }

  /** Goes to what the token looked at sends most to, or receives most from. */
  jump(kind: 'sends' | 'receives'): void {
    const most = this.waiting ? undefined : this.shades.find((one) => one.kind === kind)?.most;
    if (most === undefined) return;
    const side = kind === 'sends' ? 'key' : 'query';
    this.preview(most, this.together ? 'both' : side);
    this.goal = { side, position: most };
  }

  /** Whether no shade can fall on a token: the causal order rules it out. */
  isOut(position: number, side: Side): boolean {
    const { focus } = this;
    if (!focus || !this.view.stream?.causal || this.shades.length !== 1 || side !== 'both') return false;
    return this.shades[0]!.kind === 'sends' ? position > focus.position : position < focus.position;
  }

  #sideOf(side: Side): 'query' | 'key' {
    if (side !== 'both') return side;
    return this.choices().show === 'receives' ? 'key' : 'query';
  }

  preview(position: number | null, side: Side): void {
    const { selection } = this.view;
    if (!selection) return;
    if (position === null) return this.view.preview(null);
    const { locked } = this;
    const pairs = locked && (side === 'both' ? locked.position !== position : locked.side !== side);
    const own = pairs ? other(locked.side) : this.#sideOf(side);
    const at: Pick<Hover, 'query' | 'key'> = { query: null, key: null };
    if (pairs) at[locked.side] = locked.position;
    at[own] = position;
    const { stream, layer } = selection;
    const weight = pairs ? weightAtHand(this.#read.matrix!, at.query!, at.key!) : null;
    const head = this.heads.length === 1 ? this.heads[0]! : null;
    this.view.preview({ stream, layer, head, ...at, weight });
  }

  /** Locks a token, or lets go of it where it is the one. */
  lock(position: number | null, side: Side): void {
    const { locked } = this;
    const same = locked?.position === position && (side === 'both' || locked?.side === side);
    const at = position === null || same ? {} : { [this.#sideOf(side)]: position };
    this.view.select({ query: null, key: null, ...at });
  }
}

const other = (side: 'query' | 'key') => (side === 'query' ? 'key' : 'query');

function toFocus({ query, key }: { query: number | null; key: number | null }): Focus | null {
  if (query !== null) return { side: 'query', position: query };
  return key === null ? null : { side: 'key', position: key };
}

function shade(kind: Shade['kind'], mark: Shade['mark'], weights: Float32Array): Shade {
  let most = 0;
  for (let i = 1; i < weights.length; i++) if (weights[i]! > weights[most]!) most = i;
  return { kind, mark, weights, most, range: [0, weights[most]! || 1] };
}
