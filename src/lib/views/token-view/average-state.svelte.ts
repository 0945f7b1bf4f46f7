import type { Stream } from '../../trace/index.js';
import { averageReceived, type Combine } from './read-line.js';

/** What is averaged: some heads of a layer. */
export interface AverageOf {
  stream: Stream;
  layer: number;
  heads: readonly number[];
  combine: Combine;
}

/** So many weights are averaged without being asked for: about a second's work. More may be hours, and is offered. */
const mostUnasked = 2 ** 27;

/** What tokens receive on average, which takes every weight. Made while a component is. */
export class AverageState {
  value = $state.raw<Float32Array>();
  failure = $state.raw<Error>();
  /** How far it is, from 0 to 1; null while it is not worked on. */
  progress = $state<number | null>(null);
  /** What the user asked for. */
  #asked = $state.raw<AverageOf>();

  constructor(private readonly of: () => AverageOf | undefined) {
    $effect(() => {
      const now = of();
      this.value = this.failure = undefined;
      if (!now || (this.weights > mostUnasked && this.#asked !== now)) return;
      const abort = new AbortController();
      this.progress = 0;
      const options = { signal: abort.signal, onProgress: (share: number) => void (this.progress = share) };
      averageReceived(now, options)
        .then(
          (value) => {
            if (!abort.signal.aborted) this.value = value;
          },
          (error: Error) => {
            if (!abort.signal.aborted) this.failure = error;
          },
        )
        .finally(() => {
          if (!abort.signal.aborted) this.progress = null;
        });
      return () => {
        abort.abort();
        this.progress = null;
      };
    });
  }

  /** How many weights it takes. */
  get weights(): number {
    const now = this.of();
    return now ? now.stream.queryTokens.length * now.stream.keyTokens.length * now.heads.length : 0;
  }

  /** Whether it waits to be asked for. */
  get offered(): boolean {
    return this.of() !== undefined && !this.value && !this.failure && this.progress === null;
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
