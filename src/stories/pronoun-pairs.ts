import { groupShares, groupsFromWords, type HeadValue } from '../lib/analysis/index.js';
import { parseSafetensors, traceFromTensors } from '../lib/io/index.js';
import type { Trace } from '../lib/index.js';

/** Work done mostly by women, and mostly by men, where statistics are kept. */
const women = [
  ...['nurse', 'secretary', 'teacher', 'librarian', 'cleaner', 'receptionist'],
  ...['housekeeper', 'assistant', 'hairdresser', 'cashier', 'counselor', 'attendant'],
];
const men = [
  ...['doctor', 'manager', 'principal', 'engineer', 'carpenter', 'mechanic'],
  ...['farmer', 'lawyer', 'plumber', 'guard', 'pilot', 'driver'],
];

/** One sentence with “he” and with “she”, of each of 24 templates: all-MiniLM-L6-v2, see fixtures/make_pronouns.py. */
export function pairsFrom(bytes: Uint8Array): [he: Trace, she: Trace][] {
  const { tensors, metadata } = parseSafetensors(bytes);
  const traceOf = (name: string): Trace =>
    traceFromTensors({ attention: tensors.get(name)! }, { tokens: metadata.get(name) });
  return Array.from({ length: Number(metadata.get('pairs')) }, (_, i) => [
    traceOf(`he.${i}`),
    traceOf(`she.${i}`),
  ]);
}

/** Of each head, what the pronoun gives to the word for women's work less what it gives to that for men's. */
export async function preference(trace: Trace): Promise<HeadValue[]> {
  const stream = trace.stream();
  const [pronoun, ...work] = groupsFromWords(stream.keyTokens, { pronoun: ['he', 'she'], women, men });
  const shares = await groupShares(stream, { queryGroups: [pronoun!], keyGroups: work });
  const toMen = shares.headValues(0, 1);
  return shares.headValues(0, 0).map((one, i) => ({ ...one, value: one.value - toMen[i]!.value }));
}
