import { TraceError } from '../../trace/index.js';
import { notDerivable } from '../derivation.js';

/** How a cache with limited room chooses the keys that stay. */
export interface KeyBudget {
  /**
   * `streaming`: the first `sinks` keys and the latest ones (StreamingLLM, Xiao et al. 2023, arXiv:2309.17453). `h2o`: those with the
   * highest mean weight over the queries that see them (Zhang et al. 2023, arXiv:2306.14048). `snapkv`: the last `window`, and those that
   * its queries look at most, smoothed over `pool` keys (Li et al. 2024, arXiv:2404.14469).
   */
  policy: 'streaming' | 'h2o' | 'snapkv';
  /** How many keys stay, from 1. */
  budget: number;
  /** For `streaming`. Default 4. */
  sinks?: number;
  /** For `snapkv`: how many last queries choose; their own keys stay. Default 64. */
  window?: number;
  /** For `snapkv`: how many neighbouring keys a score is averaged over; odd. Default 5. */
  pool?: number;
}

/** A budget with its defaults. @throws TraceError `derivation` */
export function parseBudget(given: KeyBudget): Required<KeyBudget> {
  const { policy, budget, sinks = 4, window = 64, pool = 5 } = given ?? {};
  if (!['streaming', 'h2o', 'snapkv'].includes(policy))
    throw wrong('policy', JSON.stringify(policy) ?? 'nothing', "'streaming', 'h2o' or 'snapkv'");
  for (const [name, value, least] of [
    ['budget', budget, 1],
    ['sinks', sinks, 0],
    ['window', window, 1],
    ['pool', pool, 1],
  ] as const)
    if (!Number.isInteger(value) || value < least)
      throw wrong(name, String(value), `a whole number from ${least}`);
  if (pool % 2 === 0) throw wrong('pool', String(pool), 'an odd number');
  return { policy, budget, sinks, window, pool };
}

/**
 * 1 for each key that stays, 0 for the others. If the budget has room for all, all stay.
 *
 * @param heads weights of the heads that share the keys, `[query, key]` each, causal, all queries
 */
export function keptKeys(
  heads: readonly Float32Array[],
  count: number,
  budget: Required<KeyBudget>,
): Uint8Array {
  const kept = new Uint8Array(count);
  if (budget.budget >= count) return kept.fill(1);
  if (budget.policy === 'streaming') {
    const sinks = Math.min(budget.sinks, budget.budget);
    return kept.fill(1, 0, sinks).fill(1, count - (budget.budget - sinks));
  }
  const scores = budget.policy === 'h2o' ? meanWeights(heads, count) : windowScores(heads, count, budget);
  const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
  for (const key of order.slice(0, budget.budget)) kept[key] = 1;
  return kept;
}

/** Σᵢ A[i,j] ÷ the number of queries that see j, the mean over heads. Without the division, early keys would win. */
function meanWeights(heads: readonly Float32Array[], count: number): Float64Array {
  const scores = new Float64Array(count);
  for (const weights of heads)
    for (let query = 0; query < count; query++)
      for (let key = 0; key <= query; key++) scores[key]! += weights[query * count + key]!;
  return scores.map((sum, key) => sum / (count - key) / heads.length);
}

/** The mean weight from the last queries, smoothed over neighbours (0 beyond the ends); the queries' own keys rank first. */
function windowScores(
  heads: readonly Float32Array[],
  count: number,
  { window, pool, budget }: Required<KeyBudget>,
): Float64Array {
  const last = Math.min(window, count - 1);
  if (last > budget)
    throw notDerivable(
      'budget',
      String(budget),
      `at least ${last}, the window that SnapKV keeps`,
      'Give a larger budget or a smaller window.',
    );
  const before = count - last;
  const means = new Float64Array(before);
  for (const weights of heads)
    for (let query = before; query < count; query++)
      for (let key = 0; key < before; key++)
        means[key]! += weights[query * count + key]! / last / heads.length;
  const reach = (pool - 1) / 2;
  return Float64Array.from({ length: count }, (_, key) => {
    if (key >= before) return Infinity;
    let sum = 0;
    for (let near = Math.max(0, key - reach); near <= Math.min(before - 1, key + reach); near++)
      sum += means[near]!;
    return sum / pool;
  });
}

function wrong(place: string, found: string, expected: string): TraceError {
  return notDerivable(place, found, expected, "A budget is { policy: 'h2o', budget: 256 }.");
}
