import type { OptionRule } from '../views/kit/option-rules.js';
import { readJson } from '../views/kit/serialize-options.js';

/**
 * What an attribute's text stands for: itself where the prop may be that, true where it stands alone, else what it says as JSON. Text
 * that is none of these is handed on, for the view to say what is wrong with it.
 */
export function parseAttribute(text: string, rule: OptionRule<unknown> | undefined): unknown {
  if (rule?.holds(text)) return text;
  if (text === '' && rule?.holds(true)) return true;
  return readJson(text);
}

/** `query-segment` is the prop `querySegment`. */
export const propOf = (attribute: string): string =>
  attribute.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
