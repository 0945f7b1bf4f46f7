import { anyThat, nameOrNull, type OptionsOf } from '../kit/option-rules.js';

/** The options of the evidence view; `EvidenceViewProps` says what each does. */
export const evidenceViewOptions = {
  columns: anyThat<readonly string[] | null>(
    null,
    'a list of names of streams, or null for all',
    (value) => value === null || (Array.isArray(value) && value.every((name) => typeof name === 'string')),
  ),
  sortBy: nameOrNull,
};

export type EvidenceViewOptions = OptionsOf<typeof evidenceViewOptions>;
