import { untrack } from 'svelte';
import { lookThrough, type Lens, type SeenStream } from '../../analysis/lens/index.js';
import { changeSelection, chooseHead, headOf } from '../../explore/choose-head.js';
import { findExplorer, type ExplorerState } from '../../explore/explorer-state.svelte.js';
import { resolveSelection, type StartingChoice } from '../../explore/resolve-selection.js';
import type { Hover, Selection } from '../../explore/types.js';
import { createTrace, type Matrix, type Stream, type Trace } from '../../trace/index.js';
import { defaultLabels, type Labels } from './labels.js';
import type { ViewProps } from './types.js';

type SourceProps = Pick<
  ViewProps,
  'trace' | 'attention' | 'tokens' | 'labels' | 'onSelectionChange' | 'onHoverChange'
>;

/** How a view's state reaches its props. Functions, so that each is read where it is needed and tracked there. */
export interface ViewInputs {
  props: () => SourceProps;
  start: () => StartingChoice;
  selection: () => Partial<Selection> | undefined;
  setSelection: (selection: Partial<Selection>) => void;
  hover: () => Hover | null;
  setHover: (hover: Hover | null) => void;
  /** How the view merges tokens and leaves out sinks. Default: as they are. */
  lens?: () => Lens;
}

interface Positions {
  query: number | null;
  key: number | null;
}

const none: ReadonlySet<number> = new Set();
const plainLens: Lens = { granularity: 'token', hide: 'none', renormalize: false };

type Outcome<T> = { value: T; error?: undefined } | { value?: undefined; error: Error };

