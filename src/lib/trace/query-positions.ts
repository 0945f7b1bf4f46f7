import { count, describe, listed } from './describe.js';
import { errorsOf, type TraceError } from './errors.js';
import { areAscending } from './model-numbers.js';

const wrong = errorsOf(
  'query-positions',
  'Say which tokens the rows are of, by their positions in the whole sequence.',
);

/**
 * The position of each query in its sequence, where only some were recorded.
 *
 * @param given as passed: an array or typed array of whole numbers
 * @param queries how many rows attention has
 * @param tokens how many tokens the sequence has
 * @throws TraceError `query-positions`
 */
export function parseQueryPositions(
  given: unknown,
  queries: number,
  tokens: number,
  place: string,
): readonly number[] {
  const expected = `${count(queries, 'whole number')}, ascending, from 0 to ${tokens - 1}, one for each query in attention`;
  if (!Array.isArray(given) && !ArrayBuffer.isView(given)) throw wrong(place, describe(given), expected);
  const list = given as unknown as ArrayLike<unknown>;
  if (list.length !== queries) throw wrong(place, count(list.length, 'position'), expected);
  const positions = Array.from(list, (entry) => (typeof entry === 'bigint' ? Number(entry) : entry));
  if (!areAscending(positions) || positions.some((position) => position >= tokens))
    throw wrong(place, listed(positions), expected);
  return positions;
}

/** The error for fewer queries than tokens, if it is not said which they are. */
export function unknownPositions(place: string, queries: number, tokens: number): TraceError {
  const last = Array.from({ length: Math.min(queries, 8) }, (_, i) => tokens - queries + i);
  return wrong(
    place,
    'nothing',
    `the positions of the ${queries === 1 ? '1 query' : `${queries} queries`} among ${count(tokens, 'token')}`,
    `For the last ones, as of a step with a cache, queryPositions: ${queries > 8 ? `[${tokens - queries}, …, ${tokens - 1}]` : listed(last)}; a query that is no token, as of pooling, is the decoder of a cross stream.`,
  );
}
