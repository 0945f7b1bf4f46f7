import { createTrace, type Trace } from '../lib/index.js';
import { queryKeyAttention } from '../lib/io/index.js';
import { documentTokens, longText, period } from './long-heads.js';

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How fast weight falls off with distance, and how much the first token draws. */
const slope = 1 / 1500;
const sink = 7.5;
const dim = 16;

/** Lets the page go on every 12 ms, and says how far the work is. */
function pacer(tell: (made: number) => void): (made: number) => Promise<void> | undefined {
  let since = performance.now();
  return (made) => {
    if (performance.now() - since < 12) return undefined;
    tell(made);
    return new Promise((resolve) =>
      setTimeout(() => {
        since = performance.now();
        resolve();
      }),
    );
  };
}

/**
 * A head whose tokens look at tokens of kinds they like, at what was close, and at the first token. Each kind has one query and one
 * key, so the log-sum-exp of every query has a closed form and need not be computed from all its keys.
 *
 * @param tell called with the part that is made, in [0, 1]
 */
export async function queryKeyTrace(count: number, tell: (made: number) => void): Promise<Trace> {
  const { tokens, segments } = longText(count);
  const kindOf = new Map([...new Set(tokens)].map((token, i) => [token, i]));
  const kinds = Uint8Array.from(tokens, (token) => kindOf.get(token)!);
  const next = seeded(5);
  // Two dimensions are for what is close and for the first token.
  const vectors = () =>
    Array.from({ length: kindOf.size }, () =>
      Float32Array.from({ length: dim - 2 }, () => 2.4 * next() - 1.2),
    );
  const [likes, is] = [vectors(), vectors()];
  const affinity = likes.map((a) =>
    is.map((b) => Math.exp(a.reduce((sum, value, i) => sum + value * b[i]!, 0))),
  );
  const queries = new Float32Array(count * dim);
  const keys = new Float32Array(count * dim);
  const logSumExp = new Float32Array(count);
  /** For each kind the sum of exp(slope × (key − query)) over its keys so far. */
  const close = new Float64Array(kindOf.size);
  const pace = pacer(tell);
  for (let i = 0; i < count; i++) {
    if (i % 64 === 0) await pace(i / count);
    const kind = kinds[i]!;
    queries.set([...likes[kind]!, 1, slope * i + sink], i * dim);
    // The first token is a sink, and nothing else.
    keys.set(i === 0 ? [...new Float32Array(dim - 1), 1] : [...is[kind]!, slope * i, 0], i * dim);
    for (let c = 0; c < close.length; c++) close[c]! *= Math.exp(-slope);
    if (i > 0) close[kind]! += 1;
    const sum = close.reduce((total, mass, c) => total + mass * affinity[kind]![c]!, Math.exp(sink));
    logSumExp[i] = slope * i + Math.log(sum);
  }
  const tensor = (data: Float32Array) => ({ dims: [1, 1, count, dim], data });
  return createTrace({
    tokens,
    segments,
    attention: queryKeyAttention({
      queries: tensor(queries),
      keys: tensor(keys),
      logSumExp: { dims: [1, 1, count], data: logSumExp },
      scale: 1,
      causal: true,
    }),
  });
}

/**
 * The same kind of head with every weight in memory as a byte, made a few rows at a time.
 *
 * @param tell called with the part that is made, in [0, 1]
 */
export async function denseTrace(count: number, tell: (made: number) => void): Promise<Trace> {
  const { tokens, segments } = longText(count);
  const next = seeded(9);
  const kindOf = new Map([...new Set(tokens)].map((token, i) => [token, i]));
  const kinds = Uint8Array.from(tokens, (token) => kindOf.get(token)!);
  const affinity = Array.from(kindOf, () => Float32Array.from(kindOf, () => Math.exp(5 * next() - 2)));
  const decay = Float32Array.from({ length: count }, (_, distance) => Math.exp(-distance / 350));
  const data = new Uint8Array(count * count);
  const pace = pacer(tell);
  for (let query = 0; query < count; query++) {
    await pace((query / count) ** 2);
    const liked = affinity[kinds[query]!]!;
    let sum = 60;
    for (let key = 1; key <= query; key++) sum += liked[kinds[key]!]! * decay[query - key]!;
    const row = query * count;
    // Half of it on what is close, the rest on the first token, on where the text was the same, and on where documents start.
    for (let key = 1; key <= query; key++)
      data[row + key] = (128 * liked[kinds[key]!]! * decay[query - key]!) / sum + 0.5;
    for (let back = period, left = 40; back < query && left > 1; back += period, left /= 2)
      data[row + query - back] = left;
    // The last four documents.
    const last = query - (query % documentTokens);
    for (let start = last; start > 0 && start > last - 4 * documentTokens; start -= documentTokens)
      data[row + start] = 6;
    data[row] = 20;
  }
  return createTrace({
    tokens,
    segments,
    attention: { dims: [1, 1, count, count], data },
    causal: true,
  });
}
