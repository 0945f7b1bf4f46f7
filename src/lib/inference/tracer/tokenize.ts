import { toTokens } from '../../trace/tokens.js';
import type { Segment } from '../../trace/types.js';
import { InferenceError } from '../errors.js';
import type { OnnxTensor } from './runtime.js';

/** Tokens chosen by the caller, or inputs of another kind than text: pixels, the features of sound. */
export interface TokenInput {
  /** Numbers, or `bigint` as in the `input_ids` of transformers.js. */
  ids?: ArrayLike<number | bigint>;
  /** What the tokens are called; one for each row and column of the weights. Default, beside `feeds`: their numbers from 0. */
  tokens?: readonly string[];
  segments?: readonly Segment[];
  /** Inputs of the model by name, instead of those made from `ids`: tensors of onnxruntime, of transformers.js, or `{ type, dims, data }`. */
  feeds?: Readonly<Record<string, OnnxTensor>>;
}

/** A tokenizer of `@huggingface/tokenizers`, or anything that works as it does. */
export interface Encoder {
  encode(
    text: string,
    options?: { text_pair?: string; add_special_tokens?: boolean; return_token_type_ids?: boolean },
  ): {
    readonly ids: readonly number[];
    readonly tokens: readonly string[];
    readonly token_type_ids?: readonly number[];
  };
  decode?(ids: number[], options?: { skip_special_tokens?: boolean }): string;
  id_to_token?(id: number): string | undefined;
}

/** A tokenizer of transformers.js: a function that gives ids, beside the pieces. */
export interface TransformersTokenizer {
  (text: string, options?: Record<string, unknown>): unknown;
  decode(ids: number[], options?: Record<string, unknown>): string;
}

export type TokenizerLike = Encoder | TransformersTokenizer;

/** A text as the model sees it. */
export interface Encoded {
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  readonly typeIds?: readonly number[];
  readonly segments: readonly Segment[];
}

/**
 * Tokens of a text, or of a pair with the segments A and B.
 *
 * @throws InferenceError `missing-tokenizer`, `token-count`
 */
export function encodeText(tokenizer: TokenizerLike | undefined, text: string, pair?: string): Encoded {
  if (typeof text !== 'string') throw nothingToRead(text);
  if (!tokenizer)
    throw missingTokenizer('a text and no tokenizer', 'tokens of your own: trace({ ids, tokens })');
  const { ids: given, tokens, typeIds } = encodeWith(tokenizer, text, { pair });
  const ids = soundIds(given, tokens);
  if (ids.length === 0 || ids.length !== tokens.length)
    throw new InferenceError({
      code: 'token-count',
      place: 'tokenizer',
      found: `${ids.length} ids and ${tokens.length} tokens`,
      expected: 'as many ids as tokens, at least one',
      fix: ids.length === 0 ? 'Write a text.' : 'The tokenizer and its vocabulary do not fit.',
    });
  return {
    ids,
    tokens,
    typeIds,
    segments: pair === undefined ? [] : pairSegments(ids, typeIds, tokenizer, pair),
  };
}

/** What a model is given to read: a text's tokens, or the caller's own and what is fed beside them. */
export function readInput(
  tokenizer: TokenizerLike | undefined,
  input: string | TokenInput,
  pair?: string,
): Partial<Encoded> & Pick<Encoded, 'ids'> & Pick<TokenInput, 'feeds'> {
  if (typeof input === 'string') return encodeText(tokenizer, input, pair);
  if (!input?.ids?.length && !input?.feeds) throw nothingToRead(input);
  return { ...input, ids: soundIds(input.ids ?? [], input.tokens) };
}

/** @throws InferenceError `token-id`: of an id below zero onnxruntime takes the vocabulary's end, and says nothing */
function soundIds(given: ArrayLike<number | bigint>, tokens: readonly string[] | undefined): number[] {
  const ids = Array.from(given, Number);
  const at = ids.findIndex((id) => !Number.isSafeInteger(id) || id < 0);
  if (at < 0) return ids;
  const name = tokens?.[at];
  throw new InferenceError({
    code: 'token-id',
    place: `token ${at}${name === undefined ? '' : ` '${name}'`}`,
    found: `the id ${String(given[at])}`,
    expected: 'a whole number from 0',
    fix: 'The tokenizer and its vocabulary do not fit, or have no token for this part of the text.',
  });
}

export function textOf(input: string | TokenInput, pair?: string): string | undefined {
  return typeof input === 'string' ? [input, pair].filter(Boolean).join(' ') : undefined;
}

/** Names of tokens that have none. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

/** What the model calls each id. */
export function piecesOf(tokenizer: TokenizerLike | undefined, ids: readonly number[]): string[] {
  return ids.map((id) => (tokenizer && pieceOf(tokenizer, id)) ?? `#${id}`);
}

