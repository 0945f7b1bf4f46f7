import { computedMatrix, blockWeights, deriveStream, type Stream } from '../../trace/index.js';
import { mustBeSquare, mustHoldWeights, notDerivable, wholeWeights } from '../derivation.js';
import { pacer } from '../pacer.js';
import { keptKeys, parseBudget, type KeyBudget } from './policies.js';
import { mustBeStream } from '../must.js';

/** What a budget leaves of one head. */
export interface KeptHead {
  layer: number;
  head: number;
  /** 1 for each key that stays, 0 for each that is evicted. */
  keys: Uint8Array;
  /** The mean over queries of the share of its weight that lies on keys that stay, from 0 to 1. NaN without any weight. */
  weight: number;
  /** Of a needle: the share of its keys that stay, and of the weight on it that does. NaN where no query looks at it. */
  needle?: { keys: number; weight: number };
}

/** What is asked of a budget. */
export interface KeptOptions {
  /** A run of keys that must not get lost, in token positions, `end` exclusive. */
  needle?: { start: number; end: number };
  /** The queries that count, in token positions, `end` exclusive. Default: all. */
  queries?: { start: number; end: number };
  layers?: readonly number[];
  signal?: AbortSignal;
  /** Called after each head. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * What of each head's attention a smaller cache of keys and values would keep: Σ A[i,j] over the keys kept ÷ Σ A[i,j], the mean over
 * queries. The keys are chosen once, from all queries, as when a prompt has been read. In [0, 1]. Descriptive.
 *
 * Heads that share keys (grouped-query attention) keep the same ones: the stream's `keys` or `values` say which; without them each head
 * is taken to have its own.
 *
 * Caveat: it says what weight is lost, not what that does: the model would attend otherwise.
 *
 * Source: as kvpress has them; Xiao et al. 2023, arXiv:2309.17453; Zhang et al. 2023, arXiv:2306.14048; Li et al. 2024, arXiv:2404.14469.
 *
 * @throws TraceError `derivation` for a budget that is none, attention that is not causal, only some queries; `quantity` where the stream
 * holds no weights; the signal's reason
 * @example
 * const kept = await keptWeights(stream, { policy: 'snapkv', budget: 128 }, { needle: { start: 40, end: 52 } });
 */
export async function keptWeights(
  stream: Stream,
  budget: KeyBudget,
  options: KeptOptions = {},
): Promise<KeptHead[]> {
  mustBeStream(stream, 'keptWeights');
  const chosen = parseBudget(budget);
  mustBeCausal(stream, 'keptWeights');
  const size = stream.keyTokens.length;
  const {
    needle,
    queries = { start: 0, end: size },
    layers = stream.layers,
    signal,
    onProgress,
  } = options ?? {};
  for (const [place, run] of [
    ['needle', needle],
    ['queries', queries],
  ] as const)
    if (
      run &&
      !(
        Number.isInteger(run.start) &&
        Number.isInteger(run.end) &&
        0 <= run.start &&
        run.start < run.end &&
        run.end <= size
      )
    )
      throw notDerivable(
        place,
        `start ${run.start}, end ${run.end}`,
        `0 ≤ start < end ≤ ${size}`,
        'Give token positions, end exclusive.',
      );
  const found: KeptHead[] = [];
  const total = layers.reduce((sum, layer) => sum + stream.headsOf(layer).length, 0);
  const pause = pacer(signal);
  for (const layer of layers)
    for (const head of stream.headsOf(layer)) {
      await pause();
      const keys = await keysOf(stream, layer, head, chosen);
      const weights = await wholeWeights(stream.matrix(layer, head), pause);
      let [shares, counted, onNeedle, keptNeedle] = [0, 0, 0, 0];
      for (let query = queries.start; query < queries.end; query++) {
        await pause();
        let [kept, all] = [0, 0];
        for (let key = 0; key <= query; key++) {
          const weight = weights[query * size + key]!;
          all += weight;
          if (keys[key]) kept += weight;
          if (!needle || key < needle.start || key >= needle.end) continue;
          onNeedle += weight;
          if (keys[key]) keptNeedle += weight;
        }
        if (all === 0) continue;
        shares += kept / all;
        counted++;
      }
      const held = needle && keys.subarray(needle.start, needle.end);
      found.push({
        ...{ layer, head, keys, weight: shares / counted },
        ...(held && {
          needle: {
            keys: held.reduce((sum, key) => sum + key, 0) / held.length,
            weight: keptNeedle / onNeedle,
          },
        }),
      });
      onProgress?.(found.length, total);
    }
  return found;
}

/**
 * The weights on keys that stay under a budget, those evicted 0, as a stream that every view draws; rows sum to less than 1, and are not
 * scaled up. The same layers and heads. Descriptive.
 *
 * @throws TraceError as `keptWeights`
 * @example
 * const trace = traceOf(recorded, keptStream(recorded.stream(), { policy: 'streaming', budget: 64 }));
 */
export function keptStream(stream: Stream, budget: KeyBudget, options: { name?: string } = {}): Stream {
  mustBeStream(stream, 'keptStream');
  const { name } = options ?? {};
  const chosen = parseBudget(budget);
  mustBeCausal(stream, 'keptStream');
  const size = stream.keyTokens.length;
  return deriveStream(stream, {
    name: name ?? `kept by ${chosen.policy}, ${chosen.budget}`,
    quantity: {
      name: 'kept weight',
      range: [0, 1],
      evidence: 'descriptive',
      caveat: 'It says what weight is lost, not what that does: the model would attend otherwise.',
    },
    matrix(layer, head) {
      let keys: Promise<Uint8Array> | undefined;
      return computedMatrix({
        ...{ rows: size, cols: size },
        async read(rect, options) {
          const kept = await (keys ??= keysOf(stream, layer, head, chosen));
          const weights = blockWeights(await stream.matrix(layer, head).block(rect, options));
          return weights.map((weight, i) => weight * kept[rect.col + (i % rect.cols)]!);
        },
      });
    },
  });
}

/** The keys that a head keeps together with those it shares them with. */
async function keysOf(
  stream: Stream,
  layer: number,
  head: number,
  budget: Required<KeyBudget>,
): Promise<Uint8Array> {
  const own = (stream.keys ?? stream.values)?.heads ?? stream.heads.length;
  const group = (one: number): number => Math.floor((stream.heads.indexOf(one) * own) / stream.heads.length);
  const sharing = stream.headsOf(layer).filter((one) => group(one) === group(head));
  const heads = await Promise.all(sharing.map((one) => wholeWeights(stream.matrix(layer, one))));
  return keptKeys(heads, stream.keyTokens.length, budget);
}

function mustBeCausal(stream: Stream, place: string): void {
  mustHoldWeights(stream, place);
  mustBeSquare(stream, place);
  if (!stream.causal)
    throw notDerivable(
      place,
      'attention that is not causal',
      'a decoder, whose keys are kept from token to token',
      'An encoder reads all at once and keeps no keys.',
    );
}
