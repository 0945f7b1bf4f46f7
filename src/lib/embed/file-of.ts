import { loadTrace, type LoadOptions } from '../io/index.js';
import type { Trace } from '../trace/index.js';

/** What is told of a file while it is read: nothing yet, its trace, or what is wrong with it. */
export type Told = { trace?: Trace; problem?: Error; loading?: boolean };

/** The file an element shows: one at a time, so that another address ends the reading of the one before. */
export class FileOf {
  readonly #tell: (told: Told) => void;
  #reading: AbortController | undefined;

  constructor(tell: (told: Told) => void) {
    this.#tell = tell;
  }

  read(address: string | null, tokens: LoadOptions['tokens']): void {
    this.stop();
    if (address === null) return this.#tell({});
    const reading = new AbortController();
    this.#reading = reading;
    this.#tell({ loading: true });
    loadTrace(address, { tokens, signal: reading.signal }).then(
      (trace) => !reading.signal.aborted && this.#tell({ trace }),
      (problem: Error) => !reading.signal.aborted && this.#tell({ problem }),
    );
  }

  stop(): void {
    this.#reading?.abort();
    this.#reading = undefined;
  }
}
