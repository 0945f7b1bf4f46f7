/** A prop as given last. */
class Given {
  value: unknown = $state.raw();
}

/**
 * Props that can be changed from outside, as a Svelte component takes them: each is tracked by itself, so that a new hover makes no
 * trace anew. Values are kept as they are: nothing wraps an array or a trace.
 */
export class GivenProps {
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- a SvelteMap tells all that read a name of every other
  readonly #given = new Map<string | symbol, Given>();
  #names: readonly string[] = $state.raw([]);
  /** What `mount` takes. */
  readonly props: Record<string, unknown>;

  /** @param names those of props that need not be given and are tracked each by itself all the same */
  constructor(names: readonly string[] = []) {
    for (const name of names) this.#given.set(name, new Given());
    this.props = new Proxy<Record<string, unknown>>(
      {},
      {
        get: (_, name) => this.#read(name),
        has: (_, name) => this.#names.includes(name as string),
        ownKeys: () => [...this.#names],
        getOwnPropertyDescriptor: (_, name) =>
          this.#names.includes(name as string)
            ? { value: this.#read(name), writable: true, enumerable: true, configurable: true }
            : undefined,
      },
    );
  }

  /** Those that say something new; a literal written anew with the same content does not. */
  set(change: Readonly<Record<string, unknown>>): void {
    const added: string[] = [];
    for (const [name, value] of Object.entries(change)) {
      let given = this.#given.get(name);
      if (!given) {
        given = new Given();
        this.#given.set(name, given);
      }
      if (!this.#names.includes(name)) added.push(name);
      if (!sameValue(given.value, value)) given.value = value;
    }
    if (added.length > 0) this.#names = [...this.#names, ...added];
  }

  /** Of a prop that nobody has named, that it is not given is tracked. */
  #read(name: string | symbol): unknown {
    return (this.#given.get(name) ?? (this.#names, undefined))?.value;
  }
}

/** Whether two values say the same: plain arrays and objects by what is in them, all else, typed arrays too, by identity. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  if (!isPlain(a) || !isPlain(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameValue(a[name], b[name]))
  );
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
