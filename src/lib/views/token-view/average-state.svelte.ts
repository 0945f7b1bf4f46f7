import { averageReceived, type AverageOf } from './average-received.js';

/** So many values are averaged without being asked for: about a second's work. More may be hours, and is offered. */
const mostUnasked = 2 ** 27;

/** What tokens receive on average, which takes every value. Made while a component is. */
export class AverageState {
  /** How far it is, from 0 to 1; null while it is not worked on. */
  progress = $state<number | null>(null);
  #done = $state.raw<{ of: AverageOf; value?: Float32Array; failure?: Error }>();
  /** What the user asked for. */
  #asked = $state.raw<AverageOf>();
  readonly #of: () => AverageOf | undefined;

  constructor(of: () => AverageOf | undefined) {
    this.#of = of;
    $effect(() => {
      const now = of();
      if (!now || (this.weights > mostUnasked && this.#asked !== now)) return;
      const abort = new AbortController();
      this.progress = 0;
      const options = { signal: abort.signal, onProgress: (share: number) => void (this.progress = share) };
      const end = (result: { value?: Float32Array; failure?: Error }): void => {
        if (abort.signal.aborted) return;
        this.#done = { of: now, ...result };
        this.progress = null;
      };
      averageReceived(now, options).then(
        (value) => end({ value }),
        (failure: Error) => end({ failure }),
      );
      return () => {
        abort.abort();
        this.progress = null;
      };
    });
  }

  /** What was found for what is asked now: of another trace or head it says nothing. */
  get #found() {
    return this.#done?.of === this.#of() ? this.#done : undefined;
  }

  /** The average, one a key. */
  get value(): Float32Array | undefined {
    return this.#found?.value;
  }

  get failure(): Error | undefined {
    return this.#found?.failure;
  }

  /** How many values it takes. */
  get weights(): number {
    const now = this.#of();
    return now ? now.stream.queryTokens.length * now.stream.keyTokens.length * now.heads.length : 0;
  }

  /** Whether it waits to be asked for. */
  get offered(): boolean {
    return this.#of() !== undefined && !this.#found && this.progress === null && this.weights > mostUnasked;
  }

  /** Whether it was, and may be cancelled. */
  get asked(): boolean {
    return this.#asked !== undefined && this.#asked === this.#of();
  }

  ask(): void {
    this.#asked = this.#of();
  }

  cancel(): void {
    this.#asked = undefined;
  }
}
