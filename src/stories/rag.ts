import { groupsFromSegments, groupsFromSentences } from '../lib/analysis/index.js';
import type { RemovedGroup, Trace } from '../lib/index.js';
import type { Tracer } from '../lib/inference/index.js';

/** What each sentence of the answer tells: the words that could have been others. */
const told = ['Okafor', 'red', '1871', '930'];

/**
 * What taking each document away from the model changes, for each sentence of the answer: how far the distribution moves from which its
 * fact was taken.
 */
export async function removeDocuments(tracer: Tracer, trace: Trace): Promise<RemovedGroup[]> {
  const { keyTokens, keySegments } = trace.stream();
  const documents = groupsFromSegments(keyTokens, keySegments.slice(0, -1));
  const removed: RemovedGroup[] = [];
  for (const sentence of groupsFromSentences(keyTokens, { within: keySegments.at(-1)! })) {
    const fact = sentence.positions.find((at) => told.includes(keyTokens[at]!.text.trim()))!;
    const { changes } = await tracer.ablate(trace.text!, { group: documents }, { position: fact - 1 });
    removed.push(...changes.map(({ group, change }) => ({ key: group!, query: sentence.name, change })));
  }
  return removed;
}
