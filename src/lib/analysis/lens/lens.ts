import {
  describe,
  either,
  TraceError,
  type Matrix,
  type Segment,
  type Stream,
  type Token,
} from '../../trace/index.js';
import { mustHoldWeights } from '../derivation.js';
import {
  granularities,
  groupTokens,
  runOf,
  runsAsTokens,
  type Granularity,
  type TokenRun,
} from './groups.js';
import { lensMatrix, runAt } from './lens-matrix.js';

/** Keys whose weights are left out: none, the first (where most models put unused weight), special tokens, or these positions. */
export type Hide = 'none' | 'first' | 'special' | readonly number[];

/** How a stream is shown: merged tokens, hidden keys, renormalised rows. */
export interface Lens {
  /** What a row and a column stand for; or one for each side, as for an answer by sentences and documents by segments. */
  granularity: Granularity | { query: Granularity; key: Granularity };
  hide: Hide;
  /** Whether the rest of a row is scaled up to its former sum. For weights only. */
  renormalize: boolean;
}

/** Tokens as they are, none left out. */
export const plainLens: Lens = { granularity: 'token', hide: 'none', renormalize: false };

/** A stream as seen through a lens, and the mapping between its positions and those of the tokens. */
export interface SeenStream {
  stream: Stream;
  /** Keys of `stream` whose weights are all left out. */
  hiddenKeys: ReadonlySet<number>;
  /** Tokens whose weights are left out, before merging. */
  hiddenTokens: ReadonlySet<number>;
  /** From a row or column of the original stream to one of `stream`, and back to the first token there. */
  toSeen(side: 'query' | 'key', token: number): number;
  toToken(side: 'query' | 'key', seen: number): number;
}

/** One merged side of a stream: which tokens make a row or column, and the tokens that stand for them. */
interface Merged {
  runs?: readonly TokenRun[];
  tokens: readonly Token[];
  segments: readonly Segment[];
}

/**
 * A stream with merged tokens and without hidden keys; the stream itself if the lens changes nothing. Weights are summed
 * over the keys that are merged and averaged over the queries, whatever quantity they are. Queries, keys and values are not carried
 * over when tokens are merged: they have no meaning for several.
 *
 * @throws TraceError `lens` for an invalid granularity or `hide`; `segment` if segments overlap and tokens are merged; `quantity` if
 * another quantity than weights is to be renormalised
 */
export function lookThrough(stream: Stream, lens: Lens): SeenStream {
  const granularity = bySide(lens.granularity);
  const hiddenTokens = hiddenPositions(stream.keyTokens, lens.hide);
  if (lens.renormalize && hiddenTokens.size > 0) mustHoldWeights(stream, 'renormalize');
  const keys = merge(stream.keyTokens, stream.keySegments, granularity.key);
  const queries = mergeQueries(stream, granularity.query, keys.runs);
  const hiddenKeys = new Set(
    [...keys.tokens.keys()].filter((key) => allHidden(runAt(keys.runs, key), hiddenTokens)),
  );
  const runsOf = (side: 'query' | 'key') => (side === 'query' ? queries.runs : keys.runs);
  const between = {
    toSeen(side: 'query' | 'key', token: number) {
      const runs = runsOf(side);
      return runs ? runOf(runs, token) : token;
    },
    toToken: (side: 'query' | 'key', seen: number) => runAt(runsOf(side), seen).start,
  };
  const merges = queries.runs !== undefined || keys.runs !== undefined;
  if (!merges && hiddenTokens.size === 0) return { stream, hiddenKeys, hiddenTokens, ...between };

  const matrixLens = {
    queryRuns: queries.runs,
    keyRuns: keys.runs,
    hiddenKeys: hiddenTokens,
    renormalize: lens.renormalize,
  };
  const matrices = new Map<Matrix, Matrix>();
  const seen: Stream = {
    ...stream,
    queryTokens: queries.tokens,
    keyTokens: keys.tokens,
    querySegments: queries.segments,
    keySegments: keys.segments,
    get causal() {
      return stream.causal;
    },
    matrix(layer, head) {
      const whole = stream.matrix(layer, head);
      const known = matrices.get(whole) ?? lensMatrix(whole, matrixLens);
      matrices.set(whole, known);
      return known;
    },
    queries: merges ? undefined : stream.queries,
    keys: merges ? undefined : stream.keys,
    values: merges ? undefined : stream.values,
    scoring: merges ? undefined : stream.scoring,
    sublayer: merges ? undefined : stream.sublayer,
  };
  return { stream: seen, hiddenKeys, hiddenTokens, ...between };
}

