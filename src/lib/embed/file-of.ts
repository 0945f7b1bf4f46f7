import type { Source } from '../io/index.js';
import type { Trace } from '../trace/index.js';

/** What is known of a file: nothing yet, its trace, or what is wrong with it. */
export type Told = { trace?: Trace; problem?: Error; loading?: boolean };

/** The file that a view shows: one at a time, so that another one ends the reading of the one before. */
export class FileOf {
  told: Told = {};
  #reading: AbortController | undefined;

  constructor(private readonly changed: () => void) {}

  read(source: Source | null | undefined, tokens: readonly string[] | undefined): void {
    this.stop();
    if (source == null) return this.#tell({});
    const reading = new AbortController();
    const { signal } = reading;
    this.#reading = reading;
    this.#tell({ loading: true });
    import('../io/index.js')
      .then(({ loadTrace }) => loadTrace(source, { tokens, signal }))
      .then(
        (trace) => signal.aborted || this.#tell({ trace }),
        (problem: Error) => signal.aborted || this.#tell({ problem }),
      );
  }

  stop(): void {
    this.#reading?.abort();
    this.#reading = undefined;
  }

  #tell(told: Told): void {
    this.told = told;
    this.changed();
  }
}
