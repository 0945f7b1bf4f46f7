import { untrack } from 'svelte';
import { lookThrough, type Lens, type SeenStream } from '../../analysis/lens/index.js';
import type { Figure, FigureOptions } from '../../export/figure.js';
import { chooseHead, headOf } from '../../explore/choose-head.js';
import { Exploration, findExploration } from '../../explore/exploration.svelte.js';
import type { StartingChoice } from '../../explore/resolve-selection.js';
import type { Hover, Selection } from '../../explore/types.js';
import { createTrace, rowOf, TraceError, type Matrix, type Stream, type Trace } from '../../trace/index.js';
import { groupRows, noGroupRows, type GroupRows } from './group-rows.js';
import { defaultLabels, type Labels } from './labels/index.js';
import { lensOptions } from './lens-options.js';
import { checkOption, traceRule, type OptionRules } from './option-rules.js';
import { sameOption } from './same-option.js';
import { snippetNames, type SvelteLook, type ViewSnippets } from './svelte-props.js';
import { sharedProps, type OptionProps, type ViewProps } from './types.js';
import { findKeeper, type ViewKeeper } from './view-keeper.js';
import { ViewOptions } from './view-options.svelte.js';

/** A bindable prop: how it is read, and how it is set. */
type Binding<T> = readonly [get: () => T, set: (value: T) => void];

/** The bindable props that every view declares; the others it hands on as they come. */
export interface Bindings {
  selection: Binding<Partial<Selection> | undefined>;
  hover: Binding<Hover | null>;
  stream: Binding<ViewProps['stream']>;
  layer: Binding<number | undefined>;
  heads: Binding<readonly number[] | undefined>;
  head: Binding<number | undefined>;
}

/** What a view shows, where it shows anything. */
interface ShownStream {
  trace: Trace;
  stream: Stream;
  selection: Selection;
  labels: Labels;
  hiddenKeys: ReadonlySet<number>;
}

type Props<O> = Omit<ViewProps, keyof Bindings> & ViewSnippets & OptionProps<O>;

const none: ReadonlySet<number> = new Set();
const lensNames = Object.keys(lensOptions) as (keyof Lens)[];

