import { Work } from '../kit/work.svelte.js';
import { averageReceived, type AverageOf } from './average-received.js';

/** So many values are averaged without being asked for: about a second's work. More may be hours, and is offered. */
const mostUnasked = 2 ** 27;

/** What tokens receive on average, which takes every value. Made while a component is. */
export class AverageState {
  /** What the user asked for. */
  #asked = $state.raw<AverageOf>();
  readonly #work = new Work<AverageOf, Float32Array, number>(
    () => (this.weights > mostUnasked && !this.asked ? undefined : this.of()),
    (now, signal, tell) => {
      tell(0);
      return averageReceived(now, { signal, onProgress: tell });
    },
  );

  constructor(private readonly of: () => AverageOf | undefined) {}

  /** How far it is, from 0 to 1; null while it is not worked on. */
  get progress(): number | null {
    return this.#work.progress;
  }

  /** The average, one a key. */
  get value(): Float32Array | undefined {
    return this.#work.value;
  }

  get failure(): Error | undefined {
    return this.#work.failure;
  }

  /** How many values it takes. */
  get weights(): number {
    const now = this.of();
    return now ? now.stream.queryTokens.length * now.stream.keyTokens.length * now.heads.length : 0;
  }

  /** Whether it waits to be asked for. */
  get offered(): boolean {
    return this.weights > mostUnasked && !this.asked;
  }

  /** Whether it was, and may be cancelled. */
  get asked(): boolean {
    return this.#asked !== undefined && this.#asked === this.of();
  }

  ask(): void {
    this.#asked = this.of();
  }

  cancel(): void {
    this.#asked = undefined;
  }
}
