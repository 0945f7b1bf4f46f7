import type { Segment, Token } from '../../trace/index.js';
import { groupTokens, runsAsTokens, type TokenRun } from '../lens/index.js';
import type { Group } from './group.js';
import { mustBeList, mustBeTokens } from '../must.js';

/**
 * A group for each segment, by its name.
 *
 * @param tokens the tokens that the segments refer to: `stream.keyTokens` for `stream.keySegments`, `stream.queryTokens` for
 * `stream.querySegments`
 * @example
 * const { keyTokens, keySegments } = trace.stream();
 * const documents = groupsFromSegments(keyTokens, keySegments);
 */
export function groupsFromSegments(tokens: readonly Token[], segments: readonly Segment[]): Group[] {
  mustBeTokens(tokens, 'tokens');
  mustBeList(segments, 'segments', 'an array of { name, start, end }');
  return segments.map(({ name, start, end }) => ({ name, positions: positionsOf(tokens, { start, end }) }));
}

/** Which part of a text is split into sentences. */
export interface SentenceOptions {
  /** Splits this segment only, such as the answer. Default: all. */
  within?: Pick<Segment, 'start' | 'end'>;
  /** Sentences end at the edges of these. Default: none. */
  segments?: readonly Segment[];
}

/**
 * A group for each sentence, named by its text. Markers such as `[SEP]` are in none. Repeated sentences are numbered: `Yes.`, `Yes. (2)`.
 *
 * @example
 * const sentences = groupsFromSentences(keyTokens, { within: keySegments.find(({ name }) => name === 'answer') });
 */
export function groupsFromSentences(tokens: readonly Token[], options: SentenceOptions = {}): Group[] {
  mustBeTokens(tokens, 'tokens');
  const { within = { start: 0, end: tokens.length }, segments = [] } = options ?? {};
  const inside = tokens.slice(within.start, within.end);
  const cut = segments
    .map((segment) => ({
      ...segment,
      start: Math.max(0, segment.start - within.start),
      end: Math.min(inside.length, segment.end - within.start),
    }))
    .filter(({ start, end }) => start < end);
  const runs = groupTokens(inside, cut, 'sentence').filter(({ start }) => !inside[start]!.special);
  const shown = runsAsTokens(inside, runs, cut, 'sentence');
  const times = new Map<string, number>();
  return runs.map((run, i) => {
    const text = shown[i]!.label.trim();
    const time = (times.get(text) ?? 0) + 1;
    times.set(text, time);
    return { name: time > 1 ? `${text} (${time})` : text, positions: positionsOf(inside, run) };
  });
}

function positionsOf(tokens: readonly Token[], { start, end }: TokenRun): number[] {
  return tokens.slice(start, end).map(({ position }) => position);
}
