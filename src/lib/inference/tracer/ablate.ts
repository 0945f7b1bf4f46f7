import type { StreamKind } from '../../trace/types.js';
import { InferenceError } from '../errors.js';
import { correlation, cosineDistance, totalVariation } from './statistics.js';
import type { Ablation, AblationResult } from './types.js';

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
  /** How one can be hidden. @throws InferenceError `cannot-ablate` */
  hiding(): 'attention-mask' | 'hidden-keys';
  /** The output at the position without one. */
  hide(token: number): Promise<ArrayLike<number>>;
}

export interface Silencing {
  readonly stream: StreamKind;
  readonly layer: number;
  readonly heads: number;
  /** The output at the position without a head. */
  silence(head: number): Promise<ArrayLike<number>>;
}

/**
 * Takes a token or a head away inside the model, runs it again and compares what comes out: the causal test of what attention
 * suggests. A token is hidden from every query of every layer, by the model's own mask where it has one, else by giving its
 * weight to the other keys; a head's weights are set to 0.
 * Sources: token occlusion, and Michel, Levy & Neubig 2019, arXiv:1905.10650, for heads.
 */
export async function ablate(subject: Subject, what: Ablation): Promise<AblationResult> {
  const { position, before } = subject;
  const compare = subject.logits ? totalVariation : cosineDistance;
  const measure = subject.logits ? 'total-variation' : 'cosine-distance';

  if (!what || !('head' in what || 'token' in what)) throw nothingToTake();
  if ('head' in what) {
    const { layer, head, stream = subject.silencing[0]?.stream } = what.head;
    const place = subject.silencing.find((one) => one.stream === stream && one.layer === layer);
    if (!place || !isBelow(head, place.heads)) throw noSuchHead(what.head, subject.silencing);
    const change = compare(before, await place.silence(head));
    return { position, changes: [{ head: what.head, change }], measure, method: 'silenced-head' };
  }

  const side = what.stream === 'decoder' ? subject.answer : subject.text;
  if (!side) throw noAnswer();
  const { tokens, attention } = side;
  const method = side.hiding();
  const all = what.token === 'each';
  const changes: { token: number; change: number }[] = [];
  for (const token of all ? Array(tokens).keys() : [what.token as number]) {
    checkToken(token, tokens);
    changes.push({ token, change: compare(before, await side.hide(token)) });
  }
  const result = { position, changes, measure, method } as const;
  if (!all) return result;
  return {
    ...result,
    attention,
    correlation: correlation(
      attention,
      changes.map(({ change }) => change),
    ),
  };
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

function nothingToTake(): InferenceError {
  return new InferenceError({
    code: 'cannot-ablate',
    place: 'ablate',
    found: 'nothing to take away',
    expected: "{ token }, { token: 'each' } or { head }",
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
