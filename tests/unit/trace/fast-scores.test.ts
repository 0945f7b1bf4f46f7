import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { assemble } from '../../../scripts/wasm.js';
import { drain } from '../../../src/lib/trace/pyramid/drain.js';
import { multiply, type ProductTask } from '../../../src/lib/trace/pyramid/product.js';
import { seeded } from './arrays.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const vectors = (count: number, dim: number, seed: number): Float32Array => {
  const next = seeded(seed);
  return Float32Array.from({ length: count * dim }, () => 4 * next() - 2);
};

async function freshScores() {
  vi.resetModules();
  return (await import('../../../src/lib/trace/pyramid/fast-scores.js')).fastScores;
}

test.each([1, 3, 4, 5, 64, 65])(
  'scores of vectors of %i numbers, of any run of any number of keys',
  async (dim) => {
    const fastScores = await freshScores();
    for (const count of [1, 2, 3, 4, 5, 8, 9]) {
      const [query, keys] = [vectors(1, dim, 1), vectors(count, dim, 2)];
      const score = fastScores(keys, dim, 0.3)!;
      for (let start = 0; start <= count; start++)
        for (let end = start; end <= count; end++) {
          const scores = score(query, { start, end });
          for (let key = start; key < end; key++) {
            let sum = 0;
            for (let i = 0; i < dim; i++) sum += query[i]! * keys[key * dim + i]!;
            expect(scores[key], `key ${key} of ${start} to ${end}`).toBeCloseTo(0.3 * sum, 5);
          }
        }
    }
  },
);

/** As models have them: a few dimensions that are far larger than the others. */
function withOutliers(count: number, dim: number, seed: number): Float32Array {
  return vectors(count, dim, seed).map((value, i) => (i % dim < 2 ? 12 * value : value));
}

const task = (change: Partial<ProductTask>): ProductTask => ({
  ...{
    op: 'product',
    queries: withOutliers(96, 64, 3),
    keys: withOutliers(130, 64, 4),
    dim: 64,
    scale: 1 / 8,
  },
  ...{ firstQuery: 60, firstKey: 0, queryStep: 1, keyStep: 1, ahead: 0, window: 100 },
  ...{ softCap: Infinity, slope: 0, bias: null, logSumExp: null, rowLevel: 0, colLevel: 0, reduce: 'max' },
  ...change,
});

async function run(change: Partial<ProductTask>, slow: boolean): Promise<Float32Array> {
  if (slow)
    vi.stubGlobal('WebAssembly', {
      Module: class {
        constructor() {
          throw new WebAssembly.CompileError('a policy forbids it');
        }
      },
    });
  vi.resetModules();
  const fresh = await import('../../../src/lib/trace/pyramid/product.js');
  const { data } = drain(fresh.multiply(task(change)));
  vi.unstubAllGlobals();
  return data as Float32Array;
}

test.each([
  ['log-sum-exps', {}],
  ['largest weights', { rowLevel: 2, colLevel: 3, reduce: 'max' as const, weights: true }],
  ['mean weights', { rowLevel: 1, colLevel: 5, reduce: 'mean' as const, weights: true }],
  ['with soft-cap and ALiBi', { rowLevel: 3, colLevel: 3, softCap: 30, slope: 0.1, weights: true }],
])(
  '%s are those of float64 to 1e-5, also where a few dimensions are far larger',
  async (_, { weights, ...change }: Partial<ProductTask> & { weights?: boolean }) => {
    const logSumExp = weights
      ? await run({ ...change, rowLevel: 0, colLevel: 0, logSumExp: null }, true)
      : null;
    const [fast, exact] = [
      await run({ ...change, logSumExp }, false),
      await run({ ...change, logSumExp }, true),
    ];
    expect(exact.some((value) => value !== 0)).toBe(true);
    expect(fast).not.toEqual(exact);
    // A log-sum-exp over 64 is itself held to 1e-5 at best.
    fast.forEach((value, i) =>
      expect(Math.abs(value - exact[i]!), `number ${i}`).toBeLessThan(
        Math.max(1e-5, Math.abs(exact[i]!) * 2 ** -22),
      ),
    );
  },
);

test('weights that are read one by one are of float64 sums', () => {
  const steps = multiply(
    task({ logSumExp: new Float32Array(96).fill(3), window: Infinity, ahead: Infinity }),
  );
  let step = steps.next();
  while (!step.done) step = steps.next();
  const { queries, keys } = task({});
  let sum = 0;
  for (let i = 0; i < 64; i++) sum += queries[i]! * keys[i]!;
  expect(step.value.data[0]).toBe(Math.fround(Math.exp(sum / 8 - 3)));
});

test('the bytes are those of the text', async () => {
  const held = readFileSync('src/lib/trace/pyramid/score-keys.wasm.ts', 'utf8');
  expect(held, 'npm run wasm writes them').toBe(await assemble());
});

test.each([
  [15, 0],
  [16, 1],
])('of a few queries no keys are copied: of %i %i times', async (queries, times) => {
  const { Instance, Module } = WebAssembly;
  let made = 0;
  class Counted extends Instance {
    constructor(module: WebAssembly.Module) {
      super(module);
      made++;
    }
  }
  vi.stubGlobal('WebAssembly', { Module, Instance: Counted });
  await run({ queries: withOutliers(queries, 64, 3) }, false);
  expect(made).toBe(times);
});
