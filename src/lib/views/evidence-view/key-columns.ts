import { rankCorrelation } from '../../analysis/index.js';
import type { Selection } from '../../explore/types.js';
import {
  blockWeights,
  combineMatrices,
  holdsWeights,
  isFuture,
  rowOf,
  type Stream,
} from '../../trace/index.js';
import type { Labels } from '../kit/labels/index.js';

/** What a stream says of the keys of one query: a number a key. */
export interface KeyColumn {
  readonly stream: Stream;
  readonly layer: number;
  /** The heads whose mean it is. */
  readonly heads: readonly number[];
  /** The row of the query. */
  readonly row: number;
}

/** The same, read. */
export interface ReadColumn extends KeyColumn {
  /** A number a key of the query, those it cannot see left out. */
  readonly values: Float32Array;
  /** The largest magnitude, 1 where all are 0: a whole bar. */
  readonly full: number;
  /** How its order agrees with that of the first column, from −1 to 1; NaN where that cannot be told, and of the first. */
  readonly agreement: number;
}

/** What a column is called. */
export function columnName({ name, kind, quantity }: Stream, labels: Labels): string {
  const called = labels.streams[name] ?? name;
  return name === kind && holdsWeights(quantity) ? labels.attentionOf(called) : called;
}

/** The query that is looked at where none is: the one that a stream of one query explains, else the last. */
export function defaultQuery(streams: readonly Stream[], shown: Stream): number {
  const explained = streams.find((one) => one.queryTokens.length === 1 && sameKeys(one, shown));
  return (explained ?? shown).queryTokens.at(-1)!.position;
}

/** A column for the stream shown, then one for each other that has numbers for this query and the same keys. */
export function columnsOf(
  streams: readonly Stream[],
  shown: Stream,
  query: number,
  { layer, heads }: Pick<Selection, 'layer' | 'heads'>,
): KeyColumn[] {
  const others = streams.filter((one) => one !== shown && sameKeys(one, shown));
  return [shown, ...others].flatMap((stream): KeyColumn[] => {
    const row = rowOf(stream.queryTokens, query);
    if (row === undefined) return [];
    const at = stream.layers.includes(layer) ? layer : stream.layers.at(-1)!;
    const held = stream.headsOf(at);
    const chosen = held.filter((head) => heads.includes(head));
    return [{ stream, layer: at, heads: chosen.length > 0 && held.length > 1 ? chosen : held, row }];
  });
}

function sameKeys(a: Stream, b: Stream): boolean {
  return a.kind === b.kind && a.keyTokens.length === b.keyTokens.length;
}

/** How many of the keys the query can see: by what was recorded, as a stream of one query does not say. */
export function keysSeen(columns: readonly KeyColumn[]): number {
  const { length } = columns[0]!.stream.keyTokens;
  const causal = columns.find(({ stream }) => stream.causal);
  if (!causal) return length;
  let seen = 0;
  while (seen < length && !isFuture(causal.stream, causal.row, seen)) seen++;
  return seen;
}

/** Reads the columns: each the mean over its heads. */
export async function readColumns(
  columns: readonly KeyColumn[],
  seen: number,
  signal: AbortSignal,
): Promise<ReadColumn[]> {
  const all = await Promise.all(
    columns.map(async ({ stream, layer, heads, row }) => {
      const matrix = combineMatrices(
        heads.map((head) => stream.matrix(layer, head)),
        'mean',
      );
      const request = { row, col: 0, rows: 1, cols: matrix.cols };
      return blockWeights(await matrix.block(request, { signal })).slice(0, seen);
    }),
  );
  return columns.map((column, i) => ({
    ...column,
    values: all[i]!,
    full: all[i]!.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0) || 1,
    agreement: i === 0 ? NaN : rankCorrelation(all[0]!, all[i]!),
  }));
}
