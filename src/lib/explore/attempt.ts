/** What came of something that may fail. */
export type Outcome<T> = { value: T; error?: undefined } | { value?: undefined; error: Error };

/** Does what may fail, for a derived value, which must not throw: Svelte asks it whether it has changed outside of whoever would catch that. */
export function attempt<T>(make: () => T): Outcome<T> {
  try {
    return { value: make() };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}
