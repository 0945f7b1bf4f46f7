/**
 * A value that may have to be waited for: undefined until then, or where there is none. Made while a component is; what is no
 * longer asked for is aborted.
 */
export class Ready<T extends object> {
  readonly #read: (signal: AbortSignal) => T | Promise<T> | undefined;
  #now = $derived.by(() => {
    const abort = new AbortController();
    try {
      return { abort, value: this.#read(abort.signal) };
    } catch (error) {
      return { abort, error: error as Error };
    }
  });
  #arrived = $state.raw<{ of: object; value?: T; error?: Error }>();

  constructor(read: (signal: AbortSignal) => T | Promise<T> | undefined) {
    this.#read = read;
    $effect(() => {
      const of = this.#now;
      const arrive = (result: { value?: T; error?: Error }): void => {
        if (!of.abort.signal.aborted) this.#arrived = { of, ...result };
      };
      if (of.value instanceof Promise)
        of.value.then(
          (value) => arrive({ value }),
          (error: Error) => arrive({ error }),
        );
      return () => of.abort.abort();
    });
  }

  get value(): T | undefined {
    const { value } = this.#now;
    if (!(value instanceof Promise)) return value;
    return this.#arrived?.of === this.#now ? this.#arrived.value : undefined;
  }

  get error(): Error | undefined {
    return this.#now.error ?? (this.#arrived?.of === this.#now ? this.#arrived.error : undefined);
  }

  /** The value once it is there; rejects with the error. */
  async arrival(): Promise<T | undefined> {
    if (this.#now.error) throw this.#now.error;
    return this.#now.value;
  }

  /** Whether the value is on its way. */
  get waiting(): boolean {
    return this.#now.value instanceof Promise && this.#arrived?.of !== this.#now;
  }
}
