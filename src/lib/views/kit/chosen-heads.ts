import type { HeadPlace } from '../../analysis/index.js';
import { anyThat } from './option-rules.js';

const isHead = (value: unknown): boolean =>
  Number.isInteger((value as HeadPlace | null)?.layer) && Number.isInteger((value as HeadPlace | null)?.head);

/** An option that is heads of any layers, by the model's numbers. */
export const chosenHeads = anyThat<readonly HeadPlace[]>(
  [],
  'heads: [{ layer: 3, head: 1 }]',
  (value) => Array.isArray(value) && value.every(isHead),
);

const same = (a: HeadPlace, b: HeadPlace): boolean => a.layer === b.layer && a.head === b.head;

export const includesHead = (heads: readonly HeadPlace[], { layer, head }: HeadPlace): boolean =>
  heads.some((one) => same(one, { layer, head }));

/** The heads with one more, or without it where it was there. */
export const toggleHead = (heads: readonly HeadPlace[], { layer, head }: HeadPlace): HeadPlace[] =>
  includesHead(heads, { layer, head })
    ? heads.filter((one) => !same(one, { layer, head }))
    : [...heads, { layer, head }];
