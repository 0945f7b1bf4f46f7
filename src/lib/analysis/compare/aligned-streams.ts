import {
  computedMatrix,
  holdsWeights,
  quantities,
  TraceError,
  type Matrix,
  type Quantity,
  type Stream,
  type Token,
} from '../../trace/index.js';
import { AlignedSide } from './aligned-side.js';
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
  const queryTokens = queries
    ? alignedTokens(
        rows.map(({ run }) => run),
        a.queryTokens,
        b.queryTokens,
      )
    : rows.map(({ at }) => keyTokens[at]!);
  const sides = {
    a: new AlignedSide(
      rows.map((row) => row.a),
      keys.runs.map((run) => run.a),
      a.keyTokens.length,
    ),
    b: new AlignedSide(
      rows.map((row) => row.b),
      keys.runs.map((run) => run.b),
      b.keyTokens.length,
    ),
  };
  const layers = [...new Set(pairs.map((pair) => pair.a.layer))].sort((x, y) => x - y);
  const headsOf = (layer: number): number[] =>
    pairs.flatMap((pair) => (pair.a.layer === layer ? [pair.a.head] : [])).sort((x, y) => x - y);
  const shape = { rows: rows.length, cols: keyTokens.length };
  const stream = (quantity: Quantity, read: (pair: HeadPair) => Matrix): Stream => {
    const matrices = new Map<HeadPair, Matrix>();
    return {
      ...a,
      quantity,
      layers,
      heads: [...new Set(pairs.map((pair) => pair.a.head))].sort((x, y) => x - y),
      headsOf(layer) {
        if (!layers.includes(layer)) a.headsOf(layer);
        return headsOf(layer);
      },
      queryTokens,
      keyTokens,
      querySegments: queries
        ? alignedSegments(
            a.querySegments,
            rows.map(({ run }) => run),
          )
        : segmentsOfRows(),
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
  const keySegments = alignedSegments(a.keySegments, keys.runs);
  const one = (side: 'a' | 'b', from: Stream) => (pair: HeadPair) =>
    computedMatrix({
      ...shape,
      read: (rect, options) =>
        sides[side].read(from.matrix(pair[side].layer, pair[side].head), rect, options),
    });
  const matrixOf = (pair: HeadPair): [Matrix, Matrix] => [
    a.matrix(pair.a.layer, pair.a.head),
    b.matrix(pair.b.layer, pair.b.head),
  ];
  return {
    a: stream(a.quantity, one('a', a)),
    b: stream(b.quantity, one('b', b)),
    difference: stream(differenceOf(a.quantity, b.quantity), (pair) =>
      computedMatrix({
        ...shape,
        signed: true,
        cost: 2,
        read(rect, options) {
          const [p, q] = matrixOf(pair);
          const of = [sides.a.read(p, rect, options), sides.b.read(q, rect, options)] as const;
          return of[0] instanceof Promise || of[1] instanceof Promise
            ? Promise.all(of).then(([x, y]) => less(y, x))
            : less(of[1], of[0]);
        },
      }),
    ),
    sides,
  };

  function segmentsOfRows() {
    return alignedSegments(
      a.keySegments,
      rows.map(({ run }) => run),
    );
  }
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
