import { groupsFromSegments, groupsFromSentences, type Group } from '../../analysis/index.js';
import type { Stream } from '../../trace/index.js';

/** Who looks, where nobody says so: the sentences of the last segment, else of the whole text. */
export function defaultQueryGroups({ queryTokens, querySegments }: Stream): Group[] {
  const within = querySegments.length > 1 ? querySegments.at(-1) : undefined;
  return groupsFromSentences(queryTokens, { within, segments: querySegments });
}

/** Who is looked at: segments, within one sequence those before the last; else sentences. */
export function defaultKeyGroups({ kind, keyTokens, keySegments }: Stream): Group[] {
  if (kind === 'cross' && keySegments.length > 0) return groupsFromSegments(keyTokens, keySegments);
  if (keySegments.length > 1) return groupsFromSegments(keyTokens, keySegments.slice(0, -1));
  return groupsFromSentences(keyTokens, { segments: keySegments });
}
