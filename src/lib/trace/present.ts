import { describe } from './describe.js';
import { errorsOf } from './errors.js';
import { isList } from './parse-nested.js';

const wrong = errorsOf(
  'present',
  'Pass the attention_mask of the tokenizer for this sequence, one entry a token.',
);

/**
 * The indices of the tokens that are present, ascending; undefined where all are.
 *
 * @param given 1, 1n or true for each token present, as in an attention mask: an array, a typed array or a tensor `{ dims, data }`
 * @throws TraceError `present`
 */
export function parsePresent(given: unknown, count: number, place: string): readonly number[] | undefined {
  if (given === undefined || given === null) return undefined;
  const mask = maskOf(given);
  if (!mask)
    throw wrong(place, describe(given), `${count} numbers, 1 for each token that is there, 0 for padding`);
  if (mask.length !== count)
    throw wrong(place, `${mask.length} entries`, `${count}, one for each token passed`);
  const kept: number[] = [];
  for (let position = 0; position < count; position++) {
    const entry = mask[position];
    const there = typeof entry === 'bigint' ? Number(entry) : entry;
    if (there === true || there === 1) kept.push(position);
    else if (there !== false && there !== 0)
      throw wrong(`${place}[${position}]`, describe(entry), '0, 1, true or false');
  }
  if (kept.length === 0) throw wrong(place, 'no token that is there', 'at least one');
  return kept.length === count ? undefined : kept;
}

/** The mask itself, of a tensor or of a batch of one. */
function maskOf(given: unknown): ArrayLike<unknown> | undefined {
  const { data } = given as { data?: unknown };
  if (data !== undefined) return maskOf(data);
  if (Array.isArray(given)) return given.length === 1 && isList(given[0]) ? maskOf(given[0]) : given;
  return isList(given) ? given : undefined;
}

/** The error for a query with weight on a token that is marked as not present. */
export function lookedAtAbsent(place: string, weight: number) {
  return wrong(
    place,
    `a weight of ${Number(weight.toPrecision(5))} on a token that is not present`,
    '0',
    'Pass the mask that the model was given; where it was given none, it saw its padding, and present cannot leave that out.',
  );
}
