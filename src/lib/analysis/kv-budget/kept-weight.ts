import { deriveStream, type Segment, type Stream } from '../../trace/index.js';
import { mustBeSquare, mustHoldWeights, notDerivable, timesKeys, wholeWeights } from '../derivation.js';
import { checkGroups, type Group } from '../groups/index.js';
import { pacer } from '../../trace/pacer.js';
import { keptKeys, parseBudget, type KeyBudget } from './policies.js';

/** What a budget keeps of one head. */
export interface KeptHead {
  layer: number;
  head: number;
  /** 1 for each key that stays, 0 for each that is evicted. */
  keys: Uint8Array;
  /** The mean over queries of the share of its weight that lies on keys that stay, from 0 to 1. NaN without any weight. */
  weight: number;
  /** For a needle: the share of its keys that stay, and the share of the weight on it that stays. NaN if no query looks at it. */
  needle?: { keys: number; weight: number };
}

/** Consecutive tokens by their positions, `end` exclusive. */
type TokenRun = Pick<Segment, 'start' | 'end'>;

/** Options of a budget's evaluation. */
export interface KeptOptions {
  /** Keys that should stay: consecutive ones, or a group, such as a segment. */
  needle?: TokenRun | Pick<Group, 'positions'>;
  /** The queries that count. Default: all. */
  queries?: TokenRun;
  layers?: readonly number[];
  signal?: AbortSignal;
  /** Called after each head. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * How much of each head's attention a smaller cache of keys and values would keep: Σ A[i,j] over the keys kept ÷ Σ A[i,j], the mean over
 * queries. The keys are chosen once, from all queries, as after reading a prompt. In [0, 1]. Descriptive.
 *
 * Heads that share keys (grouped-query attention) keep the same ones: the stream's `keys` or `values` say which; without them each head
 * is taken to have its own.
 *
 * Caveat: it says how much weight is lost, not the effect: the model would attend differently.
 *
 * Source: as kvpress has them; Xiao et al. 2023, arXiv:2309.17453; Zhang et al. 2023, arXiv:2306.14048; Li et al. 2024, arXiv:2404.14469.
 *
 * @throws TraceError `derivation` for an invalid budget, attention that is not causal, or only some queries; `quantity` where the stream
 * holds no weights; what `groupShares` throws of a group; the signal's reason
 * @example
 * const kept = await keptWeights(stream, { policy: 'snapkv', budget: 128 }, { needle: { start: 40, end: 52 } });
 */
export async function keptWeights(
  stream: Stream,
  budget: KeyBudget,
  options: KeptOptions = {},
): Promise<KeptHead[]> {
  mustBeCausal(stream, 'keptWeights');
  const chosen = parseBudget(budget);
  const size = stream.keyTokens.length;
  const {
    needle,
    queries = { start: 0, end: size },
    layers = stream.layers,
    signal,
    onProgress,
  } = options ?? {};
  mustBeRun(queries, 'queries', size);
  const inNeedle = needle && needleKeys(needle, size);
  const pause = pacer(signal);
  const found: KeptHead[] = [];
  const total = layers.reduce((sum, layer) => sum + stream.headsOf(layer).length, 0);
  for (const layer of layers)
    for (const sharing of sharingHeads(stream, layer)) {
      const all: Float32Array[] = [];
      for (const head of sharing) all.push(await wholeWeights(stream.matrix(layer, head), pause));
      const keys = keptKeys(all, size, chosen);
      for (const [i, weights] of all.entries()) {
        await pause();
        found.push({ layer, head: sharing[i]!, keys, ...keptOf(weights, keys, queries, inNeedle) });
        onProgress?.(found.length, total);
      }
    }
  return found;
}

/** What stays of one head's weights, without pauses: about a millisecond for a million weights. */
function keptOf(
  weights: Float32Array,
  keys: Uint8Array,
  queries: TokenRun,
  needle: Uint8Array | undefined,
): Pick<KeptHead, 'weight' | 'needle'> {
  const size = keys.length;
  let [shares, counted, onNeedle, keptNeedle] = [0, 0, 0, 0];
  for (let query = queries.start; query < queries.end; query++) {
    let [kept, all] = [0, 0];
    for (let key = 0; key <= query; key++) {
      const weight = weights[query * size + key]!;
      all += weight;
      if (keys[key]) kept += weight;
      if (!needle?.[key]) continue;
      onNeedle += weight;
      if (keys[key]) keptNeedle += weight;
    }
    if (all === 0) continue;
    shares += kept / all;
    counted++;
  }
  const weight = shares / counted;
  if (!needle) return { weight };
  const count = (of: Uint8Array): number => of.reduce((sum, one) => sum + one, 0);
  const held = count(needle.map((one, key) => one & keys[key]!)) / count(needle);
  return { weight, needle: { keys: held, weight: keptNeedle / onNeedle } };
}

/** 1 for each key of a needle. */
function needleKeys(needle: NonNullable<KeptOptions['needle']>, size: number): Uint8Array {
  const keys = new Uint8Array(size);
  if ('start' in needle) {
    mustBeRun(needle, 'needle', size);
    return keys.fill(1, needle.start, needle.end);
  }
  const named = { name: 'needle', positions: needle.positions };
  for (const position of checkGroups([named], { tokens: size, place: 'needle' })[0]!.positions)
    keys[position] = 1;
  return keys;
}

function mustBeRun({ start, end }: TokenRun, place: string, size: number): void {
  if (Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end && end <= size) return;
  throw notDerivable(
    place,
    `start ${start}, end ${end}`,
    `0 ≤ start < end ≤ ${size}`,
    'Give token positions, end exclusive.',
  );
}

/**
 * A stream of the weights on keys that stay under a budget; weights on evicted keys are 0. Rows may sum to less than 1, and are not scaled
 * up. The same layers and heads. Descriptive.
 *
 * @throws TraceError as `keptWeights`
 * @example
 * const trace = traceOf(recorded, keptStream(recorded.stream(), { policy: 'streaming', budget: 64 }));
 */
export function keptStream(stream: Stream, budget: KeyBudget, options: { name?: string } = {}): Stream {
  mustBeCausal(stream, 'keptStream');
  const chosen = parseBudget(budget);
  const { name = `kept by ${chosen.policy}, ${chosen.budget}` } = options ?? {};
  return deriveStream(stream, {
    name,
    quantity: {
      name: 'kept weight',
      range: [0, 1],
      evidence: 'descriptive',
      caveat: 'It says what weight is lost, not what that does: the model would attend otherwise.',
    },
    matrix: (layer, head) =>
      timesKeys(stream.matrix(layer, head), async () => {
        const sharing = sharingHeads(stream, layer).find((heads) => heads.includes(head))!;
        const heads = await Promise.all(sharing.map((one) => wholeWeights(stream.matrix(layer, one))));
        return keptKeys(heads, stream.keyTokens.length, chosen);
      }),
  });
}

/** The heads of a layer, grouped by the keys they share. */
function sharingHeads(stream: Stream, layer: number): number[][] {
  const own = (stream.keys ?? stream.values)?.heads ?? stream.heads.length;
  const groups = new Map<number, number[]>();
  for (const head of stream.headsOf(layer)) {
    const group = Math.floor((stream.heads.indexOf(head) * own) / stream.heads.length);
    groups.set(group, [...(groups.get(group) ?? []), head]);
  }
  return [...groups.values()];
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
