import type { Figure, FigureOptions } from '../../export/figure.js';
import { chooseHead, headOf } from '../../explore/choose-head.js';
import { Exploration, findExploration } from '../../explore/exploration.svelte.js';
import type { Hover, Selection } from '../../explore/types.js';
import { TraceError, type Matrix, type Stream, type Trace } from '../../trace/index.js';
import { BoundChoice } from './bound-choice.svelte.js';
import { defaultLabels, type Labels } from './labels/index.js';
import { LensState } from './lens-state.svelte.js';
import type { OptionRules } from './option-rules.js';
import { PropsHost } from './props-host.svelte.js';
import { snippetNames, type SvelteLook, type ViewSnippets } from './svelte-props.js';
import { sharedProps, type Bindings, type OptionProps, type ViewProps } from './types.js';
import { findKeeper, type ViewKeeper } from './view-keeper.js';
import { ViewOptions } from './view-options.svelte.js';

/** What a view shows, where it shows anything. */
interface ShownStream {
  trace: Trace;
  stream: Stream;
  selection: Selection;
  labels: Labels;
  hiddenKeys: ReadonlySet<number>;
}

type Props<O> = Omit<ViewProps, keyof Bindings> & ViewSnippets & OptionProps<O>;

/**
 * What all views share: the trace made of their props, the selection completed for it, what is hovered, the lens, the options, and
 * the ways a user changes them. Wrong input ends in `error`, no input in neither error nor trace. Made while a component is.
 *
 * Outside, positions are always those of tokens; inside a view, those of the stream as its lens shows it, where a position
 * may be a word. `LensState` translates them, and nothing else does.
 *
 * Inside an Explorer a view without input of its own shares the Explorer's exploration, but for what it is given itself; one with input
 * of its own shares its look.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what serves all views takes one with any options
export class ViewState<O extends object = any> {
  /** What this view shares with views inside it, in positions of tokens. */
  readonly exploration: Exploration<SvelteLook>;
  /** Makes a figure of the view, where it can. */
  figure: ((options: FigureOptions) => Promise<Figure>) | undefined;
  /** Everything a user can change that is not the selection, each read, and tracked, where it is looked at. */
  readonly options: O;
  readonly #props: () => Props<O>;
  readonly #options: ViewOptions<O>;
  readonly #seen: LensState;
  readonly #keeper: ViewKeeper | undefined;
  /** The exploration this view is linked to: given, or that of the Explorer around, unless it has input of its own. */
  readonly #around: () => Exploration<SvelteLook> | undefined;

  /**
   * @param rules what the options may be
   * @param shares whether a view without input of its own shows the trace of the Explorer around
   */
  constructor(
    readonly rules: OptionRules<O>,
    props: () => Props<O>,
    bound: Bindings,
    shares = true,
  ) {
    const found = findExploration<SvelteLook>();
    const outer = (): Exploration<SvelteLook> | undefined => props().exploration ?? found;
    this.#around = () => {
      const { trace, attention, tokens } = props();
      return !shares || trace || attention || tokens ? undefined : outer();
    };
    this.#props = props;
    this.#options = new ViewOptions(rules, props, this.#around);
    this.options = this.#options.values;
    const choice = new BoundChoice(bound);
    const host = new PropsHost(props, bound, choice, this.#options, outer);
    this.exploration = new Exploration<SvelteLook>(host, this.#around);
    this.#seen = new LensState(this.exploration, this.#options.hasLens);
    const keeper = findKeeper();
    if (keeper?.take(this)) this.#keeper = keeper;
    $effect(() => this.#linked?.join(this));
    choice.keepWith(this.exploration);
  }

  readonly #linked = $derived.by(() => this.#around());

  /** Changes options, and tells so. */
  setOptions(change: Partial<O>): void {
    this.#options.set(change);
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

  /** The selection, whole; undefined where there is an error or nothing to draw. */
  readonly selection: Selection | undefined = $derived.by(() => {
    const { selection } = this.exploration;
    return selection && this.#seen.toSeen(selection);
  });

  /** The stream, as the lens shows it. */
  get stream(): Stream | undefined {
    return this.#seen.stream;
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
    return this.#seen.hiddenKeys;
  }

  /** The group that is chosen, as the rows or columns of its side that hold a token of it, ascending; undefined where there is none. */
  get group(): { name: string; side: 'query' | 'key'; rows: readonly number[] } | undefined {
    const { group } = this.exploration.selection ?? {};
    const rows = group && this.#seen.groupRows[group.side];
    if (!rows || rows.size === 0) return undefined;
    return { name: group.name, side: group.side, rows: [...rows].sort((a, b) => a - b) };
  }

  /** Whether a row or column holds a token of the group that is chosen. */
  isInGroup(side: 'query' | 'key', position: number): boolean {
    return this.#seen.groupRows[side].has(position);
  }

  /** What is hovered, in positions of the stream as it is seen. */
  readonly hover: Hover | null = $derived.by(() => {
    const { hover } = this.exploration;
    return hover && this.#seen.toSeen(hover);
  });

  /** The head to show where one is shown. */
  get head(): number | undefined {
    return this.selection && headOf(this.selection);
  }

  /** Whether the user is in this view; among linked views the others follow, without a word or a tooltip of their own. */
  get leads(): boolean {
    return this.exploration.isLedBy(this) || (this.#linked === undefined && this.exploration.untouched);
  }

  readonly labels: Labels = $derived.by(() => ({ ...defaultLabels, ...this.exploration.look.labels }));

  /** Theme and snippets, as given or taken from the Explorer around. */
  get look(): SvelteLook {
    return this.exploration.look;
  }

  /** The other props: attributes of the outermost element. */
  readonly attributes: Record<string, unknown> = $derived.by(() => {
    const known = (name: string): boolean =>
      sharedProps.has(name) || name in this.rules || (snippetNames as string[]).includes(name);
    return Object.fromEntries(Object.entries(this.#props()).filter(([name]) => !known(name)));
  });

  select(change: Partial<Selection>): void {
    this.exploration.change(this.#seen.toTokens(change), this);
  }

  /** Chooses the one head that is shown, and leaves a choice of several as it is. */
  selectHead(head: number): void {
    if (this.selection) this.select(chooseHead(this.selection, head));
  }

  selectStream(stream: Selection['stream']): void {
    this.exploration.selectStream(stream, this);
  }

  preview(hover: Hover | null): void {
    this.exploration.preview(hover && this.#seen.toTokens(hover), this);
  }
}
