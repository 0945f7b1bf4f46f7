import type { Lens } from '../../analysis/lens/index.js';
import type { Exploration, ExplorationHost } from '../../explore/exploration.svelte.js';
import type { StartingChoice } from '../../explore/resolve-selection.js';
import type { Hover, Selection } from '../../explore/types.js';
import { createTrace, type Trace } from '../../trace/index.js';
import { checkOption, traceRule } from './option-rules.js';
import type { BoundChoice } from './bound-choice.svelte.js';
import type { SvelteLook, ViewSnippets } from './svelte-props.js';
import type { Bindings, ViewProps } from './types.js';
import type { ViewOptions } from './view-options.svelte.js';

interface Props extends Omit<ViewProps, keyof Bindings>, ViewSnippets {}

/** Keeps the exploration of a view in the props of its component: the trace made of them, what is bound to them, the look they give. */
export class PropsHost implements ExplorationHost<SvelteLook> {
  constructor(
    private readonly props: () => Props,
    private readonly bound: Bindings,
    private readonly choice: BoundChoice,
    private readonly options: Pick<ViewOptions<object>, 'lens' | 'set'>,
    private readonly outer: () => Exploration<SvelteLook> | undefined,
  ) {}

  // Each by itself: where props are spread, one that changes seems to change all, and none but these makes a trace.
  readonly #givenTrace = $derived.by(() => this.props().trace);
  readonly #attention = $derived.by(() => this.props().attention);
  readonly #tokens = $derived.by(() => this.props().tokens);

  // A derived must not throw: Svelte asks it whether it has changed outside of whoever would catch that.
  readonly #madeTrace = $derived.by((): { trace?: Trace; error?: unknown } => {
    const [trace, attention, tokens] = [this.#givenTrace, this.#attention, this.#tokens];
    if (!trace && attention === undefined && tokens === undefined) return {};
    try {
      if (trace) checkOption('trace', trace, traceRule);
      return { trace: trace ?? createTrace({ attention: attention!, tokens }) };
    } catch (error) {
      return { error };
    }
  });

  get trace(): Trace | undefined {
    const { trace, error } = this.#madeTrace;
    if (error) throw error;
    return trace;
  }

  get start(): StartingChoice {
    return this.choice.given;
  }

  get selection(): Partial<Selection> | undefined {
    return this.bound.selection[0]();
  }
  set selection(next) {
    this.bound.selection[1](next);
  }

  get hover(): Hover | null {
    return this.bound.hover[0]();
  }
  set hover(next) {
    this.bound.hover[1](next);
  }

  get lens(): Lens | undefined {
    return this.options.lens;
  }
  set lens(next) {
    if (next) this.options.set(next);
  }

  /** Labels, theme and the like: those that are given, over those of the Explorer around, whatever trace is shown. */
  readonly look: SvelteLook = $derived.by(() => {
    const { theme, chrome, labels, token, tooltip, empty, error } = this.props();
    const around = this.outer()?.look;
    const all = labels && { ...around?.labels, ...labels };
    const look: SvelteLook = { theme, chrome, labels: all, token, tooltip, empty, error };
    const given = Object.entries(look).filter(([, value]) => value !== undefined);
    return { ...around, ...Object.fromEntries(given) };
  });

  onSelectionChange(selection: Selection): void {
    this.props().onSelectionChange?.(selection);
  }

  onHoverChange(hover: Hover | null): void {
    this.props().onHoverChange?.(hover);
  }
}
