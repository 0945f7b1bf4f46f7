import { untrack } from 'svelte';
import { headOf } from '../../explore/choose-head.js';
import type { Exploration } from '../../explore/exploration.svelte.js';
import type { StartingChoice } from '../../explore/resolve-selection.js';
import type { Selection } from '../../explore/types.js';
import { sameOption } from './same-option.js';
import type { Binding, Bindings } from './types.js';

/**
 * The props `stream`, `layer`, `heads` and `head`: a view starts from them, follows them when they change from outside, and writes
 * what is chosen to them. Made while a component is.
 */
export class BoundChoice {
  /** As given from outside: without what was written here. */
  given: StartingChoice = $state.raw({});
  #written: StartingChoice = {};

  constructor(private readonly bound: Bindings) {
    this.given = this.#read();
  }

  /** From now on, moves an exploration to what is given, and writes what is selected in it. */
  keepWith(exploration: Exploration): void {
    $effect.pre(() => {
      const now = this.#read();
      untrack(() => {
        const before = this.given;
        if (sameOption(now, before)) return;
        this.given = now;
        exploration.follow(before, now);
      });
    });
    $effect(() => {
      const { selection } = exploration;
      if (selection) untrack(() => this.#write(selection));
    });
  }

  #read(): StartingChoice {
    const read = <K extends keyof StartingChoice>(name: K): StartingChoice[K] => {
      const now = this.bound[name][0]() as StartingChoice[K];
      return now !== undefined && sameOption(now, this.#written[name]) ? this.given[name] : now;
    };
    return { stream: read('stream'), layer: read('layer'), heads: read('heads'), head: read('head') };
  }

  #write(selection: Selection): void {
    const { stream, layer, heads } = selection;
    this.#written = { stream, layer, heads, head: headOf(selection) };
    for (const [name, value] of Object.entries(this.#written)) {
      const [get, set] = this.bound[name as keyof StartingChoice] as unknown as Binding<unknown>;
      if (!sameOption(get(), value)) set(value);
    }
  }
}
