import {
  blockWeights,
  holdsScores,
  holdsWeights,
  TraceError,
  type Quantity,
  type Stream,
} from '../../trace/index.js';
import { pacer } from '../../trace/pacer.js';
import { expectedScores, expectedWeights } from './expected-row.js';
import { explainedBy, Fit, type Explanation } from './explain.js';
import { queryKey, scoreRow, visibleKeys, type QueryKey } from './query-key.js';
import { mustBeStream } from '../must.js';

/** Whether q·k × scale, or of weights its softmax, over the keys each query sees, is what was recorded for a head. */
export interface HeadCheck {
  /**
   * `exact`: to what float32 arithmetic gives; `rounded`: as closely as the numbers were stored; `differs`: something that
   * queries and keys do not show has a part in what was recorded, such as a bias, soft-capping, another scale or mask.
   */
  verdict: 'exact' | 'rounded' | 'differs';
  /**
   * The largest difference between a recorded and a computed number, and where it is; where they differ, the largest of those that
   * storing does not explain.
   */
  difference: number;
  query: number;
  key: number;
  recorded: number;
  computed: number;
  /** Where they differ: what of a model's scoring gives what was recorded, if one thing alone does. */
  explanation?: Explanation;
}

/**
 * Compares softmax(q·k × scale), with what else the stream says of its scoring, with the attention recorded for a head, or where the stream
 * holds scores those before the softmax: row by row, with pauses. If they differ, another scale, a soft-cap, a
 * window, ALiBi and, of weights, a sink are each tried for the reason. Rows recorded as all 0 (masked queries) are passed over, keys that a
 * source did not keep, and scores of keys that the query does not see.
 *
 * @param options.scale default what the stream says, else 1/√dim
 * @throws TraceError `quantity` where the stream holds neither weights nor scores: queries and keys do not make other numbers. RangeError
 * as `queryKey` does; the signal's reason when it aborts
 * @example
 * const { verdict, difference } = await checkHead(trace.stream(), 3, 1);
 */
export async function checkHead(
  stream: Stream,
  layer: number,
  head: number,
  options: { scale?: number; signal?: AbortSignal } = {},
): Promise<HeadCheck> {
  mustBeStream(stream, 'checkHead');
  const vectors = queryKey(stream, layer, head, options?.scale);
  if (!holdsWeights(stream.quantity) && !holdsScores(stream.quantity)) throw neither(stream.quantity);
  const fit = new Fit(vectors, holdsScores(stream.quantity));
  const check = await compare(stream, layer, head, vectors, options?.signal, fit);
  if (check.verdict !== 'differs') return check;
  for (const explanation of fit.explanations()) {
    const again = await compare(stream, layer, head, explainedBy(vectors, explanation), options?.signal);
    if (again.verdict !== 'differs') return { ...check, explanation };
  }
  return check;
}

async function compare(
  stream: Stream,
  layer: number,
  head: number,
  vectors: QueryKey,
  signal: AbortSignal | undefined,
  fit?: Fit,
): Promise<HeadCheck> {
  const matrix = stream.matrix(layer, head);
  const expect = holdsScores(stream.quantity) ? expectedScores : expectedWeights;
  const roundedVectors = [stream.queries, stream.keys].some((held) => held!.type !== 'float32');
  const stored = { numbers: matrix.type, roundedVectors };
  let worst = { difference: 0, query: 0, key: 0, recorded: 0, computed: 0 };
  let [exact, explained] = [true, true];
  const pause = pacer(signal);
  for (let query = 0; query < vectors.queryCount; query++) {
    await pause();
    const recorded = blockWeights(await matrix.block({ row: query, col: 0, rows: 1, cols: matrix.cols }));
    if (recorded.every((number) => number === 0)) continue;
    const visible = visibleKeys(vectors, query);
    const scores = scoreRow(vectors, query);
    const { numbers, tolerance } = expect(vectors, query, scores, visible, stored);
    for (let key = 0; key < vectors.keyCount; key++) {
      const [was, is] = [recorded[key]!, numbers[key]!];
      if (is === -Infinity || (was === 0 && matrix.leftOut)) continue;
      const difference = Math.abs(was - is);
      const { arithmetic, storage } = tolerance(key);
      const unexplained = difference > arithmetic + storage;
      if (difference > arithmetic) exact = false;
      // One that storing does not explain goes before all that it does.
      const among = unexplained === !explained;
      if ((unexplained && explained) || (among && difference > worst.difference))
        worst = { difference, query, key, recorded: was, computed: is };
      if (unexplained) explained = false;
    }
    fit?.add(query, scores, recorded, visible);
  }
  return { verdict: exact ? 'exact' : explained ? 'rounded' : 'differs', ...worst };
}

function neither({ name }: Quantity): TraceError {
  return new TraceError({
    code: 'quantity',
    place: 'stream',
    found: `the quantity ${name}`,
    expected: 'weights or scores',
    fix: 'Queries and keys make scores, q·k × scale, and weights, their softmax: compare a stream that holds one of these.',
  });
}
