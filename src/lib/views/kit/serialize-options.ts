import type { OptionRules } from './option-rules.js';
import { sameOption } from './same-option.js';

/**
 * Options of a view as a string for a URL's hash or query, beside what `serializeSelection` writes: those that are not what the view
 * starts with, where its rules are given.
 *
 * @example
 * location.hash = `${serializeSelection(selection)}&${serializeOptions(options, headViewOptions)}`; // s=self&l=3&edges=top&top=5
 */
export function serializeOptions<O extends object>(options: Partial<O>, rules?: OptionRules<O>): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(options)) {
    const rule = rules?.[name as keyof O];
    if (value === undefined || (rule && sameOption(value, rule.initial))) continue;
    parts.set(name, typeof value === 'string' && readJson(value) === value ? value : JSON.stringify(value));
  }
  return parts.toString();
}

/**
 * Reads what `serializeOptions` writes, with or without a leading `#` or `?`, from among other parts of a URL. Never throws: what
 * is no option by the rules, or may not have the value that stands there, is left out. Pass the result as props.
 *
 * @example
 * const options = parseOptions(location.hash, headViewOptions); // <HeadView {...options} />
 */
export function parseOptions<O extends object>(text: string, rules: OptionRules<O>): Partial<O> {
  const found = new URLSearchParams(typeof text === 'string' ? text.replace(/^[#?]/, '') : '');
  const read: Partial<O> = {};
  for (const name of Object.keys(rules) as (keyof O & string)[]) {
    const written = found.get(name);
    if (written === null) continue;
    const value = readJson(written);
    if (rules[name].holds(value)) read[name] = value as O[typeof name];
  }
  return read;
}

/** What a text says as JSON, or the text itself where it is none. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
