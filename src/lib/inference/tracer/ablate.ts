import { correlation, rankCorrelation } from '../../trace/correlation.js';
import type { StreamKind } from '../../trace/types.js';
import { InferenceError, shorten } from '../errors.js';
import { softmax } from './sampling.js';
import type { AblateOptions, Ablation, AblationResult, TokenGroup } from './types.js';

/** A model with a text in it, to be run again with something taken away. */
export interface Subject {
  /** The position whose output is compared. */
  readonly position: number;
  /** Whether the output is logits, else hidden states. */
  readonly logits: boolean;
  /** The output at the position when nothing is taken away. */
  readonly before: ArrayLike<number>;
  /** The text, and of an encoder-decoder its answer: tokens that can be hidden. */
  readonly text: TokenSequence;
  readonly answer?: TokenSequence;
  /** The attentions whose heads can be silenced; the first one's stream is meant where none is said. */
  readonly silencing: readonly Silencing[];
}

interface TokenSequence {
  /** How many there are. */
  readonly tokens: number;
  /** What the position puts on each, mean over layers and heads. */
  readonly attention: readonly number[];
  /** How they can be hidden. @throws InferenceError `cannot-ablate` */
  hiding(): 'attention-mask' | 'hidden-keys';
  /** The output at the position without some. */
  hide(tokens: readonly number[]): Promise<ArrayLike<number>>;
}

export interface Silencing {
  readonly stream: StreamKind;
  readonly layer: number;
  readonly heads: number;
  /** The output at the position without a head. */
  silence(head: number): Promise<ArrayLike<number>>;
  /** How many keys it has, and what the position puts on each, mean over heads, where it is one of its queries. */
  readonly keys: number;
  readonly attention?: readonly number[];
  /** The output at the position with the value of one key set to 0; undefined where the attention is one operator, which shows no values. */
  zeroValue?(key: number): Promise<ArrayLike<number>>;
}

/**
 * Takes tokens or a head away inside the model, runs it again and compares what comes out: the causal test of what attention
 * suggests. Tokens are hidden from every query of every layer, by the model's own mask where it has one, else by giving their
 * weight to the other keys; a head's weights are set to 0; a value is 0 for every head and query of one layer, and its weight is not
 * given to others.
 * Sources: token occlusion; Michel, Levy & Neubig 2019, arXiv:1905.10650, for heads; Mohebbi et al. 2023, arXiv:2301.12971, for values,
 * who compare the layer's own output where here it is the model's.
 */
export async function ablate(
  subject: Subject,
  what: Ablation,
  options: AblateOptions = {},
): Promise<AblationResult> {
  const { position, before, logits } = subject;
  const { takings, method, attention } = plan(subject, what);
  const compare = logits ? totalVariation : cosineDistance;
  // A single head is no batch.
  const batch = 'head' in what && what.head !== 'each' ? {} : options;
  const changes = await inTurn(takings, batch, async ({ without, ...taken }) => ({
    ...taken,
    change: compare(before, await without()),
  }));
  const measure = logits ? 'total-variation' : 'cosine-distance';
  const result: AblationResult = { position, changes, measure, method };
  return attention ? beside(result, attention) : result;
}

type Change = AblationResult['changes'][number];
type HeadToTake = NonNullable<Change['head']>;

/** What is taken away, and the output at the position without it. */
type Taking = Omit<Change, 'change'> & { without(): Promise<ArrayLike<number>> };

interface Plan {
  readonly method: AblationResult['method'];
  readonly takings: readonly Taking[];
  /** What the changes are held beside, in the same order. */
  readonly attention?: readonly number[];
}

