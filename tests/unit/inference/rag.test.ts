// The model that answers from documents, and its recorded answer: what it looks at, beside what it needs.
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import {
  groupShares,
  groupsFromSegments,
  groupsFromSentences,
  rankCorrelation,
} from '../../../src/lib/analysis/index.js';
import { loadSafetensors } from '../../../src/lib/io/index.js';
import { removeDocuments } from '../../../src/stories/rag.js';
import { documents as tokenizer } from '../../../src/stories/inference/tokenizers.js';
import { fixture, model, useTracers, weightsOf } from './run-tracer.js';

const tracerOf = useTracers();
const trace = await loadSafetensors(new Blob([fixture('rag.safetensors') as Uint8Array<ArrayBuffer>]));
const { keyTokens, keySegments } = trace.stream();
const documents = groupsFromSegments(keyTokens, keySegments.slice(0, -1));
const sentences = groupsFromSentences(keyTokens, { within: keySegments.at(-1)! });
const check = JSON.parse(
  readFileSync(new URL('../../../fixtures/rag.check.json', import.meta.url), 'utf8'),
) as {
  restsOn: Record<string, string[]>;
  /** `[layer, head, sentence, document]` */
  shares: Record<'in' | 'out' | 'renormalized', number[][][][]>;
};

test.each([
  ['in', {}],
  ['out', { hide: 'first' }],
  ['renormalized', { hide: 'first', renormalize: true }],
] as const)('shares are those of NumPy to 1e-6 for every head, the first token %s', async (name, options) => {
  const shares = await groupShares(trace.stream(), {
    queryGroups: sentences,
    keyGroups: documents,
    ...options,
  });
  expect(sentences.map((one) => one.name)).toEqual(Object.keys(check.restsOn));
  expect(shares.heads).toHaveLength(12);
  check.shares[name].flat().forEach((head, h) =>
    head.forEach((row, sentence) =>
      row.forEach((share, document) => {
        expect(Math.abs(shares.cell(sentence, document, [h]).share - share)).toBeLessThan(1e-6);
      }),
    ),
  );
});

test('the model in the page records what was recorded', async () => {
  const tracer = tracerOf({ ort, model: model('rag/model.onnx'), tokenizer });
  const again = await tracer.trace(trace.text!);
  expect(again.stream().keyTokens.map(({ raw }) => raw)).toEqual(keyTokens.map(({ raw }) => raw));
  for (const layer of [0, 1, 2])
    for (const head of [0, 1, 2, 3]) {
      const stored = weightsOf(trace, 'self', layer, head);
      const found = weightsOf(again, 'self', layer, head);
      expect(found).toHaveLength(stored.length);
      // Stored as float16.
      expect(
        found.reduce((most, weight, i) => Math.max(most, Math.abs(weight - stored[i]!)), 0),
      ).toBeLessThan(1e-3);
    }
});

test('the document that a sentence rests on is the one whose removal changes the answer most', async () => {
  const tracer = tracerOf({ ort, model: model('rag/model.onnx'), tokenizer });
  const removed = await removeDocuments(tracer, trace);
  const changesOf = (sentence: string) => removed.filter(({ query }) => query === sentence);
  for (const [sentence, [planted, ...others]] of Object.entries(check.restsOn)) {
    const changes = changesOf(sentence);
    expect(changes.map(({ key }) => key)).toEqual(documents.map(({ name }) => name));
    const most = changes.reduce((a, b) => (b.change > a.change ? b : a));
    if (others.length > 0) continue;
    expect(most.key).toBe(planted);
    expect(most.change).toBeGreaterThan(0.5);
    for (const { key, change } of changes) if (key !== planted) expect(change).toBeLessThan(most.change / 2);
  }
  // What two documents say, the model needs of neither, but of one of the two.
  const [twice, [first, second]] = Object.entries(check.restsOn).at(-1)! as [string, [string, string]];
  for (const { change } of changesOf(twice)) expect(change).toBeLessThan(0.5);
  const both = documents.filter(({ name }) => name === first || name === second);
  const cost = keyTokens.findLastIndex(({ text }) => text.trim() === '930');
  const { changes } = await tracer.ablate(
    trace.text!,
    { group: { name: 'both', positions: both.flatMap(({ positions }) => [...positions]) } },
    { position: cost - 1 },
  );
  expect(changes[0]!.change).toBeGreaterThan(0.5);
  // Beside what it looks at: of each fact that one document tells, what gets most is what is needed most.
  const shares = await groupShares(trace.stream(), { queryGroups: sentences, keyGroups: documents });
  for (const i of [0, 1, 2]) {
    const ofDocuments = documents.map((_, k) => shares.cell(i, k).share);
    const changes = changesOf(sentences[i]!.name).map(({ change }) => change);
    expect(rankCorrelation(ofDocuments, changes)).toBeGreaterThan(0);
  }
});
