import { createTrace, type Trace } from '../../src/lib/index.js';
import type { Attention } from '../page/data.js';

// A number of words that divides no number of tokens: a sample of the labels still meets the widest.
const words = 'the keeper of a light house wrote down each ship by'.split(' ');

/** Words that repeat, none wider than six letters. */
export function makeTokens(count: number): string[] {
  return Array.from({ length: count }, (_, i) => ` ${words[i % words.length]}`);
}

/** A trace over the weights as they lie: each layer one array of `[head, query, key]`. */
export function traceOf({ tokens, weights }: Attention): Trace {
  const attention = weights.map((heads) => {
    const data = new Uint8Array(heads[0]!.buffer);
    return { dims: [heads.length, tokens, tokens], data };
  });
  return createTrace({ tokens: makeTokens(tokens), attention, causal: true });
}

/** Numbers in a vector: as many as the heads of large models have. */
export const neuronSize = 128;

/** Made-up vectors of one head. */
export function vectorsOf(tokens: number): { dims: number[]; data: Float32Array } {
  const data = Float32Array.from({ length: tokens * neuronSize }, (_, i) => Math.sin(i * 12.9898));
  return { dims: [1, 1, tokens, neuronSize], data };
}
