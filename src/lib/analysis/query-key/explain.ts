import { logSumExp, scoreRow, visibleKeys, type QueryKey } from './query-key.js';
import type { HeadScoring } from '../../trace/index.js';

/** One change of a model's scoring, with the value that fits the recorded attention. */
export interface Explanation {
  by: 'scale' | 'softCap' | 'window' | 'alibiSlopes' | 'sinks';
  value: number;
}

/** The vectors, with one change of their scoring. */
export function explainedBy(vectors: QueryKey, { by, value }: Explanation): QueryKey {
  if (by === 'scale') return { ...vectors, scale: value };
  const field = ({ softCap: 'softCap', window: 'window', alibiSlopes: 'slope', sinks: 'sink' } as const)[by];
  return { ...vectors, scoring: { ...plain, ...vectors.scoring, [field]: value } };
}

const plain: HeadScoring = {
  scale: undefined,
  softCap: Infinity,
  window: Infinity,
  slope: 0,
  sink: -Infinity,
};

/** The logarithm of smaller weights is unreliable after rounding. */
const leastFitted = 0.01;
/** The most rows that a soft-cap is fitted to. */
const mostRows = 64;

/** Fits, row by row, what the scoring would have to be for the recorded weights. */
export class Fit {
  /** Sums of products within rows: of score and log weight, and of distance and log weight − score. */
  #score = { xx: 0, xy: 0 };
  #distance = { xx: 0, xy: 0 };
  #furthest = 0;
  #hidden = false;
  #sink = { sum: 0, count: 0 };
  readonly #rows: { query: number; recorded: Float32Array }[] = [];

  constructor(private readonly vectors: QueryKey) {}

  add(query: number, scores: Float64Array, recorded: Float32Array, visible: number): void {
    const position = this.vectors.positions[query]!;
    const keys: number[] = [];
    let sum = 0;
    for (let key = 0; key < visible; key++) {
      sum += recorded[key]!;
      if (recorded[key]! > 0) this.#furthest = Math.max(this.#furthest, position - key);
      else this.#hidden = true;
      if (recorded[key]! >= leastFitted) keys.push(key);
    }
    const logs = keys.map((key) => Math.log(recorded[key]!));
    addProducts(this.#score, keys.map((key) => scores[key]!), logs); // prettier-ignore
    addProducts(
      this.#distance,
      keys.map((key) => Math.abs(position - key)),
      logs.map((log, i) => log - scores[keys[i]!]!),
    );
    if (sum > 0 && sum < 0.999) {
      this.#sink.sum += logSumExp(scores, visible) + Math.log(1 / sum - 1);
      this.#sink.count++;
    }
    if (keys.length > 2 && this.#rows.length < mostRows)
      this.#rows.push({ query, recorded: recorded.slice() });
  }

  /** Possible reasons, each with the value that fits best. */
  explanations(): Explanation[] {
    const { vectors } = this;
    const found: Explanation[] = [];
    const scale = (this.#score.xy / this.#score.xx) * vectors.scale;
    if (scale > 0 && scale < Infinity) found.push({ by: 'scale', value: scale });
    if (this.#sink.count > 0) found.push({ by: 'sinks', value: this.#sink.sum / this.#sink.count });
    if (vectors.causal && this.#hidden) found.push({ by: 'window', value: this.#furthest + 1 });
    const slope = -this.#distance.xy / this.#distance.xx;
    if (slope > 0 && slope < Infinity) found.push({ by: 'alibiSlopes', value: slope });
    const softCap = this.#softCap();
    if (softCap !== undefined) found.push({ by: 'softCap', value: softCap });
    return found;
  }

  /** The cap with the least variance of log weight − capped score: on a grid, then by ternary search. */
  #softCap(): number | undefined {
    if (this.#rows.length === 0 || (this.vectors.scoring?.softCap ?? Infinity) < Infinity) return undefined;
    const rows = this.#rows.map(({ query, recorded }) => {
      const scores = scoreRow(this.vectors, query);
      const keys = Array.from({ length: visibleKeys(this.vectors, query) }, (_, key) => key).filter(
        (key) => recorded[key]! >= leastFitted,
      );
      return { scores: keys.map((key) => scores[key]!), logs: keys.map((key) => Math.log(recorded[key]!)) };
    });
    const miss = (log: number): number => {
      const cap = Math.exp(log);
      return rows.reduce((sum, { scores, logs }) => sum + spread(logs.map((one, i) => one - cap * Math.tanh(scores[i]! / cap))), 0); // prettier-ignore
    };
    const steps = Array.from({ length: 60 }, (_, i) => -3 + i * 0.2);
    const best = steps.reduce((a, b) => (miss(b) < miss(a) ? b : a));
    let [low, high] = [best - 0.2, best + 0.2];
    for (let i = 0; i < 60; i++) {
      const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
      if (miss(a) < miss(b)) high = b;
      else low = a;
    }
    return Math.exp((low + high) / 2);
  }
}

function addProducts(fit: { xx: number; xy: number }, xs: readonly number[], ys: readonly number[]): void {
  const mean = (of: readonly number[]): number => of.reduce((sum, n) => sum + n, 0) / of.length;
  const [x, y] = [mean(xs), mean(ys)];
  xs.forEach((one, i) => {
    fit.xx += (one - x) ** 2;
    fit.xy += (one - x) * (ys[i]! - y);
  });
}

/** Σ (n − mean)². */
function spread(numbers: readonly number[]): number {
  const mean = numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
  return numbers.reduce((sum, n) => sum + (n - mean) ** 2, 0);
}
