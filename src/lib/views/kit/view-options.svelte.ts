import { checkOption, type OptionRule, type OptionRules } from './option-rules.js';
import { sameOption } from './same-option.js';

/**
 * One option: what the prop says until the user says otherwise, and again from when the prop changes. A prop that is given anew
 * with the same value (as spread props are, and arrays written in place) has not changed.
 */
class Option<T> {
  readonly #rule: OptionRule<T>;
  readonly #read: () => T | undefined;
  #last: T | undefined;

  constructor(rule: OptionRule<T>, read: () => T | undefined) {
    this.#rule = rule;
    this.#read = read;
  }

  readonly given: T | undefined = $derived.by(() => {
    const now = this.#read();
    if (!sameOption(now, this.#last)) this.#last = now;
    return this.#last;
  });

  value: T = $derived.by(() => {
    const { given } = this;
    return given === undefined || !this.#rule.holds(given) ? this.#rule.initial : given;
  });
}

/** The options of a view, each from its prop or as the user changed it. Made while a component is. */
export class ViewOptions<O extends object> {
  readonly #options: Record<string, Option<unknown>> = {};
  readonly rules: OptionRules<O>;
  /** All of them, each read, and tracked, where it is looked at. */
  readonly values: Readonly<O>;

  constructor(rules: OptionRules<O>, props: () => object) {
    this.rules = rules;
    const values = {};
    for (const [name, rule] of Object.entries<OptionRule<unknown>>(rules)) {
      const option = new Option(rule, () => (props() as Record<string, unknown>)[name]);
      this.#options[name] = option;
      Object.defineProperty(values, name, { enumerable: true, get: () => option.value });
    }
    this.values = values as O;
  }

  /** Whether the prop of an option is given. */
  isGiven(name: string): boolean {
    return this.#options[name]?.given !== undefined;
  }

  set(change: Partial<O>): void {
    for (const [name, value] of Object.entries(change)) this.#options[name]!.value = value;
  }

  /** @throws TraceError `unknown-option` where a prop is none that its option may have */
  check(): void {
    for (const [name, rule] of Object.entries<OptionRule<unknown>>(this.rules)) {
      const { given } = this.#options[name]!;
      if (given !== undefined) checkOption(name, given, rule);
    }
  }
}
