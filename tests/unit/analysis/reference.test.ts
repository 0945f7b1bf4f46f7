// Measures against numpy and scipy, which make_reference.py asked, where measures.test.ts and over-layers.test.ts do not.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  averageProductCorrection,
  entropy,
  firstTokenShare,
  flow,
  measureHeads,
  measures,
  overLayers,
  retrievalScore,
  rollout,
  sinkRate,
  sinkScores,
  uniformAttention,
  valueNorms,
  type MeasureName,
} from '../../../src/lib/analysis/index.js';
import { wholeWeights } from '../../../src/lib/analysis/derivation.js';
import { loadSafetensors } from '../../../src/lib/io/index.js';
import { createTrace, type Matrix, type Stream } from '../../../src/lib/trace/index.js';

type Name = 'minilm' | 'induction' | 'tiny';
const expected = JSON.parse(readFileSync(new URL('reference.json', import.meta.url), 'utf8')) as {
  tiny: { tokens: string[]; heads: Record<MeasureName | 'normalizedEntropy', number>[][] };
  sinks: Record<Name, number[]>;
  sinkRate: Record<Name, number>;
  apc: Record<Name, number[][]>;
  valueNorms: number[][];
  overLayers: Record<'sum' | 'mean' | 'max', number[][]>;
  uniform: number[][];
  rollout: number[][];
  flow: [query: number, key: number, most: number][];
  retrieval: number[][];
};
const fixture = async (name: string) =>
  (await loadSafetensors(new URL(`../../../fixtures/${name}.safetensors`, import.meta.url))).stream();

/** A random model of windows of 5 tokens, which knows no text: one that repeats itself is laid beside it. */
async function tinyStream(): Promise<Stream> {
  const recorded = await fixture('families/mistral');
  const heads = recorded.layers.map((layer) =>
    Promise.all(
      recorded.heads.map(async (head) => {
        const weights = await wholeWeights(recorded.matrix(layer, head));
        return Array.from({ length: 13 }, (_, row) => weights.slice(row * 13, (row + 1) * 13));
      }),
    ),
  );
  return createTrace({ tokens: expected.tiny.tokens, attention: await Promise.all(heads) }).stream();
}
const streams: Record<Name, Stream> = {
  minilm: await fixture('minilm-pair-float32'),
  induction: await fixture('induction'),
  tiny: await tinyStream(),
};
const all: Name[] = ['minilm', 'induction', 'tiny'];

async function expectClose(found: Matrix | ArrayLike<number>, wanted: readonly number[]): Promise<void> {
  const numbers = 'block' in found ? await wholeWeights(found) : Array.from(found);
  expect(numbers).toHaveLength(wanted.length);
  numbers.forEach((number, i) => expect(Math.abs(number - wanted[i]!), `number ${i}`).toBeLessThan(1e-5));
}

describe('every measure of the heads of a tiny random model', () => {
  test.each(Object.keys(measures) as MeasureName[])('%s', async (measure) => {
    for (const { layer, head, value } of await measureHeads(streams.tiny, measure))
      expect(Math.abs(value - expected.tiny.heads[layer]![head]![measure])).toBeLessThan(1e-5);
  });

  test('normalised entropy', () => {
    const { layers, heads } = streams.tiny;
    for (const layer of layers)
      for (const head of heads)
        expect(entropy(streams.tiny.matrix(layer, head), { normalized: true, causal: true })).toBeCloseTo(
          expected.tiny.heads[layer]![head]!.normalizedEntropy,
          5,
        );
  });
});

test.each(all)('sinks of every head of a layer, and how many heads have one: %s', async (name) => {
  const stream = streams[name];
  const layer = name === 'minilm' ? 2 : 1;
  const scores = await Promise.all(
    stream.heads.map((head) => sinkScores(stream.matrix(layer, head), { causal: stream.causal })),
  );
  await expectClose(scores.flatMap((head) => [...head]), expected.sinks[name].flat()); // prettier-ignore
  const shares = stream.layers.flatMap((one) =>
    stream.heads.map((head) => firstTokenShare(stream.matrix(one, head)) as number),
  );
  expect(sinkRate(shares)).toBeCloseTo(expected.sinkRate[name], 7);
});

test.each([
  ['minilm', 3, 1],
  ['induction', 1, 0],
  ['tiny', 0, 1],
] as const)('average product correction: %s', async (name, layer, head) => {
  await expectClose(averageProductCorrection(streams[name]).matrix(layer, head), expected.apc[name].flat());
});

test('value norms of MiniLM, without W_O', async () => {
  const found = valueNorms(await fixture('minilm-pair'));
  await expectClose(found.matrix(4, 5), expected.valueNorms.flat());
});

test.each(['sum', 'mean', 'max'] as const)('%s over layers of MiniLM', async (how) => {
  await expectClose(overLayers(streams.minilm, how).matrix(4, 7), expected.overLayers[how].flat());
});

test('rollout of a tiny random model, and of uniform attention', async () => {
  await expectClose(rollout(streams.tiny).matrix(1, 0), expected.rollout.flat());
  await expectClose(rollout(uniformAttention(streams.induction)).matrix(1, 0), expected.uniform.flat());
});

test('flow of MiniLM, as linear programmes have it', async () => {
  const weights = await wholeWeights(flow(streams.minilm).matrix(2, 0));
  for (const [query, key, most] of expected.flow)
    expect(Math.abs(weights[query * 24 + key]! - most), `${query}, ${key}`).toBeLessThan(1e-5);
});

test('retrieval of what was said before, in every head of the induction model', async () => {
  const { keyTokens } = streams.induction;
  const score = retrievalScore({ start: 0, end: 8 }, keyTokens.length / 2);
  for (const { layer, head, value } of await measureHeads(streams.induction, score))
    expect(value).toBeCloseTo(expected.retrieval[layer]![head]!, 6);
});