function bySide(granularity: Lens['granularity']): { query: Granularity; key: Granularity } {
  const sides = typeof granularity === 'string' ? { query: granularity, key: granularity } : granularity;
  const wrong = [sides?.query, sides?.key].find((one) => !granularities.includes(one));
  if (wrong === undefined && sides?.query !== undefined && sides.key !== undefined) return sides;
  throw new TraceError({
    code: 'lens',
    place: 'granularity',
    found: describe(wrong),
    expected: either(granularities.map((one) => `'${one}'`)),
    fix: "Give one for both sides, or { query: 'sentence', key: 'segment' }.",
  });
}

function merge(tokens: readonly Token[], segments: readonly Segment[], granularity: Granularity): Merged {
  if (granularity === 'token') return { tokens, segments };
  const runs = groupTokens(tokens, segments, granularity);
  return {
    runs,
    tokens: runsAsTokens(tokens, runs, segments, granularity),
    segments: mergeSegments(segments, runs),
  };
}

/**
 * Merges the queries. Within one sequence, the `position` of each is that of the last merged key it may see. If only some were recorded,
 * they are merged as in the whole sequence.
 */
function mergeQueries(
  stream: Stream,
  granularity: Granularity,
  keyRuns: readonly TokenRun[] | undefined,
): Merged {
  const { queryTokens, querySegments } = stream;
  if (stream.kind === 'cross') return merge(queryTokens, querySegments, granularity);
  const some = queryTokens.some(({ position }, row) => position !== row);
  const merged = some ? mergeSome(stream, granularity) : merge(queryTokens, querySegments, granularity);
  const tokens = merged.tokens.map((token, i) => {
    const last = queryTokens[merged.runs ? merged.runs[i]!.end - 1 : i]!.position;
    const position = keyRuns ? runOf(keyRuns, last) : last;
    return token.position === position ? token : { ...token, position };
  });
  return { ...merged, tokens };
}

function mergeSome(
  { queryTokens, querySegments, keyTokens, keySegments }: Stream,
  granularity: Granularity,
): Merged {
  const whole = merge(keyTokens, keySegments, granularity);
  if (!whole.runs) return { tokens: queryTokens, segments: querySegments };
  const runs: TokenRun[] = [];
  const tokens: Token[] = [];
  for (const [row, { position }] of queryTokens.entries()) {
    const token = whole.tokens[runOf(whole.runs, position)]!;
    if (token === tokens.at(-1)) runs.at(-1)!.end = row + 1;
    else {
      runs.push({ start: row, end: row + 1 });
      tokens.push(token);
    }
  }
  return { runs, tokens, segments: mergeSegments(querySegments, runs) };
}

function mergeSegments(segments: readonly Segment[], runs: readonly TokenRun[]): readonly Segment[] {
  return segments.map(({ name, start, end }) => ({
    name,
    start: runOf(runs, start),
    end: runOf(runs, end - 1) + 1,
  }));
}

function allHidden({ start, end }: TokenRun, hidden: ReadonlySet<number>): boolean {
  for (let token = start; token < end; token++) if (!hidden.has(token)) return false;
  return true;
}

/**
 * The positions of the keys that are left out.
 *
 * @throws TraceError `lens`
 */
export function hiddenPositions(tokens: readonly Token[], hide: Hide): ReadonlySet<number> {
  if (hide === 'none') return new Set();
  if (hide === 'first') return new Set([0]);
  if (hide === 'special') return new Set([...tokens.keys()].filter((position) => tokens[position]!.special));
  if (Array.isArray(hide)) return new Set(hide.filter((position) => position in tokens));
  throw new TraceError({
    code: 'lens',
    place: 'hide',
    found: describe(hide),
    expected: "'none', 'first', 'special' or an array of token positions",
    fix: 'Positions beyond the tokens hide nothing.',
  });
}
