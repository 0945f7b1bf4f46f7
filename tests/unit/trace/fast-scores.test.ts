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
  'scores of one vector or two of %i numbers, with any run of any number of keys',
  async (dim) => {
    const fastScores = await freshScores();
    for (const count of [1, 2, 3, 4, 5, 8, 9]) {
      const [queries, keys] = [vectors(2, dim, 1), vectors(count, dim, 2)];
      const scores = fastScores(keys, dim, 0.3)!;
      for (let start = 0; start <= count; start++)
        for (let end = start; end <= count; end++)
          for (const given of [1, 2]) {
            scores.rows.forEach((row) => row.fill(NaN));
            scores.score(queries.subarray(0, given * dim), { start, end });
            for (let query = 0; query < given; query++)
              for (let key = start; key < end; key++) {
                let sum = 0;
                for (let i = 0; i < dim; i++) sum += queries[query * dim + i]! * keys[key * dim + i]!;
                const place = `query ${query} of ${given}, key ${key} of ${start} to ${end}`;
                expect(scores.rows[query]![key], place).toBeCloseTo(0.3 * sum, 5);
              }
          }
    }
  },
);

test('the largest of a run, and the sum of its powers, where any run starts and ends', async () => {
  const fastScores = await freshScores();
  const scores = fastScores(vectors(40, 4, 1), 4, 1)!;
  const next = seeded(5);
  const values = Array.from({ length: 40 }, (_, i) => (i % 7 === 3 ? -Infinity : 100 * next() - 90));
  for (const which of [0, 1] as const) {
    scores.rows[1 - which]!.fill(1e6);
    scores.rows[which].set(values);
    for (let start = 0; start <= 40; start++)
      for (let end = start; end <= 40; end++) {
        const run = values.slice(start, end);
        expect(scores.largest(which, { start, end }), `${start} to ${end}`).toBe(Math.max(...run));
        const sum = run.reduce((all, value) => all + Math.exp(value - 2), 0);
        const fast = scores.sumOfExp(which, { start, end }, 2);
        expect(Math.abs(fast - sum), `${start} to ${end}`).toBeLessThanOrEqual(4e-6 * sum + 2e-38);
      }
  }
});

test('powers of all that float32 can tell apart', async () => {
  const scores = (await freshScores())(new Float32Array(4), 1, 1)!;
  const power = (value: number): number => {
    scores.rows[0][2] = value;
    return scores.sumOfExp(0, { start: 2, end: 3 }, 0);
  };
  for (let value = -87; value <= 88; value += 0.0137)
    expect(Math.abs(power(value) / Math.exp(value) - 1), String(value)).toBeLessThan(
      3e-7 + 6e-8 * Math.abs(value),
    );
  expect([0, -87.1, -1e30, -Infinity].map(power)).toEqual([1, 0, 0, 0]);
  expect([88.1, 1e30, Infinity].map(power)).toEqual([Infinity, Infinity, Infinity]);
  expect(power(NaN)).toBeNaN();
});

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
  [
    'mean weights of an odd number of queries',
    { queries: withOutliers(95, 64, 3), rowLevel: 2, colLevel: 3, reduce: 'mean' as const, weights: true },
  ],
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

/** log Σ exp of the scores of the keys that each query sees, from what the fields mean. */
function logSumExps(change: Partial<ProductTask>): number[] {
  const { queries, keys, dim, scale, firstQuery, firstKey, queryStep, keyStep, ahead, window } = task(change);
  return Array.from({ length: queries.length / dim }, (_, row) => {
    const position = firstQuery + row * queryStep;
    let sum = 0;
    for (let key = 0; key < keys.length / dim; key++) {
      const before = position - (firstKey + key * keyStep);
      if (before < -ahead || before + ahead >= window) continue;
      let product = 0;
      for (let i = 0; i < dim; i++) product += queries[row * dim + i]! * keys[key * dim + i]!;
      sum += Math.exp(product * scale);
    }
    return Math.log(sum);
  });
}

test.each([
  { queryStep: 1, window: 7 },
  { queryStep: 3, keyStep: 2, firstKey: 10, window: 40 },
  { queryStep: 1, keyStep: 8, ahead: 5, window: Infinity },
  { queryStep: 2000, window: 40 },
  { queryStep: 40, firstQuery: -300, ahead: 20, window: 30 },
])('each of two queries at once has the keys it sees: %o', async (change) => {
  const odd = { ...change, queries: vectors(41, 16, 3), keys: vectors(133, 16, 4), dim: 16 };
  const wanted = logSumExps(odd);
  for (const slow of [false, true])
    (await run(odd, slow)).forEach((value, row) => {
      if (wanted[row] === -Infinity) expect(value, `query ${row}`).toBe(-Infinity);
      else expect(value, `query ${row}`).toBeCloseTo(wanted[row]!, 5);
    });
});

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