function attempt<T>(make: () => T): Outcome<T> {
  try {
    return { value: make() };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/**
 * What all views share: the trace made of their props, the selection completed for it, and the two ways a user changes
 * them. Wrong input ends in `error`, no input in neither error nor trace.
 *
 * Outside, positions are always those of tokens; inside a view, those of the stream as its lens shows it, where a position
 * may be a word. They are translated here and nowhere else.
 *
 * Inside an Explorer a view without input of its own takes the Explorer's trace, selection and hover; one that is given a
 * `selection` keeps to that.
 */
export class ViewState {
  readonly #inputs: ViewInputs;
  readonly #explorer = findExplorer();

  constructor(inputs: ViewInputs) {
    this.#inputs = inputs;
    let last = JSON.stringify(inputs.start());
    $effect.pre(() => {
      const now = JSON.stringify(inputs.start());
      if (now === last) return;
      const before = JSON.parse(last) as StartingChoice;
      last = now;
      untrack(() => this.#followProps(before, JSON.parse(now) as StartingChoice));
    });
  }

  /** The Explorer this view is linked to. */
  get #linked(): ExplorerState | undefined {
    const { trace, attention, tokens } = this.#inputs.props();
    return trace || attention || tokens ? undefined : this.#explorer;
  }

  /** The Explorer whose selection this view shares. */
  get #sharing(): ExplorerState | undefined {
    return this.#inputs.selection() ? undefined : this.#linked;
  }

  readonly #trace = $derived.by((): Outcome<Trace | undefined> => {
    const { trace = this.#linked?.trace, attention, tokens } = this.#inputs.props();
    if (trace || (attention === undefined && tokens === undefined)) return { value: trace };
    return attempt(() => createTrace({ attention: attention!, tokens: tokens! }));
  });

  readonly #selection = $derived.by((): Outcome<Selection | undefined> => {
    const trace = this.#trace.value;
    if (!trace) return { value: undefined };
    if (this.#sharing) return { value: this.#sharing.selection };
    return attempt(() => resolveSelection(trace, this.#inputs.selection() ?? {}, this.#inputs.start()));
  });

  get trace(): Trace | undefined {
    return this.#trace.value;
  }

  get error(): Error | undefined {
    return this.#trace.error ?? this.#selection.error;
  }

  readonly #streamName = $derived.by(() => this.#selection.value?.stream);

  readonly #seen = $derived.by((): SeenStream | undefined => {
    const name = this.#streamName;
    const stream = name && this.trace?.stream(name);
    return stream && lookThrough(stream, this.#inputs.lens?.() ?? plainLens);
  });

  /** The selection, whole; undefined where there is an error or nothing to draw. */
  readonly selection: Selection | undefined = $derived.by(() => {
    const { value } = this.#selection;
    return value && this.#toSeen(value);
  });

  /** The stream, as the lens shows it. */
  get stream(): Stream | undefined {
    return this.#seen?.stream;
  }

  /** The matrix of a head of the stream; undefined where there is none, or it cannot be had: who reads it tells why. */
  matrixOf(layer: number, head: number): Matrix | undefined {
    return attempt(() => this.stream?.matrix(layer, head)).value;
  }

  /** Keys whose weights the lens leaves out. */
  get hiddenKeys(): ReadonlySet<number> {
    return this.#seen?.hiddenKeys ?? none;
  }

  /** What is hovered, unless a trace or stream that is gone left it behind. */
  get hover(): Hover | null {
    const hover = this.#hover;
    const name = this.#selection.value?.stream;
    if (!hover || !name || hover.stream !== name) return null;
    const { queryTokens, keyTokens } = this.trace!.stream(name);
    const held = (hover.query ?? 0) < queryTokens.length && (hover.key ?? 0) < keyTokens.length;
    return held ? this.#toSeen(hover) : null;
  }

  get #hover(): Hover | null {
    return this.#linked ? this.#linked.hover : this.#inputs.hover();
  }

  /** The head to show where one is shown. */
  get head(): number | undefined {
    return this.selection && headOf(this.selection);
  }

  /** Whether the user is in this view; among linked views the others follow, without a word or a tooltip of their own. */
  get leads(): boolean {
    return this.#linked?.isLedBy(this) ?? true;
  }

  readonly labels: Labels = $derived.by(() => ({ ...defaultLabels, ...this.#inputs.props().labels }));

  select(change: Partial<Selection>): void {
    const { value } = this.#selection;
    if (value) this.keep(changeSelection(value, this.#toTokens(change)));
  }

  /** Chooses the one head that is shown, and leaves a choice of several as it is. */
  selectHead(head: number): void {
    if (this.selection) this.select(chooseHead(this.selection, head));
  }

  /** Another stream: its layers, heads and tokens differ, so the rest of the selection starts anew. */
  selectStream(stream: Selection['stream']): void {
    if (!this.trace) return;
    this.keep(resolveSelection(this.trace, { stream }, {}));
  }

  /** Takes a whole selection, in positions of tokens. */
  keep(selection: Selection): void {
    if (this.#sharing) this.#sharing.select(selection, this);
    else this.#inputs.setSelection(selection);
    this.#inputs.props().onSelectionChange?.(selection);
  }

  preview(hover: Hover | null): void {
    const outside = hover && this.#toTokens(hover);
    if (JSON.stringify(outside) === JSON.stringify(this.#hover)) return;
    if (this.#linked) this.#linked.preview(outside, this);
    else this.#inputs.setHover(outside);
    this.#inputs.props().onHoverChange?.(outside);
  }

  #toSeen<T extends Partial<Positions>>(at: T): T {
    return this.#translate(at, 'toSeen');
  }

  #toTokens<T extends Partial<Positions>>(at: T): T {
    return this.#translate(at, 'toToken');
  }

  #translate<T extends Partial<Positions>>(at: T, way: 'toSeen' | 'toToken'): T {
    const moved = { ...at };
    for (const side of ['query', 'key'] as const) {
      const position = at[side];
      if (typeof position === 'number') moved[side] = this.#seen?.[way](side, position) ?? position;
    }
    return moved;
  }

  #followProps(before: StartingChoice, now: StartingChoice): void {
    if (this.#sharing) return;
    const selection = { ...this.#inputs.selection() };
    if (now.stream !== before.stream) this.#inputs.setSelection({});
    else {
      if (now.layer !== before.layer) delete selection.layer;
      if (JSON.stringify(now.heads) !== JSON.stringify(before.heads)) delete selection.heads;
      if (now.head !== undefined && now.head !== this.head && this.selection)
        Object.assign(selection, chooseHead(this.selection, now.head));
      this.#inputs.setSelection(selection);
    }
  }
}
