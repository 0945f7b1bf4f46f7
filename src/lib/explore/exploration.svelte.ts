import { getContext, setContext } from 'svelte';
import { plainLens, type Lens } from '../analysis/lens/index.js';
import { rowOf, type Token, type Trace } from '../trace/index.js';
import { changeSelection, chooseHead, headOf } from './choose-head.js';
import { resolveSelection, type StartingChoice } from './resolve-selection.js';
import { sameHover, type Hover, type Selection } from './types.js';

/**
 * Where the state of an exploration is kept: in the props of a component, or in plain state. Its fields are read inside `$derived`, so that
 * each is tracked by itself.
 */
export interface ExplorationHost<Look extends object> {
  /** Undefined to use the trace of the exploration around. Throws if the input is no valid trace. */
  readonly trace: Trace | undefined;
  readonly start: StartingChoice;
  /** May be partial. Inside another exploration, undefined shares the selection of that one. */
  selection: Partial<Selection> | undefined;
  hover: Hover | null;
  /** Undefined shares the lens of the exploration around. */
  lens: Lens | undefined;
  /** Labels, theme and the like, where given here. */
  readonly look: Look;
  /** Called for every selection and hover made here or below. */
  onSelectionChange?: (selection: Selection) => void;
  onHoverChange?: (hover: Hover | null) => void;
}

type Outcome<T> = { value: T; error?: undefined } | { value?: undefined; error: Error };

/**
 * What linked views share: trace, selection, hover, lens and look. Positions are token positions.
 *
 * Each view has one, and so has an Explorer. Inside an Explorer, a view's exploration takes from it whatever the view is not given itself.
 */
export class Exploration<Look extends object = object> {
  readonly #host: ExplorationHost<Look>;
  readonly #around: () => Exploration<Look> | undefined;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing drawn depends on it
  readonly #views = new Set<object>();
  /** The view in which the user last hovered or chose something; the others follow it. */
  #leader = $state.raw<object>();

  constructor(host: ExplorationHost<Look>, around: () => Exploration<Look> | undefined = () => undefined) {
    this.#host = host;
    this.#around = around;
  }

  /** The exploration around that this one is part of. */
  get around(): Exploration<Look> | undefined {
    return this.#around();
  }

  /** The views that share it, in the order they were mounted. */
  get views(): readonly object[] {
    return [...this.#views];
  }

  /** Adds a view; call the function returned to remove it. */
  join(view: object): () => void {
    this.#views.add(view);
    return () => void this.#views.delete(view);
  }

  readonly #trace = $derived.by((): Outcome<Trace | undefined> =>
    attempt(() => this.#host.trace ?? this.around?.trace),
  );

  /** The exploration around, if its selection is shared. */
  get #sharing(): Exploration<Look> | undefined {
    return this.#host.selection ? undefined : this.around;
  }

