import { blockWeights, type Stream, type WeightType } from '../../trace/index.js';
import { pacer } from '../../trace/pacer.js';
import { explainedBy, Fit, type Explanation } from './explain.js';
import { queryKey, scoreRow, softmaxRow, visibleKeys, type QueryKey } from './query-key.js';
import { mustBeStream } from '../must.js';

/** Whether softmax(q·k × scale) over the keys each query sees equals the recorded attention of a head. */
export interface HeadCheck {
  /**
   * `exact`: within float32 arithmetic; `rounded`: within the rounding of the stored numbers; `differs`: something else affects the
   * attention, such as a bias, soft-capping, another scale or mask.
   */
  verdict: 'exact' | 'rounded' | 'differs';
  /** The largest difference between recorded and computed weights, and where it is. */
  difference: number;
  query: number;
  key: number;
  recorded: number;
  computed: number;
  /** If they differ: the one change of the scoring that explains the recorded attention, if there is one. */
  explanation?: Explanation;
}

/** The accumulated error of float32 arithmetic in a row of a softmax. */
const arithmetic = 1e-5;
/** The rounding error of a stored weight of up to 1. */
const storageError: Record<WeightType, number> = { float32: 0, float16: 2 ** -12, uint8: 0.5 / 255 };
/** Six standard deviations of the sum of a product's roundings, for float16 factors, as a part of the product's norm. */
const productError = (6 * Math.sqrt(2 / 3)) / 2 ** 11;

/**
 * Compares the recorded attention of a head with the softmax of q·k × scale, and whatever else the stream says of its scoring, row by row,
 * with pauses. If they differ, another scale, a soft-cap, a window, ALiBi and a sink are each tried as the reason. Skips rows that are all
 * 0 (masked queries), and keys that a source did not keep.
 *
 * @param options.scale default what the stream says, else 1/√dim
 * @throws RangeError as `queryKey` does; the signal's reason when it aborts
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
  const fit = new Fit(vectors);
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
  const roundedVectors = [stream.queries, stream.keys].some((held) => held!.type !== 'float32');
  let worst = { difference: 0, query: 0, key: 0, recorded: 0, computed: 0 };
  let explained = true;
  const pause = pacer(signal);
  for (let query = 0; query < vectors.queryCount; query++) {
    await pause();
    const row = matrix.block({ row: query, col: 0, rows: 1, cols: matrix.cols });
    const recorded = blockWeights(row instanceof Promise ? await row : row);
    if (recorded.every((weight) => weight === 0)) continue;
    const visible = visibleKeys(vectors, query);
    const scores = scoreRow(vectors, query);
    const computed = softmaxRow(scores, visible, vectors.scoring?.sink);
    const scoreError = roundedVectors ? productError * largestNorm(vectors, query, visible) : 0;
    for (let key = 0; key < vectors.keyCount; key++) {
      const [was, is] = [recorded[key]!, computed[key]!];
      if (was === 0 && matrix.leftOut) continue;
      const difference = Math.abs(was - is);
      // A score that is off by e moves its weight w by at most 2·e·w·(1 − w), others' errors included.
      const allowed = arithmetic + storageError[matrix.type] + 2 * scoreError * is * (1 - is);
      if (difference > allowed) explained = false;
      if (difference > worst.difference) worst = { difference, query, key, recorded: was, computed: is };
    }
    fit?.add(query, scores, recorded, visible);
  }
  const exact = explained && worst.difference <= arithmetic;
  return { verdict: exact ? 'exact' : explained ? 'rounded' : 'differs', ...worst };
}

/** The largest length of q×k over the keys seen, times scale. */
function largestNorm({ queries, keys, dim, scale }: QueryKey, query: number, visible: number): number {
  let most = 0;
  for (let key = 0; key < visible; key++) {
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += (queries[query * dim + i]! * keys[key * dim + i]!) ** 2;
    most = Math.max(most, sum);
  }
  return Math.sqrt(most) * scale;
}