export function decodeIds(tokenizer: TokenizerLike | undefined, ids: readonly number[]): string {
  // Tokenizers refuse to decode nothing.
  if (ids.length === 0) return '';
  return tokenizer?.decode?.([...ids], { skip_special_tokens: true }) ?? piecesOf(tokenizer, ids).join('');
}

function encodeWith(
  tokenizer: TokenizerLike,
  text: string,
  { pair, special = true }: { pair?: string; special?: boolean },
) {
  const options = { text_pair: pair, add_special_tokens: special };
  if (typeof tokenizer !== 'function') {
    const { ids, tokens, token_type_ids } = tokenizer.encode(
      text,
      pair === undefined ? { ...options, text_pair: undefined } : { ...options, return_token_type_ids: true },
    );
    return { ids, tokens, typeIds: token_type_ids };
  }
  const { input_ids, token_type_ids } = tokenizer(text, {
    ...options,
    text_pair: pair ?? null,
    return_tensor: false,
  }) as {
    input_ids: number[];
    token_type_ids?: number[];
  };
  return { ids: input_ids, tokens: piecesOf(tokenizer, input_ids), typeIds: token_type_ids };
}

/** transformers.js keeps the vocabulary in `_tokenizer` (4) or `model` (3). */
interface Vocabulary {
  id_to_token?(id: number): string | undefined;
  _tokenizer?: { id_to_token(id: number): string | undefined };
  model?: { vocab?: string[] };
}

function pieceOf(tokenizer: TokenizerLike, id: number): string | undefined {
  const holder = tokenizer as Vocabulary;
  return holder.id_to_token?.(id) ?? holder._tokenizer?.id_to_token(id) ?? holder.model?.vocab?.[id];
}

/** By the ids of the kind of sentence where the tokenizer gives them; else the pair is what the ids end with, markers aside. */
function pairSegments(
  ids: readonly number[],
  typeIds: readonly number[] | undefined,
  tokenizer: TokenizerLike,
  pair: string,
): Segment[] {
  let start = typeIds?.indexOf(1) ?? -1;
  if (start < 0) {
    const second = encodeWith(tokenizer, pair, { special: false }).ids;
    for (let at = ids.length - second.length; at > 0 && start < 0; at--)
      if (second.every((id, i) => ids[at + i] === id)) start = at;
  }
  if (start <= 0 || start === ids.length) return [];
  return [
    { name: 'A', start: 0, end: start },
    { name: 'B', start, end: ids.length },
  ];
}

/** For each token the characters it stands for: its own text is looked for after the token before it. */
export function findOffsets(text: string, tokens: readonly string[]): ([number, number] | null)[] {
  const plain = fold(text);
  let from = 0;
  return toTokens(tokens).map((token) => {
    const wanted = fold(token.text).trim();
    if (token.special || wanted === '') return null;
    // A token that is not there as written (an unknown word, a changed letter) must not send the next ones astray, nor cost a
    // look through all the text.
    const ahead = plain.slice(from, from + 32 + wanted.length).indexOf(wanted);
    if (ahead < 0) return null;
    const at = from + ahead;
    from = at + wanted.length;
    return [at, from];
  });
}

/** Lower case and without accents, a character for a character. */
function fold(text: string): string {
  return Array.from(text, (character) => {
    const plain = character.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    return plain.length === character.length ? plain : character;
  }).join('');
}

function nothingToRead(input: unknown): InferenceError {
  return new InferenceError({
    code: 'token-count',
    place: 'input',
    found:
      input && typeof input === 'object'
        ? 'no ids and no feeds'
        : `${input === null ? 'null' : typeof input}`,
    expected: 'a text, or { ids, tokens }, or { feeds }',
    fix: 'Pass a string: trace(text).',
  });
}

/** @throws InferenceError `missing-tokenizer` for what cannot encode a text: a promise of a tokenizer, its JSON, its name */
export function checkTokenizer(tokenizer: TokenizerLike | undefined): void {
  if (!tokenizer || typeof tokenizer === 'function' || typeof tokenizer.encode === 'function') return;
  const isPromise = typeof (tokenizer as { then?: unknown }).then === 'function';
  throw missingTokenizer(
    isPromise ? 'a promise' : `a ${typeof tokenizer} without encode()`,
    'await AutoTokenizer.from_pretrained(…)',
  );
}

function missingTokenizer(found: string, otherwise: string): InferenceError {
  return new InferenceError({
    code: 'missing-tokenizer',
    place: 'createTracer',
    found,
    expected: 'a tokenizer of the model',
    fix: `Pass new Tokenizer(tokenizerJson, tokenizerConfig) of @huggingface/tokenizers, or ${otherwise}.`,
  });
}