  readonly #selection = $derived.by((): Outcome<Selection | undefined> => {
    const trace = this.#trace.value;
    if (!trace) return { value: undefined };
    if (this.#sharing) return { value: this.#sharing.selection };
    return attempt(() => resolveSelection(trace, this.#host.selection ?? {}, this.#host.start));
  });

  get trace(): Trace | undefined {
    return this.#trace.value;
  }

  /** Why there is no trace or no selection. */
  get error(): Error | undefined {
    return this.#trace.error ?? this.#selection.error;
  }

  /** Whole; undefined where there is an error or no trace. */
  get selection(): Selection | undefined {
    return this.#selection.value;
  }

  /** What is hovered; null if it belongs to a trace or stream that is no longer shown. */
  readonly hover: Hover | null = $derived.by(() => {
    const hover = this.around ? this.around.hover : this.#host.hover;
    const stream = this.trace?.streams.find(({ name }) => name === hover?.stream);
    if (!hover || !stream || stream.name !== this.selection?.stream) return null;
    const holds = (tokens: readonly Token[], position: number | null): boolean =>
      position === null || rowOf(tokens, position) !== undefined;
    return holds(stream.queryTokens, hover.query) && holds(stream.keyTokens, hover.key) ? hover : null;
  });

  get lens(): Lens {
    return this.#host.lens ?? this.around?.lens ?? plainLens;
  }

  /** Labels, theme and the like: what is given here over what is given around. */
  readonly look: Look = $derived.by(() => ({ ...this.around?.look, ...this.#host.look }));

  /** Whether a view is the one the user is in: only that one shows a tooltip and speaks to screen readers. */
  isLedBy(view: object): boolean {
    if (this.around) return this.around.isLedBy(view);
    return this.#leader === view;
  }

  /** Whether the user has neither pointed at anything nor chosen anything yet. */
  get untouched(): boolean {
    return this.around ? this.around.untouched : this.#leader === undefined;
  }

  /** Replaces the selection. */
  select(selection: Selection, by?: object): void {
    if (this.#sharing) this.#sharing.select(selection, by);
    else {
      this.#lead(by);
      this.#host.selection = selection;
    }
    this.#host.onSelectionChange?.(selection);
  }

  /** Changes a part of the selection. */
  change(change: Partial<Selection>, by?: object): void {
    if (this.selection) this.select(changeSelection(this.selection, change), by);
  }

  /**
   * Shows another stream. If it has the same tokens, as a derived stream has, the rest of the selection stays; otherwise it is reset.
   */
  selectStream(stream: Selection['stream'], by?: object): void {
    const { trace, selection } = this;
    if (!trace) return;
    const of = (name?: string) => trace.streams.find((one) => one.name === name);
    const [before, next] = [of(selection?.stream), of(stream)];
    const sameTokens = before?.queryTokens === next?.queryTokens && before?.keyTokens === next?.keyTokens;
    this.select(resolveSelection(trace, sameTokens ? { ...selection, stream } : { stream }, {}), by);
  }

  preview(hover: Hover | null, by?: object): void {
    if (sameHover(hover, this.around ? this.around.hover : this.#host.hover)) return;
    if (this.around) this.around.preview(hover, by);
    else {
      this.#lead(by);
      this.#host.hover = hover;
    }
    this.#host.onHoverChange?.(hover);
  }

  lookThrough(change: Partial<Lens>): void {
    if (this.#host.lens || !this.around) this.#host.lens = { ...this.lens, ...change };
    else this.around.lookThrough(change);
  }

  /** Follows props that changed: selects what differs from the choice before, and keeps the rest of the selection. */
  follow(before: StartingChoice, now: StartingChoice): void {
    const { selection } = this;
    if (this.#sharing) return;
    if (now.stream !== undefined && now.stream !== before.stream && now.stream !== selection?.stream) {
      this.#host.selection = {};
      return;
    }
    const next: Partial<Selection> = { ...this.#host.selection };
    if (now.layer !== before.layer && now.layer !== selection?.layer) delete next.layer;
    if (!sameNumbers(now.heads, before.heads) && !sameNumbers(now.heads, selection?.heads)) delete next.heads;
    if (now.head !== undefined && now.head !== before.head && selection && now.head !== headOf(selection))
      Object.assign(next, chooseHead(selection, now.head));
    this.#host.selection = next;
  }

  #lead(by: object | undefined): void {
    if (by) this.#leader = by;
  }
}

/** What `createExploration` takes. */
export interface ExplorationStart<Look extends object> {
  trace: Trace;
  /** What is selected at first; missing parts are filled in. */
  selection?: Partial<Selection>;
  /** How tokens are merged and left out. Default: not at all. */
  lens?: Partial<Lens>;
  /** Labels, theme and the like, for all views. */
  look?: Look;
}

/** Keeps an exploration that is in no component. */
class PlainHost<Look extends object> implements ExplorationHost<Look> {
  readonly trace: Trace;
  readonly look: Look;
  readonly start = {};
  selection: Partial<Selection> | undefined = $state.raw();
  hover: Hover | null = $state.raw(null);
  lens: Lens | undefined = $state.raw();

  constructor({ trace, selection = {}, lens, look = {} as Look }: ExplorationStart<Look>) {
    this.trace = trace;
    this.look = look;
    this.selection = selection;
    this.lens = { ...plainLens, ...lens };
  }
}

/** An exploration outside any component, for views in different roots or frameworks: pass it to each as `exploration`. */
export function createExploration<Look extends object>(start: ExplorationStart<Look>): Exploration<Look> {
  return new Exploration<Look>(new PlainHost(start));
}

const key = Symbol('attentrace exploration');

/** Shares an exploration with all views below the component that is being created. */
export function shareExploration(exploration: Exploration): void {
  setContext(key, exploration);
}

/** The exploration around the component that is being created, if there is one. */
export function findExploration<Look extends object>(): Exploration<Look> | undefined {
  return getContext<Exploration<Look> | undefined>(key);
}

function attempt<T>(make: () => T): Outcome<T> {
  try {
    return { value: make() };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function sameNumbers(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  return a === b || (a !== undefined && a.length === b?.length && a.every((n, i) => n === b[i]));
}
