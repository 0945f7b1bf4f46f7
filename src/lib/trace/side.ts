import { refusePromise } from './array-shape.js';
import { describe } from './describe.js';
import { errorsOf, TraceError } from './errors.js';
import { parsePresent } from './present.js';
import { parseSegments, tokensInPlace } from './segments.js';
import { parseSpecialTokens, toTokens } from './tokens.js';
import type { Segment, SideInput, Token } from './types.js';

const wrongType = errorsOf(
  'token-type',
  'Pass the tokens of one sequence, not its ids or its text: tokenizer.convert_ids_to_tokens(ids).',
);

/** One sequence of tokens, as queries or keys of a stream. */
export interface TokenSide {
  /** The name of the tokens in messages. */
  place: string;
  /** How many were passed, present or not. */
  count: number;
  /** The tokens present. */
  tokens: readonly Token[];
  segments: readonly Segment[];
  /** The index of each among those passed, where some are not present. */
  kept?: readonly number[];
}

/**
 * @param prefix how the input is called in messages: `` for a self stream, `encoder.` or `decoder.`
 * @param count how many positions there are, where tokens may be left out: they are called by their positions then
 * @throws TraceError `missing-tokens`, `promise`, `token-type`, `present`, `segment`
 */
export function toSide(input: Partial<SideInput>, prefix: string, count?: number): TokenSide {
  const place = `${prefix}tokens`;
  const raw =
    input.tokens === undefined && count !== undefined
      ? Array.from({ length: count }, (_, position) => String(position))
      : rawTokens(input.tokens, place, prefix !== '');
  const special = parseSpecialTokens(input.specialTokens, `${prefix}specialTokens`);
  const kept = parsePresent(input.present, raw.length, `${prefix}present`);
  const segments = parseSegments(input.segments ?? [], raw.length, `${prefix}segments`, kept);
  const tokens = toTokens(kept ? kept.map((position) => raw[position]!) : raw, special);
  return {
    place,
    count: raw.length,
    tokens: tokensInPlace(tokens, segments),
    segments,
    kept,
  };
}

function rawTokens(tokens: unknown, place: string, ofTwo: boolean): readonly string[] {
  if (tokens === undefined || tokens === null)
    throw new TraceError({
      code: 'missing-tokens',
      place,
      found: describe(tokens),
      expected: 'an array of strings, one for each position',
      fix: ofTwo
        ? 'An encoder and a decoder have tokens of their own: { encoder: { tokens }, decoder: { tokens }, cross }.'
        : 'Pass tokenizer.convert_ids_to_tokens(ids), special tokens included.',
    });
  refusePromise(tokens, place);
  if (!Array.isArray(tokens)) throw wrongType(place, describe(tokens), 'an array of strings');
  const wrong = tokens.findIndex((token) => typeof token !== 'string');
  if (wrong >= 0) throw wrongType(`${place}[${wrong}]`, describe(tokens[wrong]), 'a string');
  return tokens as readonly string[];
}