/** @throws InferenceError `cannot-ablate` */
function plan({ silencing, text, answer }: Subject, what: Ablation): Plan {
  if (!what || !('head' in what || 'token' in what || 'group' in what || 'value' in what))
    throw cannotAblate(
      'nothing to take away',
      '{ token }, { group }, { head } or { value, layer }',
      "Say what: ablate(text, { token: 'each' }).",
    );
  if ('head' in what) {
    const take = (place: Silencing, head: HeadToTake): Taking => ({
      head,
      without: () => place.silence(head.head),
    });
    const each = (place: Silencing): Taking[] =>
      tokensOf('each', place.heads).map((head) =>
        take(place, { stream: place.stream, layer: place.layer, head }),
      );
    const takings =
      what.head === 'each' ? silencing.flatMap(each) : [take(placeOf(what.head, silencing), what.head)];
    return { method: 'silenced-head', takings };
  }
  if ('value' in what) {
    const { layer, value, stream = silencing[0]?.stream } = what;
    const { keys, attention, zeroValue } = placeOf({ stream, layer, head: 0 }, silencing);
    if (!zeroValue)
      throw cannotAblate(
        `${stream} layer ${layer}, whose attention is one operator`,
        'attention written out, whose weights and values are multiplied in the graph',
        'Use a form of the model that is not fused, or take the token or a head away instead.',
      );
    const takings = tokensOf(value, keys).map((token) => ({ token, without: () => zeroValue(token) }));
    return { method: 'zeroed-value', takings, attention: value === 'each' ? attention : undefined };
  }
  const side = what.stream === 'decoder' ? answer : text;
  if (!side)
    throw cannotAblate(
      "stream: 'decoder', and a model of one sequence",
      'an encoder-decoder, whose answer it means',
      'Leave stream out.',
    );
  const { tokens, attention } = side;
  const method = side.hiding();
  if ('group' in what) {
    const groups = [what.group].flat() as TokenGroup[];
    groups.forEach((group) => checkGroup(group, tokens));
    return {
      method,
      takings: groups.map(({ name, positions }) => ({ group: name, without: () => side.hide(positions) })),
      attention: Array.isArray(what.group)
        ? groups.map(({ positions }) => positions.reduce((sum, at) => sum + attention[at]!, 0))
        : undefined,
    };
  }
  const takings = tokensOf(what.token, tokens).map((token) => ({ token, without: () => side.hide([token]) }));
  return { method, takings, attention: what.token === 'each' ? attention : undefined };
}

function tokensOf(token: number | 'each', tokens: number): number[] {
  if (token === 'each') return [...Array(tokens).keys()];
  checkToken(token, tokens);
  return [token];
}

function checkGroup(group: TokenGroup, tokens: number): void {
  if (typeof group?.name !== 'string' || !(group.positions?.length > 0))
    throw cannotAblate(
      `the group ${shorten(JSON.stringify(group) ?? 'undefined', 80)}`,
      '{ name, positions } with at least one position',
      'groupsFromSegments of attentrace/analysis makes groups of the segments of a trace.',
    );
  for (const token of group.positions) checkToken(token, tokens);
}

/** One after the other: told of each, ended by `stop` with what there is, by `signal` with its reason. */
async function inTurn<T, R>(
  items: readonly T[],
  { signal, stop, onProgress }: AblateOptions,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const done: R[] = [];
  for (const item of items) {
    signal?.throwIfAborted();
    if (stop?.aborted) break;
    done.push(await work(item));
    onProgress?.(done.length, items.length);
  }
  return done;
}

/** ½ Σ|p − q| of two distributions given by logits, in [0, 1]. */
function totalVariation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [p, q] = [softmax(a), softmax(b)];
  return p.reduce((sum, value, i) => sum + Math.abs(value - q[i]!), 0) / 2;
}

/** 1 − cosine of two vectors, in [0, 2]. */
function cosineDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return 1 - dot / Math.sqrt(aa * bb);
}

/** With the attention beside the changes, and how far the two agree over those there are. */
function beside(result: AblationResult, attention: readonly number[]): AblationResult {
  const changes = result.changes.map(({ change }) => change);
  const same = attention.slice(0, changes.length);
  return {
    ...result,
    attention,
    correlation: correlation(same, changes),
    rankCorrelation: rankCorrelation(same, changes),
  };
}

function isBelow(number: number, count: number): boolean {
  return Number.isInteger(number) && number >= 0 && number < count;
}

/** @throws InferenceError `cannot-ablate` */
export function checkToken(token: number, tokens: number): void {
  if (!isBelow(token, tokens))
    throw cannotAblate(
      `token ${token}`,
      `0 to ${tokens - 1}`,
      'Tokens are counted from 0, special ones included.',
    );
}

/** The attention of a head to be taken away. */
function placeOf(wanted: HeadToTake, there: readonly Silencing[]): Silencing {
  const { layer, head, stream = there[0]?.stream } = wanted;
  const place = there.find((one) => one.stream === stream && one.layer === layer);
  if (place && isBelow(head, place.heads)) return place;
  const list = there.map((one) => `${one.stream} layer ${one.layer} with ${one.heads} heads`);
  throw cannotAblate(
    `${wanted.stream ? `${wanted.stream} ` : ''}layer ${layer}, head ${head}`,
    list.length > 0 ? list.join(', ') : 'an attention whose heads can be silenced',
    'Choose one of those.',
  );
}

export function cannotAblate(found: string, expected: string, fix: string, place = 'ablate'): InferenceError {
  return new InferenceError({ code: 'cannot-ablate', place, found, expected, fix });
}
