import type { Matrix, Segment, Stream, Token } from '../../trace/index.js';
import { groupOf, groupsAsTokens, groupTokens, type Granularity, type Group } from './groups.js';
import { lensMatrix } from './lens-matrix.js';

/** Tokens whose weights are left out: none, the first (where most models park unused weight), markers, or these positions. */
export type Hide = 'none' | 'first' | 'special' | readonly number[];

/** How a stream is looked at. */
export interface Lens {
  granularity: Granularity;
  hide: Hide;
  /** Whether what is left of a row is scaled up to its former sum. */
  renormalize: boolean;
}

/** Tokens as they are, none left out. */
export const plainLens: Lens = { granularity: 'token', hide: 'none', renormalize: false };

/** A stream as seen through a lens, and the way between its positions and those of the tokens. */
export interface SeenStream {
  stream: Stream;
  /** Keys of `stream` whose weights are left out. */
  hiddenKeys: ReadonlySet<number>;
  /** The position in `stream` of a token, and the first token of a position. */
  toSeen(side: 'query' | 'key', token: number): number;
  toToken(side: 'query' | 'key', seen: number): number;
}

/**
 * A stream whose tokens are merged and whose sinks are left out; the stream itself where the lens changes nothing.
 * Queries, keys and values are not carried over when tokens are merged: they have no meaning for a group.
 */
export function lookThrough(stream: Stream, lens: Lens): SeenStream {
  const merges = lens.granularity !== 'token';
  const queryGroups = merges
    ? groupTokens(stream.queryTokens, stream.querySegments, lens.granularity)
    : undefined;
  const keyGroups = merges ? groupTokens(stream.keyTokens, stream.keySegments, lens.granularity) : undefined;
  const merge = (
    tokens: readonly Token[],
    groups: readonly Group[] | undefined,
    segments: readonly Segment[],
  ) => (groups ? groupsAsTokens(tokens, groups, segments, lens.granularity) : tokens);
  const keyTokens = merge(stream.keyTokens, keyGroups, stream.keySegments);
  const hiddenKeys = hiddenPositions(keyTokens, keyGroups, lens.hide, stream.keyTokens.length);
  const groupsOf = (side: 'query' | 'key') => (side === 'query' ? queryGroups : keyGroups);
  const between = {
    toSeen(side: 'query' | 'key', token: number) {
      const groups = groupsOf(side);
      return groups ? groupOf(groups, token) : token;
    },
    toToken: (side: 'query' | 'key', seen: number) => groupsOf(side)?.[seen]?.start ?? seen,
  };
  if (!merges && hiddenKeys.size === 0) return { stream, hiddenKeys, ...between };

  const matrices = new Map<Matrix, Matrix>();
  const seen: Stream = {
    ...stream,
    queryTokens: merge(stream.queryTokens, queryGroups, stream.querySegments),
    keyTokens,
    querySegments: mergeSegments(stream.querySegments, queryGroups),
    keySegments: mergeSegments(stream.keySegments, keyGroups),
    get causal() {
      return stream.causal;
    },
    matrix(layer, head) {
      const whole = stream.matrix(layer, head);
      const known = matrices.get(whole);
      if (known) return known;
      const made = lensMatrix(whole, { queryGroups, keyGroups, hiddenKeys, renormalize: lens.renormalize });
      matrices.set(whole, made);
      return made;
    },
    queries: merges ? undefined : stream.queries,
    keys: merges ? undefined : stream.keys,
    values: merges ? undefined : stream.values,
  };
  return { stream: seen, hiddenKeys, ...between };
}

function mergeSegments(
  segments: readonly Segment[],
  groups: readonly Group[] | undefined,
): readonly Segment[] {
  if (!groups) return segments;
  return segments.map(({ name, start, end }) => ({
    name,
    start: groupOf(groups, start),
    end: groupOf(groups, end - 1) + 1,
  }));
}

function hiddenPositions(
  tokens: readonly Token[],
  groups: readonly Group[] | undefined,
  hide: Hide,
  count: number,
): ReadonlySet<number> {
  if (hide === 'none') return new Set();
  if (hide === 'first') return new Set([0]);
  if (hide === 'special')
    return new Set(tokens.filter(({ special }) => special).map(({ position }) => position));
  const held = hide.filter((position) => position >= 0 && position < count);
  return new Set(held.map((position) => (groups ? groupOf(groups, position) : position)));
}
