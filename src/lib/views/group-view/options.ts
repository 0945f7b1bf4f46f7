import { lensOptions } from '../kit/lens-options.js';
import { anyThat, nameOrNull, type OptionsOf } from '../kit/option-rules.js';
import type { HeadPlace } from '../../analysis/index.js';

const isHead = (value: unknown): boolean =>
  Number.isInteger((value as HeadPlace | null)?.layer) && Number.isInteger((value as HeadPlace | null)?.head);

/** The options of the group view; `GroupViewProps` says what each does. */
export const groupViewOptions = {
  queryGroup: nameOrNull,
  keyGroup: nameOrNull,
  chosenHeads: anyThat<readonly HeadPlace[]>(
    [],
    'heads: [{ layer: 3, head: 1 }]',
    (value) => Array.isArray(value) && value.every(isHead),
  ),
  ...lensOptions,
};

export type GroupViewOptions = OptionsOf<typeof groupViewOptions>;
