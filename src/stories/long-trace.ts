import { createTrace, type Trace } from '../lib/index.js';
import { generatedSource, type Habit } from './generated-source.js';

const words =
  'the keeper of the light house wrote the name of every ship that passed in the night , and the hour , and the wind .'.split(
    ' ',
  );

/** One head looks a sentence back, one at the token before. */
const habits: readonly Habit[] = [
  (query) =>
    query < words.length
      ? [[0, 1]]
      : [
          [query - words.length, 0.6],
          [query, 0.2],
          [query - 1, 0.1],
          [0, 0.1],
        ],
  (query) =>
    query === 0
      ? [[0, 1]]
      : [
          [query - 1, 0.6],
          [0, 0.4],
        ],
];

const made = new Map<number, Trace>();

/** A made-up trace of many tokens and two heads. */
export function longTrace(count = 100_000): Trace {
  const trace = made.get(count) ?? makeTrace(count);
  made.set(count, trace);
  return trace;
}

function makeTrace(count: number): Trace {
  return createTrace({
    tokens: Array.from({ length: count }, (_, i) => (i === 0 ? '<s>' : ` ${words[(i - 1) % words.length]}`)),
    attention: generatedSource(1, 2, count, (_, head) => habits[head]!),
  });
}
