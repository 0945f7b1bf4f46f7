import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  checkHead,
  dimensionContributions,
  hasQueryKey,
  logSumExp,
  queryKey,
  scoreRow,
  softmaxRow,
  visibleKeys,
} from '../../../src/lib/analysis/query-key/index.js';
import { loadSafetensors, parseSafetensors, topKeyAttention } from '../../../src/lib/io/index.js';
import {
  blockWeights,
  createTrace,
  type Block,
  type Stream,
  type Trace,
} from '../../../src/lib/trace/index.js';

const fixture = (name: string) => new URL(`../../../fixtures/${name}`, import.meta.url);
const load = (name: string): Promise<Trace> => loadSafetensors(fixture(`${name}.safetensors`));

/** Two queries and keys of two numbers; scores ÷ √2 are easy to work out by hand. */
const small = () =>
  createTrace({
    tokens: ['a', 'b'],
    attention: [
      [
        [
          [1, 0],
          [0.2, 0.8],
        ],
      ],
    ],
    queries: [
      [
        [
          [1, 2],
          [-1, 0.5],
        ],
      ],
    ],
    keys: [
      [
        [
          [3, -1],
          [0, 4],
        ],
      ],
    ],
  }).stream();

async function checkAll(stream: Stream) {
  const checks = [];
  for (const layer of stream.layers)
    for (const head of stream.heads) checks.push({ layer, head, ...(await checkHead(stream, layer, head)) });
  return checks;
}

describe('scores and their softmax', () => {
  test('q·k ÷ √d by hand', () => {
    const vectors = queryKey(small(), 0, 0);
    // (1·3 − 2·1, 1·0 + 2·4) = (1, 8) and (−3 − 0.5, 2) = (−3.5, 2)
    expect([...scoreRow(vectors, 0)]).toEqual([1, 8].map((n) => n * (1 / Math.SQRT2)));
    expect([...scoreRow(vectors, 1)]).toEqual([-3.5, 2].map((n) => n * (1 / Math.SQRT2)));
    expect([...scoreRow(queryKey(small(), 0, 0, 1), 1)]).toEqual([-3.5, 2]);
  });

  test('where only the last queries were recorded, each sees the keys up to its own position', () => {
    const trace = createTrace({
      tokens: ['a', 'b', 'c'],
      attention: [
        [
          [
            [0.25, 0.75, 0],
            [0.2, 0.3, 0.5],
          ],
        ],
      ],
      queries: [[[[1], [1]]]],
      // ln of the weights: what their softmax gives back.
      keys: [[[[Math.log(0.2)], [Math.log(0.3)], [Math.log(0.5)]]]],
    });
    const vectors = queryKey(trace.stream(), 0, 0, 1);
    expect([0, 1].map((query) => visibleKeys(vectors, query))).toEqual([2, 3]);
    expect([...softmaxRow(scoreRow(vectors, 1), 3)].map((weight) => weight.toFixed(4))).toEqual([
      '0.2000',
      '0.3000',
      '0.5000',
    ]);
    expect([...softmaxRow(scoreRow(vectors, 0), 2)].map((weight) => weight.toFixed(4))).toEqual([
      '0.4000',
      '0.6000',
      '0.0000',
    ]);
  });

  test('a causal query sees the keys up to its own', () => {
    const vectors = queryKey(small(), 0, 0);
    expect([0, 1].map((query) => visibleKeys(vectors, query))).toEqual([1, 2]);
    expect([...softmaxRow([1, 8], 1)]).toEqual([1, 0]);
  });

  test('the softmax of logarithms gives their numbers back', () => {
    const weights = softmaxRow([Math.log(1), Math.log(3), Math.log(4)]);
    [1 / 8, 3 / 8, 4 / 8].forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 12));
  });

  test('scores too large and too small for exp', () => {
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 9);
    expect(logSumExp([-1000, -1000])).toBeCloseTo(-1000 + Math.LN2, 9);
    expect([...softmaxRow([2000, -2000])]).toEqual([1, 0]);
    expect(logSumExp([], 0)).toBe(-Infinity);
  });

  test('contributions of dimensions sum to how far attended scores lie over the average', () => {
    const vectors = queryKey(small(), 0, 0, 1);
    // Weights ¼ and ¾ over keys (3, −1) and (0, 4): −¼·3 and ¼·5 more than the average key, times q = (−1, ½).
    const contributions = dimensionContributions(vectors, 1, [0.25, 0.75], 2);
    expect([...contributions]).toEqual([0.75, 0.625]);
    const [first, second] = scoreRow(vectors, 1) as unknown as [number, number];
    expect(contributions[0]! + contributions[1]!).toBe(first / 4 + (second * 3) / 4 - (first + second) / 2);
  });

  test('a stream without queries and keys, and numbers it does not hold', () => {
    const bare = createTrace({ tokens: ['a'], attention: [[[[1]]]] }).stream();
    expect([hasQueryKey(bare), hasQueryKey(small())]).toEqual([false, true]);
    expect(() => queryKey(bare, 0, 0)).toThrow('no queries and keys');
    expect(() => queryKey(small(), 1, 0)).toThrow('no layer 1, head 0');
  });
});

