import type { FactBook } from '../onnx/facts.js';

/** Inputs that say which tokens count and where they stand, not what they are. */
const NOT_TEXT = /mask|position|past|cache|seqlens|total_sequence/i;

/** Whether an input's name is of one that tokens are read from. */
export const isText = (name: string): boolean => !NOT_TEXT.test(name);

/** Whether what a value comes from says at most where tokens stand. */
export const isPlaceOnly = (facts: FactBook, sources: bigint): boolean =>
  !facts.sourceNames(sources).some(isText);
