import type { Hide } from '../../analysis/lens/index.js';
import { blockWeights, holdsWeights, type Stream } from '../../trace/index.js';
import { HeldMatrix } from '../../trace/held-matrix.js';

/** Tokens that take most of the weight, and the share of it that they take, in [0, 1]. */
export interface Sink {
  hide: Extract<Hide, 'first' | 'special'>;
  share: number;
}

/** From which share on little else is to be seen. */
const most = 0.5;
/** In fewer keys a large share says nothing. */
const leastKeys = 4;
/** Weights looked at, a millisecond or two also on a page that has just begun, and rows of a head. */
const [mostWeights, mostRows] = [2 ** 17, 64];

/** What is known of a stream, by layers and heads: several views of a page ask for the same, and at each change of an option. */
const known = new WeakMap<Stream, Map<string, Sink | undefined>>();

/**
 * The sink of some heads: the first token, where it takes most of the weight, else the special tokens together. Of weights in memory, a
 * sample of the rows is read. A first query that sees itself alone does not count.
 */
export function sinkOf(
  stream: Stream,
  layers: readonly number[],
  heads: readonly number[],
): Sink | undefined {
  const key = `${layers.join()}/${heads.join()}`;
  const found = known.get(stream) ?? new Map<string, Sink | undefined>();
  known.set(stream, found);
  if (!found.has(key)) found.set(key, lookForSink(stream, layers, heads));
  return found.get(key);
}

function lookForSink(stream: Stream, layers: readonly number[], heads: readonly number[]): Sink | undefined {
  const { keyTokens, queryTokens } = stream;
  if (!holdsWeights(stream.quantity) || keyTokens.length < leastKeys) return undefined;
  const places = layers.flatMap((layer) =>
    stream
      .headsOf(layer)
      .filter((head) => heads.includes(head))
      .map((head) => ({ layer, head })),
  );
  const special = keyTokens.flatMap((token, key) => (token.special ? [key] : []));
  const rows = Math.max(1, Math.min(mostRows, Math.floor(mostWeights / keyTokens.length / places.length)));
  const step = Math.max(1, queryTokens.length / rows);
  const sums = { first: 0, special: 0, whole: 0 };
  for (const { layer, head } of places) {
    const matrix = stream.matrix(layer, head);
    if (!(matrix instanceof HeldMatrix)) return undefined;
    for (let at = step / 2; at < matrix.rows; at += step) {
      const row = Math.floor(at);
      if (stream.causal && queryTokens[row]!.position === 0) continue;
      const block = matrix.block({ row, col: 0, rows: 1, cols: matrix.cols });
      if (block instanceof Promise) return undefined;
      const weights = blockWeights(block);
      sums.first += weights[0]!;
      for (const key of special) sums.special += weights[key]!;
      for (let key = 0; key < weights.length; key++) sums.whole += weights[key]!;
    }
  }
  for (const hide of ['first', 'special'] as const) {
    const share = sums[hide] / sums.whole;
    if (share >= most) return { hide, share };
  }
  return undefined;
}