describe('shared heads of keys', () => {
  test('each equal run of heads shares one', () => {
    const attention = { dims: [1, 6, 1, 1], data: new Float32Array(6).fill(1) };
    const queries = { dims: [1, 6, 1, 1], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
    const keys = { dims: [1, 2, 1, 1], data: Float32Array.of(10, 100) };
    const stream = createTrace({ tokens: ['a'], attention, queries, keys }).stream();
    const scores = stream.heads.map((head) => scoreRow(queryKey(stream, 0, head), 0)[0]);
    expect(scores).toEqual([10, 20, 30, 400, 500, 600]);
    expect(queryKey(stream, 0, 4).keyHead).toEqual({ number: 1, count: 2, sharedBy: [3, 4, 5] });
  });
});

describe('recorded attention is the softmax of the queries and keys recorded with it', () => {
  test.each(['induction', 'dates'])('%s, every stream, layer and head, to 1e-5', async (name) => {
    const { streams } = await load(name);
    expect(streams.map((stream) => stream.name)).toEqual(
      name === 'dates' ? ['encoder', 'decoder', 'cross'] : ['self'],
    );
    for (const stream of streams)
      for (const check of await checkAll(stream)) {
        expect(check).toMatchObject({ verdict: 'exact' });
        expect(check.difference).toBeLessThan(1e-5);
      }
  });

  test('MiniLM, against the weights PyTorch gave, to 1e-5', async () => {
    const stream = (await load('minilm-pair')).stream();
    const { weights } = JSON.parse(readFileSync(fixture('minilm-pair.check.json'), 'utf8')) as {
      weights: [layer: number, head: number, query: number, key: number, weight: number][];
    };
    expect(weights.length).toBeGreaterThan(100);
    for (const [layer, head, query, key, weight] of weights) {
      const computed = softmaxRow(scoreRow(queryKey(stream, layer, head), query))[key]!;
      expect(Math.abs(computed - weight)).toBeLessThan(1e-5);
    }
  });

  test('MiniLM, against all that PyTorch gave, to 1e-5', async () => {
    const pair = (await load('minilm-pair')).stream();
    const recorded = (await load('minilm-pair-float32')).stream();
    for (const check of await checkAll({ ...pair, matrix: recorded.matrix })) {
      expect(check).toMatchObject({ verdict: 'exact' });
      expect(check.difference).toBeLessThan(1e-5);
    }
  });

  test('MiniLM as stored: to what rounding to float16 and to uint8 allows', async () => {
    for (const check of await checkAll((await load('minilm-pair')).stream())) {
      expect(check).toMatchObject({ verdict: 'rounded' });
      expect(check.difference).toBeLessThan(2 ** -12 + 1e-5);
    }
    for (const check of await checkAll((await load('minilm-paragraph')).stream()))
      expect(check).toMatchObject({ verdict: 'rounded' });
  });

  const folder = process.env.ATTENTRACE_REFERENCE;
  const llama = `${folder}/stories260K/stories260k-0`;
  test.skipIf(!folder || !existsSync(`${llama}.safetensors`))(
    'a Llama with rotary embedding and 8 heads over 4 heads of keys',
    async () => {
      const tokens = JSON.parse(readFileSync(`${llama}.tokens.json`, 'utf8')).tokens as string[];
      const tensors = (name: string) => parseSafetensors(readFileSync(name), name).tensors;
      const recorded = tensors(`${llama}.safetensors`);
      const keys = recorded.get('k')!;
      const size = keys.dims[2]! * keys.dims[3]!;
      // The file repeats each head of keys: keep the first of each pair.
      const data = new Float32Array(5 * 4 * size);
      for (let i = 0; i < 20; i++)
        data.set((keys.data as Float32Array).subarray(2 * i * size, (2 * i + 1) * size), i * size);
      // Attention computed independently in float64, not by the model that gave queries and keys.
      for (const attention of [
        recorded.get('attentions')!,
        tensors(`${llama}.check.safetensors`).get('attentions')!,
      ]) {
        const stream = createTrace({
          tokens,
          attention,
          queries: recorded.get('q')!,
          keys: { dims: [5, 4, keys.dims[2]!, keys.dims[3]!], data },
        }).stream();
        for (const check of await checkAll(stream)) expect(check.difference).toBeLessThan(1e-5);
      }
    },
  );
});

describe('attention that queries and keys do not explain', () => {
  /** A head of random vectors whose attention is the softmax of what `score` makes of q·k ÷ √d. */
  function headWith(score: (score: number, query: number, key: number) => number, causal = false) {
    const [tokens, dim] = [12, 8];
    let seed = 1;
    const random = () => ((seed = (seed * 48271) % 2147483647) / 2147483647) * 4 - 2;
    const vectors = () => Array.from({ length: tokens }, () => Array.from({ length: dim }, random));
    const [queries, keys] = [vectors(), vectors()];
    const attention = queries.map((q, i) => {
      const powers = keys.map((k, j) => {
        const dot = q.reduce((sum, value, n) => sum + value * k[n]!, 0) / Math.sqrt(dim);
        return causal && j > i ? 0 : Math.exp(score(dot, i, j));
      });
      const total = powers.reduce((sum, power) => sum + power, 0);
      return powers.map((power) => power / total);
    });
    return createTrace({
      tokens: queries.map((_, i) => `t${i}`),
      attention: [[attention]],
      queries: [[queries]],
      keys: [[keys]],
    }).stream();
  }

  test('nothing to explain', async () => {
    const check = await checkHead(
      headWith((score) => score, true),
      0,
      0,
    );
    expect(check).toMatchObject({ verdict: 'exact' });
    expect(check).not.toHaveProperty('explanation');
  });

  test.each([
    [
      'ALiBi',
      (score: number, query: number, key: number) => score - Math.abs(query - key) / 4,
      { by: 'alibiSlopes', value: expect.closeTo(0.25, 5) as number },
    ],
    [
      'soft-capping',
      (score: number) => 2 * Math.tanh(score / 2),
      { by: 'softCap', value: expect.closeTo(2, 5) as number },
    ],
    ['a bias on one key', (score: number, _: number, key: number) => score + (key === 3 ? 1 : 0), undefined],
  ])('%s', async (_, score, explanation) => {
    const check = await checkHead(headWith(score), 0, 0);
    expect(check).toMatchObject({ verdict: 'differs' });
    expect(check.explanation).toEqual(explanation);
    expect(check.difference).toBeCloseTo(Math.abs(check.recorded - check.computed), 12);
    expect(check.difference).toBeGreaterThan(0.01);
  });

  test('the place of the largest difference', async () => {
    const stream = headWith((score, query, key) => score + (query === 5 && key === 2 ? 3 : 0));
    expect(await checkHead(stream, 0, 0)).toMatchObject({ query: 5, key: 2 });
  });

  test('another scale is found', async () => {
    const stream = headWith((score) => score * Math.sqrt(8), true);
    const check = await checkHead(stream, 0, 0);
    expect(check).toMatchObject({
      verdict: 'differs',
      explanation: { by: 'scale', value: expect.closeTo(1, 4) },
    });
    expect(await checkHead(stream, 0, 0, { scale: 1 })).toMatchObject({ verdict: 'exact' });
  });

  test('keys that a source did not keep say nothing', async () => {
    const whole = headWith((score) => score);
    const kept = (change: number): Stream => {
      const rows = whole.queryTokens.map((_, query) => {
        const block = whole.matrix(0, 0).block({ row: query, col: 0, rows: 1, cols: whole.keyTokens.length });
        const weights = [...blockWeights(block as Block)].map((weight, key) => ({ key, weight }));
        return weights.sort((a, b) => b.weight - a.weight).slice(0, 2);
      });
      const dims = [1, 1, rows.length, 2];
      rows[0]![0]!.weight -= change;
      const keys = { dims, data: Int32Array.from(rows.flat(), ({ key }) => key) };
      const weights = { dims, data: Float32Array.from(rows.flat(), ({ weight }) => weight) };
      const trace = createTrace({
        tokens: rows.map((_, i) => `t${i}`),
        attention: topKeyAttention({ keys, weights }),
      }).stream();
      return { ...trace, queries: whole.queries, keys: whole.keys };
    };
    expect(await checkHead(kept(0), 0, 0)).toMatchObject({ verdict: 'exact' });
    expect(await checkHead(kept(0.01), 0, 0)).toMatchObject({ verdict: 'differs', query: 0 });
  });

  test('an aborted check stops', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(checkHead(small(), 0, 0, { signal })).rejects.toThrow('enough');
  });
});
