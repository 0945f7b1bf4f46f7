import { TraceError } from '../../trace/index.js';

/** What an option may be, and what it is at first. */
export interface OptionRule<T> {
  readonly initial: T;
  /** What it may be, in words, for messages. */
  readonly expected: string;
  holds(value: unknown): boolean;
  /** Where it is one of a few: which. */
  readonly choices?: readonly T[];
}

/** The options of a view by name: everything a user can change in it that is not the selection. */
export type OptionRules<O> = { readonly [name in keyof O]: OptionRule<O[name]> };

/** What rules make: a plain object with a value for each option. */
export type OptionsOf<R> = { [name in keyof R]: R[name] extends OptionRule<infer T> ? T : never };

/** One of a few words; the first unless told otherwise. */
export function oneOf<const T extends string>(...choices: readonly [T, ...T[]]): OptionRule<T> {
  return {
    initial: choices[0],
    expected: `one of ${choices.map((choice) => `'${choice}'`).join(', ')}`,
    holds: (value) => choices.includes(value as T),
    choices,
  };
}

/** Yes or no; no at first. */
export const flag: OptionRule<boolean> = {
  initial: false,
  expected: 'true or false',
  holds: (value) => typeof value === 'boolean',
};

/** A number from `least` to `most`, both included. */
export function numberFrom(least: number, most: number, initial: number): OptionRule<number> {
  return {
    initial,
    expected: `a number from ${least} to ${most}`,
    holds: (value) => typeof value === 'number' && value >= least && value <= most,
  };
}

/** Whatever a function holds for right. */
export function anyThat<T>(initial: T, expected: string, holds: (value: unknown) => boolean): OptionRule<T> {
  return { initial, expected, holds };
}

/** Whether a value is the name of something, or null for all. */
export const nameOrNull: OptionRule<string | null> = anyThat<string | null>(
  null,
  'a name, or null for all',
  (value) => value === null || typeof value === 'string',
);

/** What the prop `trace` of every view may be. */
export const traceRule: OptionRule<unknown> = anyThat<unknown>(
  undefined,
  'a trace, from createTrace or a reader',
  (value) => Array.isArray((value as { streams?: unknown } | null)?.streams),
);

/** @throws TraceError `unknown-option` where a value is none that the option may have */
export function checkOption<T>(name: string, value: T, rule: OptionRule<T>): void {
  if (rule.holds(value)) return;
  throw new TraceError({
    code: 'unknown-option',
    place: name,
    found: written(value).slice(0, 80),
    expected: rule.expected,
    fix: `Pass ${rule.expected}, or leave ${name} out.`,
  });
}

/** What a value is, in a line: of an object that holds others, which may be large or go in circles, its names. */
function written(value: unknown): string {
  const holdsOthers =
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((one) => typeof one === 'object' && one);
  if (holdsOthers && !Array.isArray(value)) return `{ ${Object.keys(value).slice(0, 6).join(', ')} }`;
  return JSON.stringify(value) ?? String(value);
}
