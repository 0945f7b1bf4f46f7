import { createTrace, type Trace } from '../lib/index.js';

/** Normal random numbers, the same on every run. */
function randomNormal(seed: number): () => number {
  let state = seed;
  const uniform = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

interface Recipe {
  heads: number;
  keyHeads: number;
  tokens: number;
  dim: number;
  seed: number;
  /** What enters the softmax, from q·k. Default: ÷ √dim. */
  score?: (dot: number, query: number, key: number) => number;
  /** Default: weights, the softmax of the scores. */
  quantity?: 'scores';
}

/**
 * A layer of random vectors with the causal attention they give. Neighbours' vectors are alike, so that there is something
 * to see.
 */
function makeTrace(recipe: Recipe, words: readonly string[]): Trace {
  const { heads, keyHeads, tokens, dim, seed, quantity } = recipe;
  const { score = (dot: number) => dot / Math.sqrt(dim) } = recipe;
  const random = randomNormal(seed);
  const walk = (count: number): Float32Array => {
    const data = new Float32Array(count * tokens * dim);
    for (let i = 0; i < data.length; i++) {
      const before = i % (tokens * dim) >= dim ? data[i - dim]! : 0;
      data[i] = 0.6 * before + 0.9 * random();
    }
    return data;
  };
  const [queries, keys] = [walk(heads), walk(keyHeads)];
  const attention = new Float32Array(heads * tokens * tokens);
  for (let head = 0; head < heads; head++) {
    const keyHead = Math.floor((head * keyHeads) / heads);
    for (let query = 0; query < tokens; query++) {
      const row = attention.subarray((head * tokens + query) * tokens, (head * tokens + query + 1) * tokens);
      for (let key = 0; key <= query; key++) {
        let dot = 0;
        for (let i = 0; i < dim; i++)
          dot += queries[(head * tokens + query) * dim + i]! * keys[(keyHead * tokens + key) * dim + i]!;
        row[key] = score(dot, query, key);
      }
      if (quantity !== 'scores') softmax(row.subarray(0, query + 1));
    }
  }
  return createTrace({
    tokens: Array.from({ length: tokens }, (_, i) => words[i % words.length]!),
    attention: { dims: [1, heads, tokens, tokens], data: attention },
    quantity,
    queries: { dims: [1, heads, tokens, dim], data: queries },
    keys: { dims: [1, keyHeads, tokens, dim], data: keys },
  });
}

function softmax(row: Float32Array): void {
  row.forEach((score, i) => (row[i] = Math.exp(score)));
  const total = row.reduce((sum, power) => sum + power, 0);
  row.forEach((power, i) => (row[i] = power / total));
}

const words = [
  'Once',
  ' upon',
  ' a',
  ' time',
  ',',
  ' there',
  ' was',
  ' a',
  ' girl',
  ' who',
  ' loved',
  ' maps',
  '.',
];

const made = new Map<string, Trace>();

/** Makes a trace when it is first asked for, and never again. */
function once(name: string, recipe: () => Recipe): Trace {
  const trace = made.get(name) ?? makeTrace(recipe(), words);
  made.set(name, trace);
  return trace;
}

/** Eight heads of queries over four heads of keys, as in a Llama. */
export const groupedQuery = (): Trace =>
  once('grouped', () => ({ heads: 8, keyHeads: 4, tokens: words.length, dim: 8, seed: 7 }));

/** One head, large. */
export const largeHead = (tokens: number, dim: number): Trace =>
  once(`${tokens} × ${dim}`, () => ({ heads: 1, keyHeads: 1, tokens, dim, seed: 3 }));

/** Scores, q·k ÷ √d; or with a bias by distance, which queries and keys do not hold. */
export const scored = (how: 'as q·k' | 'alibi'): Trace =>
  once(`scores ${how}`, () => ({
    heads: 2,
    keyHeads: 2,
    tokens: words.length,
    dim: 16,
    seed: 11,
    quantity: 'scores',
    score: how === 'alibi' ? (dot, query, key) => dot / 4 - (query - key) / 2 : undefined,
  }));

/** Attention that is not softmax(q·k ÷ √d): with a bias by distance (Press et al. 2021, ALiBi), or another scale. */
export const biased = (how: 'alibi' | 'scale'): Trace =>
  once(how, () => ({
    heads: 2,
    keyHeads: 2,
    tokens: words.length,
    dim: 16,
    seed: 11,
    score: how === 'alibi' ? (dot, query, key) => dot / 4 - (query - key) / 2 : (dot) => dot,
  }));

/** A head that looks at everything alike: its keys are 0, so the softmax gives each of 32 tokens 1/32. */
export function evenAttention(): Trace {
  const tokens = Array.from({ length: 32 }, (_, i) => words[i % words.length]!);
  const all = (value: number, width: number) => [[tokens.map(() => Array<number>(width).fill(value))]];
  return createTrace({ tokens, attention: all(1 / 32, 32), queries: all(1, 8), keys: all(0, 8) });
}
