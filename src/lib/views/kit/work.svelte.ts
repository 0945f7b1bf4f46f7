/** Work that takes its time and says how far it is, begun anew whenever what it is on changes. Made while a component is. */
export class Work<On extends object, T, Progress> {
  /** How far it is; null where nothing is to be done, or all is. */
  progress = $state.raw<Progress | null>(null);
  /** What came of it last, whatever that was on. */
  last = $state.raw<{ on: On; value?: T; failure?: Error }>();
  readonly #on: () => On | undefined;

  /**
   * @param on what is worked on, the same object for as long as that is the same; undefined for none
   * @param run does it, and tells at once how far it is
   */
  constructor(
    on: () => On | undefined,
    run: (on: On, signal: AbortSignal, tell: (progress: Progress) => void) => Promise<T>,
  ) {
    this.#on = on;
    $effect(() => {
      const now = on();
      if (!now) return;
      const abort = new AbortController();
      const end = (result: { value?: T; failure?: Error }): void => {
        if (abort.signal.aborted) return;
        this.last = { on: now, ...result };
        this.progress = null;
      };
      run(now, abort.signal, (progress) => (this.progress = progress)).then(
        (value) => end({ value }),
        (failure: Error) => end({ failure }),
      );
      return () => {
        abort.abort();
        this.progress = null;
      };
    });
  }

  get value(): T | undefined {
    return this.last?.on === this.#on() ? this.last?.value : undefined;
  }

  get failure(): Error | undefined {
    return this.last?.on === this.#on() ? this.last?.failure : undefined;
  }
}
