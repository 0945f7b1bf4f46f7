import type { Token } from '../../trace/index.js';
import type { Labels } from './labels/index.js';

const repeated = new WeakMap<readonly Token[], ReadonlySet<string>>();

/** What a token is called where it is spoken of alone: by its label, and by its position too where others look the same. */
export function tokenName(tokens: readonly Token[], index: number, labels: Labels): string {
  const token = tokens[index]!;
  const label = token.label.trim();
  return repeatedIn(tokens).has(label) ? labels.tokenAt(label, token.position) : label;
}

/** The labels that more than one token of a sequence has; found once. */
function repeatedIn(tokens: readonly Token[]): ReadonlySet<string> {
  let found = repeated.get(tokens);
  if (!found) {
    const seen = new Set<string>();
    const again = new Set<string>();
    for (const token of tokens) {
      const label = token.label.trim();
      (seen.has(label) ? again : seen).add(label);
    }
    repeated.set(tokens, (found = again));
  }
  return found;
}
