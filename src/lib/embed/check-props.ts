import { anyThat, checkOption, oneOf, traceRule, type OptionRule } from '../views/kit/option-rules.js';
import { boundProps, sharedProps } from '../views/kit/types.js';
import { TraceError } from '../trace/index.js';

const isWhole = (value: unknown): boolean => Number.isInteger(value);
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const prop = (expected: string, holds: (value: unknown) => boolean): OptionRule<unknown> =>
  anyThat<unknown>(undefined, expected, holds);
const callback = prop('a function', (value) => typeof value === 'function');
const wholeNumber = prop('a whole number', isWhole);

/** What the props of every view may be, where no compiler says so. */
const rules: Record<string, OptionRule<unknown>> = {
  theme: oneOf('auto', 'light', 'dark'),
  chrome: oneOf('all', 'none'),
  labels: prop('an object of strings', isObject),
  trace: traceRule,
  tokens: prop('a list of strings', Array.isArray),
  stream: prop('the name of a stream', (value) => typeof value === 'string'),
  layer: wholeNumber,
  head: wholeNumber,
  heads: prop('a list of whole numbers', (value) => Array.isArray(value) && value.every(isWhole)),
  selection: prop('an object such as { layer, heads, query, key }', isObject),
  hover: prop(
    'an object such as { layer, head, query, key }, or null',
    (value) => value === null || isObject(value),
  ),
  onSelectionChange: callback,
  onHoverChange: callback,
  onOptionsChange: callback,
};

/** The rule of a prop that every view has. */
export const sharedRule = (name: string): OptionRule<unknown> | undefined =>
  Object.hasOwn(rules, name) ? rules[name] : undefined;

/** @throws TraceError `unknown-option` where a prop that every view has is of the wrong type */
export function checkShared(props: Readonly<Record<string, unknown>>): void {
  for (const [name, rule] of Object.entries(rules))
    if (props[name] !== undefined) checkOption(name, props[name], rule);
}

const attributes =
  'accesskey autofocus class dir draggable exportparts hidden id inert is itemprop lang nonce part popover role slot spellcheck style tabindex title translate';
const known = new Set(attributes.split(' '));

/**
 * Whether an element of any kind may have an attribute of this name: those of HTML, and by their first letters those of frameworks, such as
 * `x-data` and `hx-get`.
 */
export function isAttribute(name: string): boolean {
  return known.has(name.toLowerCase()) || /^(on[a-z]|(aria|data|v|x|hx|ng)-)|[^a-zA-Z-]/.test(name);
}

/** @throws TraceError `unknown-prop` for what is neither a prop of a view with these options nor an attribute */
export function checkUnknown(props: Readonly<Record<string, unknown>>, options: object): void {
  const name = Object.keys(props).find((name) => props[name] !== undefined && !isAttribute(name));
  if (name === undefined) return;
  const names = [...Object.keys(options), ...boundProps, ...sharedProps];
  throw new TraceError({
    code: 'unknown-prop',
    place: name,
    found: 'a prop that this view does not have',
    expected: `one of ${nearest(name, names).join(', ')}`,
    fix: 'Correct its name, or leave it out.',
  });
}

/** The names that share most with one that is none of them, in pairs of letters, the nearest first. */
function nearest(name: string, names: readonly string[]): string[] {
  const pairs = (text: string): string[] =>
    [...text.toLowerCase()].map((letter, i, all) => letter + all[i + 1]);
  const own = pairs(name);
  const shared = (other: string): number => {
    const theirs = pairs(other);
    return own.filter((pair) => theirs.includes(pair)).length / (own.length + theirs.length);
  };
  return [...names].sort((a, b) => shared(b) - shared(a)).slice(0, 6);
}
