import {
  computedMatrix,
  holdsWeights,
  quantities,
  TraceError,
  type Computation,
  type Matrix,
  type Quantity,
  type Stream,
  type Token,
} from '../../trace/index.js';
import { alignedSide, type AlignedSide } from './aligned-side.js';
import { alignedSegments, alignedTokens } from './aligned-tokens.js';
import type { AlignedRun, Alignment } from './align-tokens.js';
import type { HeadPair } from './head-pairs.js';

/** Two streams with the same aligned queries and keys. */
export interface AlignedStreams {
  readonly a: Stream;
  readonly b: Stream;
  /** b − a, by the layers and heads of a. */
  readonly difference: Stream;
  /** Readers of a and of b by aligned queries and keys. */
  readonly sides: { readonly a: AlignedSide; readonly b: AlignedSide };
}

/**
 * Streams of aligned tokens: all keys of both, and the queries that both have. A key that one side lacks has no weight there.
 *
 * @param keyTokens what stands for the aligned keys, see `alignedTokens`
 * @param queries the alignment of the queries, if they are another sequence than the keys
 * @throws TraceError `no-queries` where no query of both was recorded, `quantity` where the streams hold other quantities
 */
export function alignedStreams(
  a: Stream,
  b: Stream,
  pairs: readonly HeadPair[],
  keys: Alignment,
  keyTokens: readonly Token[],
  queries?: Alignment,
): AlignedStreams {
  const [rowsOfA, rowsOfB] = [rowFinder(a, !queries), rowFinder(b, !queries)];
  const rows = (queries ?? keys).runs
    .map((run, at) => ({ run, at, a: rowsOfA(run.a), b: rowsOfB(run.b) }))
    .filter((row) => row.a.length > 0 && row.b.length > 0);
  if (rows.length === 0) throw noQueries(a, b);
  const runs = rows.map(({ run }) => run);
  const queryTokens = queries
    ? alignedTokens(runs, a.queryTokens, b.queryTokens)
    : rows.map(({ at }) => keyTokens[at]!);
  const querySegments = alignedSegments(queries ? a.querySegments : a.keySegments, runs);
  const keySegments = alignedSegments(a.keySegments, keys.runs);
  const from = { a, b };
  const sideOf = (side: 'a' | 'b'): AlignedSide => {
    const [rowsOfSide, keysOfSide] = [rows.map((row) => row[side]), keys.runs.map((run) => run[side])];
    return alignedSide(rowsOfSide, keysOfSide, from[side].keyTokens.length);
  };
  const sides = { a: sideOf('a'), b: sideOf('b') };
  const ascending = (numbers: number[]): number[] => [...new Set(numbers)].sort((x, y) => x - y);
  const layers = ascending(pairs.map((pair) => pair.a.layer));
  const heads = ascending(pairs.map((pair) => pair.a.head));
  const headsOf = (layer: number): number[] =>
    ascending(pairs.flatMap((pair) => (pair.a.layer === layer ? [pair.a.head] : [])));
  const shape = { rows: rows.length, cols: keyTokens.length };
  const stream = (quantity: Quantity, read: (pair: HeadPair) => Matrix): Stream => {
    const matrices = new Map<HeadPair, Matrix>();
    return {
      ...a,
      quantity,
      layers,
      heads,
      headsOf(layer) {
        if (!layers.includes(layer)) a.headsOf(layer);
        return headsOf(layer);
      },
      queryTokens,
      keyTokens,
      querySegments,
      keySegments,
      get causal() {
        return a.causal && b.causal;
      },
      queries: undefined,
      keys: undefined,
      values: undefined,
      matrix(layer, head) {
        const pair = pairs.find((one) => one.a.layer === layer && one.a.head === head);
        // The stream itself throws for a head that is not compared.
        if (!pair) return notCompared(layer, head, headsOf(layer));
        const known = matrices.get(pair) ?? read(pair);
        matrices.set(pair, known);
        return known;
      },
    };
  };
  const readOf = (side: 'a' | 'b', pair: HeadPair): Computation['read'] => {
    const { layer, head } = pair[side];
    return (rect, options) => sides[side](from[side].matrix(layer, head), rect, options);
  };
  return {
    a: stream(a.quantity, (pair) => computedMatrix({ ...shape, read: readOf('a', pair) })),
    b: stream(b.quantity, (pair) => computedMatrix({ ...shape, read: readOf('b', pair) })),
    difference: stream(differenceOf(a.quantity, b.quantity), (pair) =>
      computedMatrix({
        ...shape,
        signed: true,
        cost: 2,
        read(rect, options) {
          const [x, y] = [readOf('a', pair)(rect, options), readOf('b', pair)(rect, options)];
          return x instanceof Promise || y instanceof Promise
            ? Promise.all([x, y]).then(([x, y]) => less(y, x))
            : less(y, x);
        },
      }),
    ),
    sides,
  };
}

function less(x: Float32Array, y: Float32Array): Float32Array {
  const out = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) out[i] = x[i]! - y[i]!;
  return out;
}

/** A function from a run to the rows of its queries: by their indices, or by their positions within one sequence. */
function rowFinder(stream: Stream, byPosition: boolean): (run: AlignedRun['a']) => number[] {
  const rowAt = byPosition && new Map(stream.queryTokens.map(({ position }, row) => [position, row]));
  return (run) => {
    const rows: number[] = [];
    for (let at = run?.start ?? 0; at < (run?.end ?? 0); at++) {
      const row = rowAt ? rowAt.get(at) : at;
      if (row !== undefined) rows.push(row);
    }
    return rows;
  };
}

function differenceOf(a: Quantity, b: Quantity): Quantity {
  if (a.name !== b.name)
    throw new TraceError({
      code: 'quantity',
      place: 'b',
      found: `the quantity ${b.name}`,
      expected: `${a.name}, as in a`,
      fix: 'Only numbers of one kind can be taken from each other.',
    });
  if (holdsWeights(a)) return quantities.differences;
  const [least, most] = [a.range[0] - a.range[1], a.range[1] - a.range[0]];
  return { ...a, name: `difference of ${a.name}`, range: [least, most] };
}

function notCompared(layer: number, head: number, heads: readonly number[]): never {
  throw new TraceError({
    code: heads.length > 0 ? 'unknown-head' : 'unknown-layer',
    place: heads.length > 0 ? 'head' : 'layer',
    found: `layer ${layer}, head ${head}, which is not compared`,
    expected: heads.length > 0 ? `heads ${heads.join(', ')}` : 'a layer that is compared',
    fix: 'Heads of a comparison go by their numbers in a.',
  });
}

function noQueries(a: Stream, b: Stream): TraceError {
  const span = ({ queryTokens }: Stream): string =>
    queryTokens.length > 0 ? `${queryTokens[0]!.position}–${queryTokens.at(-1)!.position}` : 'none';
  return new TraceError({
    code: 'no-queries',
    place: `the ${a.name} stream`,
    found: `queries ${span(a)} in a and ${span(b)} in b, none of which are aligned with each other`,
    expected: 'at least one query that both recorded',
    fix: 'Record the queries of the same tokens in both runs.',
  });
}