/**
 * What all views share: the trace made of their props, the selection completed for it, what is hovered, the lens, the options, and
 * the ways a user changes them. Wrong input ends in `error`, no input in neither error nor trace. Made while a component is.
 *
 * Outside, positions are always those of tokens; inside a view, those of the stream as its lens shows it, where a position
 * may be a word. They are translated here and nowhere else.
 *
 * Inside an Explorer a view without input of its own shares the Explorer's exploration, but for what it is given itself.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what serves all views takes one with any options
export class ViewState<O extends object = any> {
  /** What this view shares with views inside it, in positions of tokens. */
  readonly exploration: Exploration<SvelteLook>;
  /** Makes a figure of the view, where it can. */
  figure: ((options: FigureOptions) => Promise<Figure>) | undefined;
  readonly #props: () => Props<O>;
  readonly #bound: Bindings;
  readonly #options: ViewOptions<O>;
  readonly #found = findExploration<SvelteLook>();
  /** The starting choice as given from outside: without what was written to it here. */
  #start: StartingChoice = $state.raw({});
  #written: StartingChoice = {};
  readonly #keeper: ViewKeeper | undefined;

  constructor(rules: OptionRules<O>, props: () => Props<O>, bound: Bindings) {
    this.#props = props;
    this.#bound = bound;
    this.#options = new ViewOptions(rules, props);
    this.exploration = new Exploration<SvelteLook>(this.#host(), () => this.#around);
    this.options = this.#allOptions();
    this.#start = this.#given();
    const keeper = findKeeper();
    if (keeper?.take(this)) this.#keeper = keeper;
    $effect.pre(() => {
      const now = this.#given();
      untrack(() => {
        const before = this.#start;
        if (sameOption(now, before)) return;
        this.#start = now;
        this.exploration.follow(before, now);
      });
    });
    $effect(() => this.#linked?.join(this));
    $effect(() => {
      const { selection } = this.exploration;
      if (selection) untrack(() => this.#writeBack(selection));
    });
  }

  /** The exploration this view is linked to: given, or that of the Explorer around, unless it has input of its own. */
  get #around(): Exploration<SvelteLook> | undefined {
    const { trace, attention, tokens, exploration } = this.#props();
    return trace || attention || tokens ? undefined : (exploration ?? this.#found);
  }

  readonly #linked = $derived.by(() => this.#around);

  // Each by itself: where props are spread, one that changes seems to change all, and none but these makes a trace.
  readonly #givenTrace = $derived.by(() => this.#props().trace);
  readonly #givenAttention = $derived.by(() => this.#props().attention);
  readonly #givenTokens = $derived.by(() => this.#props().tokens);

  // A derived must not throw: Svelte asks it whether it has changed outside of whoever would catch that.
  readonly #ownTrace = $derived.by((): { trace?: Trace; error?: unknown } => {
    const [trace, attention, tokens] = [this.#givenTrace, this.#givenAttention, this.#givenTokens];
    if (!trace && attention === undefined && tokens === undefined) return {};
    try {
      if (trace) {
        checkOption('trace', trace, traceRule);
        return { trace };
      }
      return { trace: createTrace({ attention: attention!, tokens }) };
    } catch (error) {
      return { error };
    }
  });

  #host() {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the accessors have a this of their own
    const view = this;
    const { selection, hover } = this.#bound;
    return {
      get trace() {
        const { trace, error } = view.#ownTrace;
        if (error) throw error;
        return trace;
      },
      get start() {
        return view.#start;
      },
      get selection() {
        return selection[0]();
      },
      set selection(next) {
        selection[1](next);
      },
      get hover() {
        return hover[0]();
      },
      set hover(next) {
        hover[1](next);
      },
      get lens() {
        return view.#ownLens;
      },
      set lens(next) {
        if (next) view.#setOptions(next as object);
      },
      get look() {
        return view.#ownLook;
      },
      onSelectionChange: (next: Selection) => this.#props().onSelectionChange?.(next),
      onHoverChange: (next: Hover | null) => this.#props().onHoverChange?.(next),
    };
  }

  /** Labels, theme and the like, those that are given. */
  readonly #ownLook: SvelteLook = $derived.by(() => {
    const { theme, chrome, labels, token, tooltip, empty, error } = this.#props();
    const around = this.#around?.look.labels;
    const look: SvelteLook = {
      theme,
      chrome,
      labels: around && labels ? { ...around, ...labels } : labels,
      token,
      tooltip,
      empty,
      error,
    };
    return Object.fromEntries(Object.entries(look).filter(([, value]) => value !== undefined));
  });

  readonly #hasLens = $derived.by(() => lensNames.every((name) => name in this.#options.rules));

  /** The lens this view has for itself: it shares that around it unless it is given one. */
  readonly #ownLens = $derived.by((): Lens | undefined => {
    if (!this.#hasLens) return undefined;
    if (this.#around && !lensNames.some((name) => this.#options.isGiven(name))) return undefined;
    const { granularity, hide, renormalize } = this.#options.values as unknown as Lens;
    return { granularity, hide, renormalize };
  });

  /** What the options may be. */
  get rules(): OptionRules<O> {
    return this.#options.rules;
  }

  /** Everything a user can change that is not the selection, each read, and tracked, where it is looked at. */
  readonly options: O;

  #allOptions(): O {
    const options = {};
    for (const name of Object.keys(this.rules)) {
      const own = (): unknown => this.#options.values[name as keyof O];
      const shared = (): unknown => this.exploration.lens[name as keyof Lens];
      const isLens = this.#hasLens && (lensNames as string[]).includes(name);
      Object.defineProperty(options, name, { enumerable: true, get: isLens ? shared : own });
    }
    return options as O;
  }

  /** Changes options, and tells so. */
  setOptions(change: Partial<O>): void {
    const names = Object.keys(change);
    const lens = this.#hasLens ? names.filter((name) => (lensNames as string[]).includes(name)) : [];
    if (lens.length > 0 && !this.#ownLens) {
      this.exploration.lookThrough(change as Partial<Lens>);
      const rest = names.filter((name) => !lens.includes(name));
      this.#setOptions(Object.fromEntries(rest.map((name) => [name, change[name as keyof O]])) as Partial<O>);
    } else this.#setOptions(change);
  }

  #setOptions(change: Partial<O>): void {
    this.#options.set(change);
    this.#props().onOptionsChange?.({ ...this.options });
  }

  readonly #wrongOption = $derived.by((): Error | undefined => {
    try {
      this.#options.check();
    } catch (error) {
      return error as Error;
    }
  });

  /** What whoever keeps this view knows to be wrong, such as a file that could not be had. */
  readonly #keptFrom = $derived.by((): Error | undefined => this.#keeper?.problemWith(this.attributes));

  get trace(): Trace | undefined {
    return this.exploration.trace;
  }

  get error(): Error | undefined {
    return this.#keptFrom ?? this.#wrongOption ?? this.exploration.error ?? this.#seen.error;
  }

  readonly #streamName = $derived.by(() => this.exploration.selection?.stream);

  readonly #seen = $derived.by((): { seen?: SeenStream; error?: Error } => {
    const name = this.#streamName;
    const stream = name && this.trace?.stream(name);
    if (!stream) return {};
    try {
      return this.#hasLens
        ? { seen: lookThrough(stream, this.exploration.lens) }
        : { seen: unchanged(stream) };
    } catch (error) {
      return { error: error as Error };
    }
  });

  /** The selection, whole; undefined where there is an error or nothing to draw. */
  readonly selection: Selection | undefined = $derived.by(() => {
    const { selection } = this.exploration;
    return selection && this.#toSeen(selection);
  });

  /** The stream, as the lens shows it. */
  get stream(): Stream | undefined {
    return this.#seen.seen?.stream;
  }

  /** The matrix of a head of the stream; undefined where there is none, or it cannot be had: who reads it tells why. */
  matrixOf(layer: number, head: number): Matrix | undefined {
    try {
      return this.stream?.matrix(layer, head);
    } catch {
      return undefined;
    }
  }

  /**
   * What a figure is made of.
   *
   * @param failure why the body of the view cannot be drawn, if it cannot
   * @throws what the view says in place of its body: `TraceError` `missing-attention` where it has no trace
   */
  mustShow(failure?: Error): ShownStream {
    const { trace, stream, selection, labels, hiddenKeys } = this;
    const error = this.error ?? failure;
    if (error) throw error;
    if (!trace || !stream || !selection)
      throw new TraceError({
        code: 'missing-attention',
        place: 'figure',
        found: 'a view without a trace',
        expected: 'a trace, or attention and tokens',
        fix: 'Ask for a figure once the view has something to show.',
      });
    return { trace, stream, selection, labels, hiddenKeys };
  }

  /** Keys whose weights the lens leaves out. */
  get hiddenKeys(): ReadonlySet<number> {
    return this.#seen.seen?.hiddenKeys ?? none;
  }

  readonly #groupRows = $derived.by((): GroupRows => {
    const { group } = this.exploration.selection ?? {};
    const { seen } = this.#seen;
    const stream = this.#streamName && this.trace?.stream(this.#streamName);
    return group && seen && stream ? groupRows(group, stream, seen) : noGroupRows;
  });

  /** The group that is chosen, as the rows or columns of its side that hold a token of it, ascending; undefined where there is none. */
  get group(): { name: string; side: 'query' | 'key'; rows: readonly number[] } | undefined {
    const { group } = this.exploration.selection ?? {};
    if (!group || this.#groupRows[group.side].size === 0) return undefined;
    return {
      name: group.name,
      side: group.side,
      rows: [...this.#groupRows[group.side]].sort((a, b) => a - b),
    };
  }

  /** Whether a row or column holds a token of the group that is chosen. */
  isInGroup(side: 'query' | 'key', position: number): boolean {
    return this.#groupRows[side].has(position);
  }

  /** What is hovered, in positions of the stream as it is seen. */
  readonly hover: Hover | null = $derived.by(() => {
    const { hover } = this.exploration;
    return hover && this.#toSeen(hover);
  });

  /** The head to show where one is shown. */
  get head(): number | undefined {
    return this.selection && headOf(this.selection);
  }

  /** Whether the user is in this view; among linked views the others follow, without a word or a tooltip of their own. */
  get leads(): boolean {
    return this.exploration.isLedBy(this) || (this.#around === undefined && this.exploration.untouched);
  }

  readonly labels: Labels = $derived.by(() => ({ ...defaultLabels, ...this.exploration.look.labels }));

  /** Theme and snippets, as given or taken from the Explorer around. */
  get look(): SvelteLook {
    return this.exploration.look;
  }

  /** The other props: attributes of the outermost element. */
  readonly attributes: Record<string, unknown> = $derived.by(() => {
    const { rules } = this;
    return Object.fromEntries(
      Object.entries(this.#props()).filter(
        ([name]) => !sharedProps.has(name) && !(name in rules) && !(snippetNames as string[]).includes(name),
      ),
    );
  });

  select(change: Partial<Selection>): void {
    this.exploration.change(this.#toTokens(change), this);
  }

  /** Chooses the one head that is shown, and leaves a choice of several as it is. */
  selectHead(head: number): void {
    if (this.selection) this.select(chooseHead(this.selection, head));
  }

  selectStream(stream: Selection['stream']): void {
    this.exploration.selectStream(stream, this);
  }

  preview(hover: Hover | null): void {
    this.exploration.preview(hover && this.#toTokens(hover), this);
  }

  #toSeen<T extends Partial<Pick<Selection, 'query' | 'key'>>>(at: T): T {
    return this.#translate(at, 'toSeen');
  }

  #toTokens<T extends Partial<Pick<Selection, 'query' | 'key'>>>(at: T): T {
    return this.#translate(at, 'toToken');
  }

  #translate<T extends Partial<Pick<Selection, 'query' | 'key'>>>(at: T, way: 'toSeen' | 'toToken'): T {
    const { seen } = this.#seen;
    const stream = this.#streamName && this.trace?.stream(this.#streamName);
    if (!seen || !stream) return at;
    const moved = { ...at };
    for (const [side, tokens] of [
      ['query', stream.queryTokens],
      ['key', stream.keyTokens],
    ] as const) {
      const position = at[side];
      if (typeof position !== 'number') continue;
      moved[side] =
        way === 'toSeen'
          ? seen.toSeen(side, rowOf(tokens, position) ?? 0)
          : tokens[seen.toToken(side, position)]!.position;
    }
    return moved;
  }

  /** The props that say where to start, but for what was written to them here: that keeps what came from outside. */
  #given(): StartingChoice {
    const before = this.#start;
    const given = <K extends keyof StartingChoice>(name: K): StartingChoice[K] => {
      const now = this.#bound[name][0]() as StartingChoice[K];
      return now !== undefined && sameOption(now, this.#written[name]) ? before[name] : now;
    };
    return { stream: given('stream'), layer: given('layer'), heads: given('heads'), head: given('head') };
  }

  /** Tells what is chosen through the props that can be bound to a part of it. */
  #writeBack(selection: Selection): void {
    const { stream, layer, heads } = selection;
    this.#written = { stream, layer, heads, head: headOf(selection) };
    const write = <K extends keyof StartingChoice>(name: K): void => {
      const [get, set] = this.#bound[name] as unknown as Binding<unknown>;
      if (!sameOption(get(), this.#written[name])) set(this.#written[name]);
    };
    write('stream');
    write('layer');
    write('heads');
    write('head');
  }
}

function unchanged(stream: Stream): SeenStream {
  const same = (_: 'query' | 'key', position: number): number => position;
  return { stream, hiddenKeys: none, hiddenTokens: none, toSeen: same, toToken: same };
}
