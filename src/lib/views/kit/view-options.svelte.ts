import type { Lens } from '../../analysis/lens/index.js';
import type { Exploration } from '../../explore/exploration.svelte.js';
import { lensOptions } from './lens-options.js';
import { checkOption, type OptionRule, type OptionRules } from './option-rules.js';
import { sameOption } from './same-option.js';
import type { OptionProps } from './types.js';

/**
 * One option: what the prop says until the user says otherwise, and again from when the prop changes. A prop that is given anew
 * with the same value (as spread props are, and arrays written in place) has not changed.
 */
class Option<T> {
  #last: T | undefined;

  constructor(
    private readonly rule: OptionRule<T>,
    private readonly read: () => T | undefined,
  ) {}

  readonly given: T | undefined = $derived.by(() => {
    const now = this.read();
    if (!sameOption(now, this.#last)) this.#last = now;
    return this.#last;
  });

  value: T = $derived.by(() => {
    const { given } = this;
    return given === undefined || !this.rule.holds(given) ? this.rule.initial : given;
  });
}

const lensNames = Object.keys(lensOptions) as (keyof Lens)[];

/**
 * The options of a view, each from its prop or as the user changed it. Where none of the lens is given, these are shared with the
 * exploration around. Made while a component is.
 */
export class ViewOptions<O extends object> {
  /** Whether those of the lens are among them. */
  readonly hasLens: boolean;
  /** All of them, each read, and tracked, where it is looked at. */
  readonly values: O;
  readonly #options: Record<string, Option<unknown>> = {};

  constructor(
    readonly rules: OptionRules<O>,
    private readonly props: () => OptionProps<O>,
    private readonly around: () => Exploration | undefined,
  ) {
    this.hasLens = lensNames.every((name) => name in rules);
    const values = {};
    for (const [name, rule] of Object.entries<OptionRule<unknown>>(rules)) {
      const option = new Option(rule, () => (props() as Record<string, unknown>)[name]);
      this.#options[name] = option;
      const own = (): unknown => option.value;
      const ofLens = (): unknown => this.#shared?.lens[name as keyof Lens] ?? option.value;
      const get = name in lensOptions ? ofLens : own;
      Object.defineProperty(values, name, { enumerable: true, get });
    }
    this.values = values as O;
  }

  /** The exploration whose lens is shared, where it is. */
  readonly #shared = $derived.by((): Exploration | undefined => {
    const own = !this.hasLens || lensNames.some((name) => this.#options[name]!.given !== undefined);
    return own ? undefined : this.around();
  });

  /** The lens that these options are, where there is one and it is not shared. */
  readonly lens = $derived.by((): Lens | undefined => {
    if (!this.hasLens || this.#shared) return undefined;
    const { granularity, hide, renormalize } = this.values as unknown as Lens;
    return { granularity, hide, renormalize };
  });

  /** Changes options, and tells so. */
  set(change: Partial<O>): void {
    const shared: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(change))
      if (name in lensOptions && this.#shared) shared[name] = value;
      else this.#options[name]!.value = value;
    if (Object.keys(shared).length > 0) this.#shared!.lookThrough(shared);
    this.props().onOptionsChange?.({ ...this.values });
  }

  /** @throws TraceError `unknown-option` where a prop is none that its option may have */
  check(): void {
    for (const [name, rule] of Object.entries<OptionRule<unknown>>(this.rules)) {
      const { given } = this.#options[name]!;
      if (given !== undefined) checkOption(name, given, rule);
    }
  }
}
