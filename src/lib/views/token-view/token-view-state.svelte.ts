import type { Granularity } from '../../analysis/lens/index.js';
import { attempt, type Outcome } from '../../explore/attempt.js';
import {
  blockWeights,
  combineMatrices,
  picturesIn,
  type Matrix,
  type PictureSegment,
  type Stream,
  type Token,
} from '../../trace/index.js';
import type { KeyAction } from '../kit/keys.js';
import { Ready } from '../kit/ready.svelte.js';
import { otherSide, TokenFocus, type SideToken } from '../kit/token-focus.svelte.js';
import { tokenName } from '../kit/token-names.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import { weightAtHand } from '../kit/weight-at-hand.js';
import { AverageState } from './average-state.svelte.js';
import type { AverageOf } from './average-received.js';
import type { TokenViewOptions } from './options.js';
import { readGroupLine } from './group-line.js';
import { toShade, type Shade } from './shades.js';
import type { Side } from './types.js';

/** A text that is shown: of one sequence, or of one side of two. */
export interface ShownText {
  side: Side;
  tokens: readonly Token[];
  name: string;
}

/** Shades of the token before stay so long while those of another are read, so that a short wait is no flicker. */
const keptMs = 250;

/** What the token view adds to the state of a view: the token that is looked at, what it sends and what it receives. */
export class TokenViewState {
  readonly focus: TokenFocus;
  readonly average: AverageState;
  /** What was shaded last, of which stream. */
  #kept = $state.raw<{ stream?: Stream; shades: readonly Shade[] }>({ shades: [] });
  /** A token to scroll to. */
  goal = $state.raw<SideToken>();
  /** The element of the token under the pointer or cursor, which the tooltip stands beside. */
  pointed = $state.raw<HTMLElement>();

