import { createTrace, type Trace } from '../lib/index.js';
import { generatedSource, type Habit } from './generated-source.js';

/**
 * A causal trace as large as a current model's, made up as views look at it: 32 × 32 heads over 1,024 tokens would be a billion
 * weights. Not the attention of a model.
 */
export function generatedTrace(layers = 32, heads = 32, tokens = 1024): Trace {
  return createTrace({
    model: 'generated',
    tokens: Array.from({ length: tokens }, (_, i) => `t${i}`),
    attention: generatedSource(layers, heads, tokens, (layer, head) => habitOf(layer * heads + head)),
  });
}

/** Three heads of which only the first can be read, as where parts of a file are missing. */
export function brokenTrace(): Trace {
  const source = generatedSource(1, 3, 40, (_, head) => habitOf(head));
  return createTrace({
    tokens: Array.from({ length: 40 }, (_, i) => `t${i}`),
    attention: {
      ...source,
      matrix(layer, head) {
        if (head > 0) throw new Error(`attention.0.${head}: the server answered 404`);
        return source.matrix(layer, head);
      },
    },
  });
}

function habitOf(seed: number): Habit {
  const random = randomNumbers(seed);
  const kind = Math.floor(random() * 5);
  const reach = 1 + Math.floor(random() ** 3 * 300);
  const sink = random() * 0.8;
  const period = 40 + Math.floor(random() * 300);
  const habits: Habit[] = [
    // The first token, and a little of the one before.
    (query) =>
      query < 2
        ? [[0, 1]]
        : [
            [0, 1 - sink],
            [query - 1, sink],
          ],
    // A position some way back.
    (query) =>
      query < reach
        ? [
            [0, 0.8],
            [query, 0.2],
          ]
        : [
            [query - reach, 0.8],
            [query, 0.2],
          ],
    // The start of each paragraph.
    (query) =>
      query < period
        ? [[0, 1]]
        : [
            [query - (query % period), 0.7],
            [0, 0.3],
          ],
    // What followed the last time.
    (query) =>
      query < 512
        ? [
            [0, 0.8],
            [query, 0.2],
          ]
        : [
            [query - 511, 0.8],
            [query, 0.2],
          ],
    // Some tokens that everything looks at.
    (query) => [1, 2, 3, 4, 5].map((i) => [Math.floor(query * ((i * 0.37 + sink) % 1)), 0.2]),
  ];
  return habits[kind]!;
}

/** The same numbers in 0..1 for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
