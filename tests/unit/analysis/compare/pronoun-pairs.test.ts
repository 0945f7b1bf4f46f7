// Real pairs, beside what SciPy made of them where they were recorded (fixtures/make_pronouns.py).
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { comparePairs } from '../../../../src/lib/analysis/index.js';
import { pairsFrom, preference } from '../../../../src/stories/pronoun-pairs.js';

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../../../fixtures/${name}`, import.meta.url));
const check = JSON.parse(fixture('pronoun-pairs.check.json').toString()) as Record<
  'mean' | 'low' | 'high' | 'p' | 'q',
  number[]
> & { differences: number[][] };

test('of 24 pairs with “he” and with “she”: differences to 1e-6, intervals and discoveries as SciPy has them', async () => {
  const pairs = pairsFrom(fixture('pronoun-pairs.safetensors'));
  expect(pairs).toHaveLength(24);
  const heads = await comparePairs(pairs, preference);
  expect(heads).toHaveLength(72);
  heads.forEach(({ differences, mean, low, high, p }, h) => {
    differences.forEach((of, pair) => expect(of).toBeCloseTo(check.differences[h]![pair]!, 6));
    expect(mean).toBeCloseTo(check.mean[h]!, 6);
    // Both draw samples, each its own: 2,000 here, 20,000 there.
    const slack = 0.15 * (check.high[h]! - check.low[h]!);
    expect(Math.abs(low - check.low[h]!)).toBeLessThan(slack);
    expect(Math.abs(high - check.high[h]!)).toBeLessThan(slack);
    expect(Math.abs(p - check.p[h]!)).toBeLessThan(0.02);
  });
  // What is near the limit may fall on either side of it.
  const found = new Set(heads.flatMap(({ discovered }, h) => (discovered ? [h] : [])));
  check.q.forEach((q, h) => {
    if (Math.abs(q - 0.05) > 0.01) expect(found.has(h), `head ${h}, q ${q}`).toBe(q < 0.05);
  });
  // The head that stands out, and the way back from it to the pair that moved most.
  const most = heads.reduce((a, b) => (Math.abs(b.mean) > Math.abs(a.mean) ? b : a));
  expect(most).toMatchObject({ layer: 1, head: 3, discovered: true });
  const pair = most.differences.indexOf(Math.max(...most.differences));
  const [he, she] = pairs[pair]!;
  const of = async (trace: typeof he): Promise<number> =>
    (await preference(trace)).find(({ layer, head }) => layer === 1 && head === 3)!.value;
  expect((await of(she)) - (await of(he))).toBeCloseTo(most.differences[pair]!, 12);
});