  constructor(readonly view: ViewState<TokenViewOptions>) {
    this.focus = new TokenFocus(view);
    this.average = new AverageState(() => this.#averageOf);
    $effect(() => {
      if (!this.waiting) this.#kept = { stream: view.stream, shades: this.#fresh };
      else {
        const timer = setTimeout(() => (this.#kept = { shades: [] }), keptMs);
        return () => clearTimeout(timer);
      }
    });
  }

  #averageOf: AverageOf | undefined = $derived.by(() => {
    const { stream } = this.view;
    if (!stream || this.#layer === undefined || this.#read.error) return undefined;
    return { stream, layer: this.#layer, heads: this.heads, combine: this.#how };
  });

  /** What the tokens of each side are merged into. */
  get merged(): { query: Granularity; key: Granularity } {
    const { granularity } = this.view.options;
    return typeof granularity === 'string' ? { query: granularity, key: granularity } : granularity;
  }

  /** Whether there is one text, each token of it a query and a key. */
  get together(): boolean {
    const { stream } = this.view;
    const { query, key } = this.merged;
    return (
      stream?.kind !== 'cross' && query === key && stream?.queryTokens.length === stream?.keyTokens.length
    );
  }

  /** What a token of one side is called. */
  nameOf(side: 'query' | 'key', position: number): string {
    const { stream, labels } = this.view;
    return tokenName(side === 'query' ? stream!.queryTokens : stream!.keyTokens, position, labels);
  }

  readonly texts: readonly ShownText[] = $derived.by(() => {
    const { stream, labels } = this.view;
    if (!stream) return [];
    const { queryTokens, keyTokens } = stream;
    if (this.together) return [{ side: 'both', tokens: keyTokens, name: labels.tokens }];
    const named = (of: 'decoder' | 'encoder', side: string): string =>
      stream.kind === 'cross' ? labels.sideOf(labels.streams[of], side) : side;
    return [
      { side: 'query', tokens: queryTokens, name: named('decoder', labels.queries) },
      { side: 'key', tokens: keyTokens, name: named('encoder', labels.keys) },
    ];
  });

  // Each by itself, so that another selection or option with the same of it is no reason to read again.
  #layer = $derived.by(() => this.view.selection?.layer);
  #combine = $derived.by(() => this.view.options.combine);
  #show = $derived.by(() => this.view.options.show);
  #how = $derived.by((): 'mean' | 'max' => (this.#combine === 'max' ? 'max' : 'mean'));

  // By their numbers, so that a new selection with the same heads is no reason to read again.
  #headList = $derived.by(() => {
    const { selection, head, stream } = this.view;
    if (!selection || !stream) return '';
    if (this.#combine === 'none') return String(head);
    // A layer may have fewer than others.
    const held = stream.headsOf(selection.layer);
    return selection.heads.filter((head) => held.includes(head)).join();
  });

  /** The heads whose values are shown, together. */
  heads: readonly number[] = $derived.by(() => (this.#headList ? this.#headList.split(',').map(Number) : []));

  /** Layer and heads, in words. */
  readonly place: string = $derived.by(() => {
    const { labels } = this.view;
    const { heads } = this;
    if (this.#layer === undefined) return '';
    if (heads.length === 1) return labels.place(this.#layer, String(heads[0]));
    return labels.placeOf(this.#layer, labels.combinedHeads(this.#how, heads.length));
  });

  #read = $derived.by((): Partial<Outcome<Matrix>> => {
    const { stream } = this.view;
    if (!stream || this.#layer === undefined) return {};
    return attempt(() => {
      const matrices = this.heads.map((head) => stream.matrix(this.#layer!, head));
      return matrices.length === 1 ? matrices[0]! : combineMatrices(matrices, this.#how);
    });
  });

  get error(): Error | undefined {
    return this.#read.error;
  }

  /** Why what is asked for cannot be read: of the token that is looked at, else of the average. The text stays. */
  get unreadable(): Error | undefined {
    return this.focus.token ? (this.#sends.error ?? this.#receives.error) : this.average.failure;
  }

  readonly #sends = new Ready((signal) => this.#line('query', signal));
  readonly #receives = new Ready((signal) => this.#line('key', signal));

  /** What the token sends, its row, or receives, its column. A promise where it is not in memory. */
  #line(side: 'query' | 'key', signal: AbortSignal): Float32Array | Promise<Float32Array> | undefined {
    const { token } = this.focus;
    const { value: matrix } = this.#read;
    if (!token || !matrix || (!this.together && token.side !== side)) return undefined;
    const hidden = side === 'query' ? 'receives' : 'sends';
    if (this.together && this.#show === hidden) return undefined;
    const { position } = token;
    const { rows, cols } = matrix;
    const block = matrix.block(
      side === 'query' ? { row: position, col: 0, rows: 1, cols } : { row: 0, col: position, rows, cols: 1 },
      { signal },
    );
    return block instanceof Promise ? block.then(blockWeights) : blockWeights(block);
  }

  // What is hovered or locked makes a new selection, but of the same group there is nothing to read again.
  readonly #groupChosen = $derived.by(() => this.view.exploration.selection?.group);
  /** What a whole group sends, where one is chosen and no token is looked at; of a group of keys, what it receives. */
  readonly #ofGroup = new Ready((signal) => {
    const { value: matrix } = this.#read;
    const group = this.#groupChosen && this.view.group;
    return matrix && group ? readGroupLine(matrix, group.side, group.rows, signal) : undefined;
  });

  /** The group whose shades are shown. */
  get shadedGroup(): { name: string; side: 'query' | 'key' } | undefined {
    return this.focus.token || !this.#ofGroup.value ? undefined : this.view.group;
  }

  /** Whether values of the token that is looked at are still being read. */
  get waiting(): boolean {
    return this.#sends.waiting || this.#receives.waiting;
  }

  /** Whether what is to be seen is there. */
  get ready(): boolean {
    return this.focus.token ? !this.waiting : this.average.progress === null && !this.#ofGroup.waiting;
  }

  #fresh: readonly Shade[] = $derived.by(() => {
    const group = this.shadedGroup;
    if (group) return [toShade(group.side === 'query' ? 'sends' : 'receives', 'fill', this.#ofGroup.value!)];
    if (!this.focus.token) return this.average.value ? [toShade('average', 'fill', this.average.value)] : [];
    const sends = this.#sends.value;
    const receives = this.#receives.value;
    const shades: Shade[] = [];
    if (sends) shades.push(toShade('sends', 'fill', sends));
    if (receives) shades.push(toShade('receives', sends ? 'line' : 'fill', receives));
    return shades;
  });

  /** What shades the text, at most a fill and a line. */
  get shades(): readonly Shade[] {
    if (!this.waiting) return this.#fresh;
    return this.#kept.stream === this.view.stream ? this.#kept.shades : [];
  }

  /** What falls on the tokens of a text: which is looked at, which is asked about with it, and which is locked. */
  focusOn(side: Side): { focused: number | null; partner: number | null; locked: number | null } {
    const { token, partner, locked } = this.focus;
    const own = token !== null && isOn(token, side);
    return {
      focused: own ? token.position : null,
      partner: side !== 'both' && own ? null : partner,
      locked: locked && isOn(locked, side) ? locked.position : null,
    };
  }

  /** The pictures among the tokens of a text: they stand above it. */
  picturesOf(side: Side): readonly PictureSegment[] {
    const { stream } = this.view;
    if (!stream) return [];
    return picturesIn(side === 'query' ? stream.querySegments : stream.keySegments);
  }

  /** What shades a text of one side: keys are shaded by what they are sent, queries by what they give. */
  shadesOf(side: Side): readonly Shade[] {
    if (side === 'both') return this.shades;
    return this.shades.filter(({ kind }) => (kind === 'receives') === (side === 'query'));
  }

  /** The token that receives most on average, while none is looked at; undefined where none receives anything. */
  get mostReceived(): { position: number; value: number } | undefined {
    const [average] = this.shades;
    if (average?.kind !== 'average' || !average.values[average.most]) return undefined;
    return { position: average.most, value: average.values[average.most]! };
  }

  /** The weight of the query looked at that its source did not keep; undefined where there is no such query or source. */
  get leftOut(): number | undefined {
    const { token } = this.focus;
    const query = token?.side === 'query' || this.together ? token?.position : undefined;
    if (query === undefined || this.#show === 'receives') return undefined;
    return this.#read.value?.leftOut?.(query);
  }

  /** Goes to what the token looked at sends most to, or receives most from; false where that is not known. */
  jump(kind: 'sends' | 'receives'): boolean {
    const most = this.waiting ? undefined : this.shades.find((one) => one.kind === kind)?.most;
    if (most === undefined) return false;
    const side = kind === 'sends' ? 'key' : 'query';
    this.preview(most, this.together ? 'both' : side);
    this.goal = { side, position: most };
    return true;
  }

  /** Whether no shade can fall on a token: the causal order rules it out. */
  isOut(position: number, side: Side): boolean {
    const { token } = this.focus;
    if (!token || !this.view.stream?.causal || this.shades.length !== 1 || side !== 'both') return false;
    return this.shades[0]!.kind === 'sends' ? position > token.position : position < token.position;
  }

  /** A token of a text as a query or a key. */
  #sideOf(side: Side): 'query' | 'key' {
    if (side !== 'both') return side;
    return this.#show === 'receives' ? 'key' : 'query';
  }

  preview(position: number | null, side: Side): void {
    if (position === null) return this.focus.preview(null);
    const { locked } = this.focus;
    // In one sequence, another token than the locked one is asked about as what that one is not.
    const asks = side === 'both' && locked && locked.position !== position;
    const own = asks ? otherSide(locked.side) : this.#sideOf(side);
    const alone = side === 'both' && !asks;
    const pair = alone
      ? { query: null, key: null, [own]: position }
      : this.focus.pairWith({ side: own, position });
    const { query, key } = pair;
    const { value: matrix } = this.#read;
    const value = matrix && query !== null && key !== null ? weightAtHand(matrix, query, key) : null;
    this.focus.preview(pair, this.heads.length === 1 ? this.heads[0] : null, value);
  }

  /** Points at the token of an element. */
  point(element: HTMLElement, side: Side): void {
    this.pointed = element;
    this.preview(Number(element.dataset.position), side);
  }

  /** Points at the token that an event is of; false where it is of none. */
  pointAt(event: Event, side: Side): boolean {
    const element = tokenElement(event);
    if (element) this.point(element, side);
    return element !== null;
  }

  lockAt(event: Event, side: Side): void {
    const element = tokenElement(event);
    if (element) this.lock(Number(element.dataset.position), side);
  }

  leave(side: Side): void {
    this.pointed = undefined;
    this.preview(null, side);
  }

  /** Lets go of what is locked or pointed at; false where nothing is. */
  release(side: Side): boolean {
    if (!this.view.hover && !this.focus.locked) return false;
    if (this.focus.locked) this.lock(null, side);
    this.leave(side);
    return true;
  }

  /** What keys do, in a text and in its pictures, with the token that the cursor is on. */
  keyActions(cursor: number | null, side: Side): Record<string, KeyAction> {
    return {
      s: () => this.jump('sends'),
      r: () => this.jump('receives'),
      Enter: () => cursor !== null && this.lock(cursor, side),
      Escape: () => this.release(side),
    };
  }

  /** Locks a token, or lets go of it where it is the one. */
  lock(position: number | null, side: Side): void {
    const { locked } = this.focus;
    const same = locked?.position === position && (side === 'both' || locked?.side === side);
    this.focus.lock(
      position === null || same ? null : { query: null, key: null, [this.#sideOf(side)]: position },
    );
  }
}

/** Whether a token is one of a text. */
export const isOn = (token: SideToken, side: Side): boolean => side === 'both' || token.side === side;

/** The element of the token that an event is of. */
const tokenElement = ({ target }: Event): HTMLElement | null =>
  (target as Element).closest<HTMLElement>('[data-position]');
