import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keptStream, keptWeights, type KeptHead, type KeyBudget } from '../../../src/lib/analysis/index.js';
import { wholeWeights } from '../../../src/lib/analysis/derivation.js';
import { loadSafetensors } from '../../../src/lib/io/index.js';
import { createTrace } from '../../../src/lib/trace/index.js';
import { even, names } from '../trace/arrays.js';

// make_derived.py computed these with numpy, without anything of ours.
const { kept: expected } = JSON.parse(readFileSync(new URL('derived.json', import.meta.url), 'utf8')) as {
  kept: { budget: KeyBudget; heads: { keys: number[]; weight: number; needle: KeptHead['needle'] }[] }[];
};
// Recorded queries and keys say that each head has its own keys.
const stream = (
  await loadSafetensors(new URL('../../../fixtures/induction.safetensors', import.meta.url))
).stream();

test.each(expected)('what $budget.policy keeps of every head', async ({ budget, heads }) => {
  const found = await keptWeights(stream, budget, { needle: { start: 20, end: 25 } });
  expect(found).toHaveLength(heads.length);
  for (const [i, { layer, head, keys, weight, needle }] of found.entries()) {
    const where = `layer ${layer}, head ${head}`;
    expect([...keys], where).toEqual(heads[i]!.keys);
    expect(weight, where).toBeCloseTo(heads[i]!.weight, 5);
    expect(needle!.keys, where).toBeCloseTo(heads[i]!.needle!.keys, 6);
    expect(needle!.weight, where).toBeCloseTo(heads[i]!.needle!.weight, 5);
  }
});

const rows = [[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.1, 0.1, 0.8, 0], [0.2, 0, 0.65, 0.15]]; // prettier-ignore

test('a stream of what is kept, the rest 0', async () => {
  const small = createTrace({ tokens: names(4), attention: [[rows]] }).stream();
  // Means over those that see a key: 0.45, 0.2, 0.725, 0.15.
  const kept = keptStream(small, { policy: 'h2o', budget: 3 });
  expect(kept.name).toBe('kept by h2o, 3');
  const weights = await wholeWeights(kept.matrix(0, 0));
  for (const [i, weight] of weights.entries())
    expect(weight).toBeCloseTo(i % 4 === 3 ? 0 : rows.flat()[i]!, 6);
  const [all] = await keptWeights(small, { policy: 'streaming', budget: 9 });
  expect(all).toMatchObject({ weight: 1, keys: Uint8Array.of(1, 1, 1, 1) });
});

test('heads that share keys keep the same ones', async () => {
  const other = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]]; // prettier-ignore
  const vectors = (heads: number) => ({ dims: [1, heads, 4, 1], data: new Float32Array(4 * heads) });
  const of = (heads: number) =>
    createTrace({ tokens: names(4), attention: [[rows, other]], values: vectors(heads) }).stream();
  const masks = async (heads: number) =>
    (await keptWeights(of(heads), { policy: 'h2o', budget: 1 })).map(({ keys }) => [...keys]);
  expect(await masks(2)).toEqual([[0, 0, 1, 0], [0, 1, 0, 0]]); // prettier-ignore
  // Together: 0.35, 0.6, 0.36, 0.075.
  expect(await masks(1)).toEqual([[0, 1, 0, 0], [0, 1, 0, 0]]); // prettier-ignore
});

test('queries that count, and those without weight', async () => {
  const small = createTrace({ tokens: names(4), attention: [[rows]] }).stream();
  const [last] = await keptWeights(
    small,
    { policy: 'streaming', budget: 2, sinks: 1 },
    { queries: { start: 2, end: 4 } },
  );
  expect(last!.weight).toBeCloseTo((0.1 + 0.35) / 2, 6);
});

test('refuses budgets that are none, and encoders', async () => {
  const ask = (budget: object, of = stream) => expect(keptWeights(of, budget as KeyBudget)).rejects;
  await ask({ policy: 'lru', budget: 3 }).toThrow(/found "lru", expected 'streaming', 'h2o' or 'snapkv'/);
  await ask({ policy: 'h2o', budget: 0 }).toThrow(/budget: found 0, expected a whole number from 1/);
  await ask({ policy: 'snapkv', budget: 20, pool: 4 }).toThrow(/found 4, expected an odd number/);
  await ask({ policy: 'snapkv', budget: 20 }).toThrow(/expected at least 40, the window/);
  const encoder = createTrace({ tokens: names(3), attention: even(1, 1, 3) }).stream();
  await ask({ policy: 'h2o', budget: 2 }, encoder).toThrow(/attention that is not causal/);
  await expect(
    keptWeights(stream, { policy: 'h2o', budget: 3 }, { needle: { start: 5, end: 99 } }),
  ).rejects.toThrow(/needle: found start 5, end 99/);
});
