import type { Labels } from './labels/index.js';

/** What is told of what is under the pointer or cursor: the status line, the tooltip and the live region show this and no other. */
export interface Readout {
  /** Where: `layer 3, head 1`. */
  readonly place: string;
  /** What, each with its number as text: `cat → sat` and `0.35`. */
  readonly facts: readonly Fact[];
  /** What else is to be known of it: a rank, a share that is missing, why it cannot be read. */
  readonly notes?: readonly string[];
  /** Whether its numbers are still being read: nothing is spoken, and no tooltip shown, until they are. */
  readonly pending?: boolean;
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** A readout in a sentence, as a screen reader says it. */
export function spoken({ place, facts, notes = [] }: Readout, labels: Labels): string {
  const said = facts.map(({ name, value }) => (value ? labels.fact(name, value) : name));
  return labels.told(place, labels.list([...said, ...notes.filter(Boolean)]));
}
