import { correlation, rankCorrelation } from '../../trace/correlation.js';
import type { StreamKind } from '../../trace/types.js';
import { InferenceError, shorten } from '../errors.js';
import { cosineDistance, totalVariation } from './statistics.js';
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
  const { position, before } = subject;
  const compare = subject.logits ? totalVariation : cosineDistance;
  const measure = subject.logits ? 'total-variation' : 'cosine-distance';

  if (!what || !('head' in what || 'token' in what || 'group' in what || 'value' in what))
    throw nothingToTake();
  if ('head' in what && what.head === 'each') {
    const all = subject.silencing.flatMap((place) =>
      Array.from({ length: place.heads }, (_, head) => ({ place, head })),
    );
    const changes = await inTurn(all, options, async ({ place, head }) => ({
      head: { stream: place.stream, layer: place.layer, head },
      change: compare(before, await place.silence(head)),
    }));
    return { position, changes, measure, method: 'silenced-head' };
  }
  if ('head' in what) {
    const { layer, head, stream = subject.silencing[0]?.stream } = what.head as HeadToTake;
    const place = subject.silencing.find((one) => one.stream === stream && one.layer === layer);
    if (!place || !isBelow(head, place.heads)) throw noSuchHead(what.head as HeadToTake, subject.silencing);
    const change = compare(before, await place.silence(head));
    return {
      position,
      changes: [{ head: what.head as HeadToTake, change }],
      measure,
      method: 'silenced-head',
    };
  }

  if ('value' in what) {
    const { layer, stream = subject.silencing[0]?.stream, value } = what;
    const place = subject.silencing.find((one) => one.stream === stream && one.layer === layer);
    if (!place) throw noSuchHead({ stream, layer, head: 0 }, subject.silencing);
    if (!place.zeroValue) throw noValues(place);
    const changes = await inTurn(tokensOf(value, place.keys), options, async (token) => ({
      token,
      change: compare(before, await place.zeroValue!(token)),
    }));
    const result = { position, changes, measure, method: 'zeroed-value' } as const;
    return value === 'each' && place.attention ? beside(result, place.attention) : result;
  }

  const side = what.stream === 'decoder' ? subject.answer : subject.text;
  if (!side) throw noAnswer();
  const { tokens, attention } = side;
  const method = side.hiding();
  if ('group' in what) {
    const groups = [what.group].flat() as TokenGroup[];
    groups.forEach((group) => checkGroup(group, tokens));
    const changes = await inTurn(groups, options, async ({ name, positions }) => ({
      group: name,
      change: compare(before, await side.hide(positions)),
    }));
    const result = { position, changes, measure, method } as const;
    return Array.isArray(what.group)
      ? beside(
          result,
          groups.map(({ positions }) => sumAt(attention, positions)),
        )
      : result;
  }
  const changes = await inTurn(tokensOf(what.token, tokens), options, async (token) => ({
    token,
    change: compare(before, await side.hide([token])),
  }));
  const result = { position, changes, measure, method } as const;
  return what.token === 'each' ? beside(result, attention) : result;
}

type HeadToTake = { stream?: StreamKind; layer: number; head: number };

function tokensOf(token: number | 'each', tokens: number): number[] {
  if (token === 'each') return [...Array(tokens).keys()];
  checkToken(token, tokens);
  return [token];
}

function checkGroup(group: TokenGroup, tokens: number): void {
  if (typeof group?.name !== 'string' || !(group.positions?.length > 0)) throw noGroup(group);
  for (const token of group.positions) checkToken(token, tokens);
}

function sumAt(numbers: readonly number[], positions: readonly number[]): number {
  return positions.reduce((sum, at) => sum + numbers[at]!, 0);
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

function noValues({ stream, layer }: Silencing): InferenceError {
  return new InferenceError({
    code: 'cannot-ablate',
    place: 'ablate',
    found: `${stream} layer ${layer}, whose attention is one operator`,
    expected: 'attention written out, whose weights and values are multiplied in the graph',
    fix: 'Use a form of the model that is not fused, or take the token or a head away instead.',
  });
}

function isBelow(number: number, count: number): boolean {
  return Number.isInteger(number) && number >= 0 && number < count;
}

/** @throws InferenceError `cannot-ablate` */
export function checkToken(token: number, tokens: number): void {
  if (isBelow(token, tokens)) return;
  throw new InferenceError({
    code: 'cannot-ablate',
    place: 'ablate',
    found: `token ${token}`,
    expected: `0 to ${tokens - 1}`,
    fix: 'Tokens are counted from 0, special ones included.',
  });
}

function noGroup(group: unknown): InferenceError {
  return new InferenceError({
    code: 'cannot-ablate',
    place: 'ablate',
    found: `the group ${shorten(JSON.stringify(group) ?? 'undefined', 80)}`,
    expected: '{ name, positions } with at least one position',
    fix: 'groupsFromSegments of attentrace/analysis makes groups of the segments of a trace.',
  });
}

function nothingToTake(): InferenceError {
  return new InferenceError({
    code: 'cannot-ablate',
    place: 'ablate',
    found: 'nothing to take away',
    expected: '{ token }, { group }, { head } or { value, layer }',
    fix: "Say what: ablate(text, { token: 'each' }).",
  });
}

function noAnswer(): InferenceError {
  return new InferenceError({
    code: 'cannot-ablate',
    place: 'ablate',
    found: "stream: 'decoder', and a model of one sequence",
    expected: 'an encoder-decoder, whose answer it means',
    fix: 'Leave stream out.',
  });
}

function noSuchHead(
  { stream, layer, head }: { stream?: StreamKind; layer: number; head: number },
  there: readonly Silencing[],
): InferenceError {
  const list = there.map((one) => `${one.stream} layer ${one.layer} with ${one.heads} heads`);
  return new InferenceError({
    code: 'cannot-ablate',
    place: 'ablate',
    found: `${stream ? `${stream} ` : ''}layer ${layer}, head ${head}`,
    expected: list.length > 0 ? list.join(', ') : 'an attention whose heads can be silenced',
    fix: 'Choose one of those.',
  });
}
