import { logSumExp, type QueryKey } from './query-key.js';
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
/** Rows that a soft-cap is fitted to, and keys of each. */
const [mostRows, mostKeys] = [64, 256];

/**
 * Gathers, row by row, what would have to be different for the weights or scores recorded. What a weight says of its score is its
 * logarithm, which lacks a constant: the same for all keys of a row.
 */
export class Fit {
  /** Sums of products of the score computed and the one told, and of distance and what the first leaves of the second, within rows. */
  #score = { xx: 0, xy: 0 };
  #distance = { xx: 0, xy: 0 };
  #furthest = 0;
  #hidden = false;
  #sink = { sum: 0, count: 0 };
  /** Scores computed and told. */
  readonly #rows: { scores: number[]; told: number[] }[] = [];

  /** @param ofScores whether scores were recorded, not weights */
  constructor(
    private readonly vectors: QueryKey,
    private readonly ofScores: boolean,
  ) {}

  add(query: number, scores: Float64Array, recorded: Float32Array, visible: number): void {
    const position = this.vectors.positions[query]!;
    const keys: number[] = [];
    let sum = 0;
    for (let key = 0; key < visible; key++) {
      const number = recorded[key]!;
      sum += number;
      if (number !== 0) this.#furthest = Math.max(this.#furthest, position - key);
      else this.#hidden = true;
      if (this.#tells(number) && Number.isFinite(scores[key])) keys.push(key);
    }
    const computed = keys.map((key) => scores[key]!);
    const told = keys.map((key) => (this.ofScores ? recorded[key]! : Math.log(recorded[key]!)));
    this.#addProducts(this.#score, computed, told);
    this.#addProducts(
      this.#distance,
      keys.map((key) => Math.abs(position - key)),
      told.map((score, i) => score - computed[i]!),
    );
    if (!this.ofScores && sum > 0 && sum < 0.999) {
      this.#sink.sum += logSumExp(scores, visible) + Math.log(1 / sum - 1);
      this.#sink.count++;
    }
    if (keys.length > 2 && this.#rows.length < mostRows)
      this.#rows.push({ scores: computed.slice(0, mostKeys), told: told.slice(0, mostKeys) });
  }

  /** Whether a number recorded says something of its score: 0 is written where a key is hidden. */
  #tells(recorded: number): boolean {
    return this.ofScores ? recorded !== 0 : recorded >= leastFitted;
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

  /** The cap under which what computed scores leave of those told varies least, by a search that halves. */
  #softCap(): number | undefined {
    if (this.#rows.length === 0 || (this.vectors.scoring?.softCap ?? Infinity) < Infinity) return undefined;
    const miss = (log: number): number => {
      const cap = Math.exp(log);
      return this.#rows.reduce(
        (sum, { scores, told }) =>
          sum + this.#spread(told.map((one, i) => one - cap * Math.tanh(scores[i]! / cap))),
        0,
      );
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

  #addProducts(fit: { xx: number; xy: number }, xs: readonly number[], ys: readonly number[]): void {
    const [x, y] = [this.#constant(xs), this.#constant(ys)];
    xs.forEach((one, i) => {
      fit.xx += (one - x) ** 2;
      fit.xy += (one - x) * (ys[i]! - y);
    });
  }

  /** Σ (n − mean)²; of scores Σ n². */
  #spread(numbers: readonly number[]): number {
    const constant = this.#constant(numbers);
    return numbers.reduce((sum, n) => sum + (n - constant) ** 2, 0);
  }

  /** What all numbers of a row are moved by before they are compared: by the constant that weights lack, and scores do not. */
  #constant(numbers: readonly number[]): number {
    return this.ofScores ? 0 : numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
  }
}
