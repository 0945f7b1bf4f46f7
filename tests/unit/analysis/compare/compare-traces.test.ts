import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compareTraces, type HeadDistance } from '../../../../src/lib/analysis/index.js';
import { assign } from '../../../../src/lib/analysis/compare/assignment.js';
import { loadSafetensors } from '../../../../src/lib/io/index.js';
import {
  blockWeights,
  createTrace,
  type BlockRequest,
  type Stream,
  type Trace,
} from '../../../../src/lib/trace/index.js';

type Distances = [divergence: number, distance: number, totalVariation: number];
const reference = JSON.parse(readFileSync(new URL('./compare.json', import.meta.url), 'utf8')) as {
  same: { in: Distances[][]; out: Distances[][] };
  inserted: Distances[][];
  likeness: number[][];
};

const path = new URL('../../../../fixtures/minilm-pair-float32.safetensors', import.meta.url);
const recorded = (await loadSafetensors(new Uint8Array(readFileSync(path)))).stream();
const names = recorded.keyTokens.map(({ raw }) => raw);
const weightsOf = (stream: Stream, layer: number, head: number): number[][] => {
  const { rows, cols } = stream.matrix(layer, head);
  const data = blockWeights(stream.matrix(layer, head).block({ row: 0, col: 0, rows, cols }) as never);
  return Array.from({ length: rows }, (_, r) => [...data.subarray(r * cols, (r + 1) * cols)]);
};

/** The recorded trace with heads rolled by some, and without some tokens. */
function variant({ roll = 0, without = [] as number[] } = {}): Trace {
  const kept = [...names.keys()].filter((i) => !without.includes(i));
  return createTrace({
    tokens: kept.map((i) => names[i]!),
    attention: recorded.layers.map((layer) =>
      recorded.heads.map((head) => {
        const rows = weightsOf(recorded, layer, (head + roll) % recorded.heads.length);
        return kept.map((query) => kept.map((key) => rows[query]![key]!));
      }),
    ),
  });
}

function expectDistances(found: readonly HeadDistance[], expected: readonly Distances[][]): void {
  expect(found.length).toBe(recorded.layers.length * recorded.heads.length);
  for (const { layer, head, divergence, distance, totalVariation } of found)
    [divergence, distance, totalVariation].forEach((value, i) =>
      expect(value, `${layer}.${head} ${i}`).toBeCloseTo(expected[layer]![head]![i]!, 6),
    );
}

test('what is compared is left as it is', async () => {
  const attention = Float32Array.of(1, 0, 0.25, 0.75);
  const other = Float32Array.of(1, 0, 0.5, 0.5);
  const trace = (data: Float32Array) =>
    createTrace({ attention: { data, dims: [1, 1, 2, 2] }, tokens: ['a', 'b'] });
  const compared = (await compareTraces(trace(attention), trace(other))).stream();
  await compared.headDistances({ hide: 'first' });
  const read = (stream: Stream) => [
    ...blockWeights(stream.matrix(0, 0).block({ row: 0, col: 0, rows: 2, cols: 2 }) as never),
  ];
  expect(read(compared.difference)).toEqual([0, 0, 0.25, -0.25]);
  expect(read(compared.a)).toEqual([1, 0, 0.25, 0.75]);
  expect([...attention, ...other]).toEqual([1, 0, 0.25, 0.75, 1, 0, 0.5, 0.5]);
});

describe('distances, as SciPy has them', () => {
  test.each([
    ['in', 'none'],
    ['out', 'first'],
  ] as const)('sinks %s', async (sinks, hide) => {
    const comparison = await compareTraces(variant(), variant({ roll: 1 }));
    const found = await comparison.stream().headDistances({ hide });
    expectDistances(found, reference.same[sinks]);
    expect(found[0]!.queries).toBe(names.length);
  });

  test('texts with tokens that the other has not', async () => {
    const [a, b] = [variant({ without: [9] }), variant({ roll: 1, without: [3, 4, 17] })];
    const comparison = await compareTraces(a, b);
    expect(comparison.stream().alignment.how).toBe('common');
    expectDistances(await comparison.stream().headDistances(), reference.inserted);
  });

  test('of a trace and itself: none, and the floor of a second run', async () => {
    const [a, b] = [variant(), variant({ roll: 1 })];
    const comparison = await compareTraces(a, b, { floor: variant({ roll: 2 }) });
    const again = await compareTraces(a, variant({ roll: 2 }));
    const floors = await again.stream().headDistances();
    (await comparison.stream().headDistances()).forEach(({ floor }, i) => {
      const { divergence, distance, totalVariation } = floors[i]!;
      expect(floor).toEqual({ divergence, distance, totalVariation });
    });
    for (const { divergence, totalVariation } of await (await compareTraces(a, a)).stream().headDistances())
      expect([divergence, totalVariation]).toEqual([0, 0]);
  });
});

test('differences are b − a, to the last digit, under every level that views read', async () => {
  const { a, b, difference } = (await compareTraces(variant(), variant({ roll: 1 }))).stream();
  expect(difference.quantity.name).toBe('difference');
  const [p, q, d] = [weightsOf(a, 2, 3), weightsOf(b, 2, 3), weightsOf(difference, 2, 3)];
  d.forEach((row, i) => row.forEach((value, j) => expect(value).toBe(Math.fround(q[i]![j]! - p[i]![j]!))));
  const coarse = difference
    .matrix(2, 3)
    .block({ row: 0, col: 0, rows: 1, cols: 1, rowLevel: 5, colLevel: 5 });
  const largest = d.flat().reduce((x, y) => (Math.abs(y) > Math.abs(x) ? y : x));
  expect(blockWeights(coarse as never)[0]).toBe(largest);
});

test('differences of what arrives late', async () => {
  const late = (rows: number[][]): Trace => {
    const ready = createTrace({ tokens: ['x', 'y'], attention: [[rows]] })
      .stream()
      .matrix(0, 0);
    const matrix = {
      rows: 2,
      cols: 2,
      type: ready.type,
      block: async (request: BlockRequest) => ready.block(request),
    };
    return createTrace({ tokens: ['x', 'y'], attention: { dims: [1, 1, 2, 2], matrix: () => matrix } });
  };
  const comparison = await compareTraces(
    late([
      [0.5, 0.5],
      [1, 0],
    ]),
    late([
      [0.25, 0.75],
      [0, 1],
    ]),
  );
  const block = await comparison.stream().difference.matrix(0, 0).block({ row: 0, col: 0, rows: 2, cols: 2 });
  expect([...blockWeights(block)]).toEqual([-0.25, 0.25, -1, 1]);
});

test('a text with insertions: each weight where it belongs, and what is in one only is marked', async () => {
  const a = createTrace({
    tokens: ['the', ' bad'],
    attention: [
      [
        [
          [1, 0],
          [0.25, 0.75],
        ],
      ],
    ],
    causal: true,
  });
  const b = createTrace({
    tokens: ['the', ' not', ' bad'],
    attention: [
      [
        [
          [1, 0, 0],
          [0.5, 0.5, 0],
          [0.125, 0.25, 0.625],
        ],
      ],
    ],
    causal: true,
  });
  const { difference, a: left, b: right } = (await compareTraces(a, b)).stream();
  expect(difference.keyTokens.map(({ label }) => label)).toEqual(['the', ' +not', ' bad']);
  expect(difference.queryTokens.map(({ label, position }) => [label, position])).toEqual([
    ['the', 0],
    [' bad', 2],
  ]);
  expect(weightsOf(left, 0, 0)).toEqual([
    [1, 0, 0],
    [0.25, 0, 0.75],
  ]);
  expect(weightsOf(right, 0, 0)).toEqual([
    [1, 0, 0],
    [0.125, 0.25, 0.625],
  ]);
  expect(weightsOf(difference, 0, 0)).toEqual([
    [0, 0, 0],
    [-0.125, 0.25, -0.125],
  ]);
  expect(difference.causal).toBe(true);
});

test('another tokenizer: summed over keys, averaged over queries', async () => {
  const a = createTrace({
    tokens: ['play', '##ing', 'go'],
    attention: [
      [
        [
          [0.5, 0.25, 0.25],
          [0.25, 0.25, 0.5],
          [0.25, 0.5, 0.25],
        ],
      ],
    ],
  });
  const b = createTrace({
    tokens: ['▁playing', '▁go'],
    attention: [
      [
        [
          [0.5, 0.5],
          [1, 0],
        ],
      ],
    ],
  });
  const { difference, alignment } = (await compareTraces(a, b)).stream();
  expect(alignment.how).toBe('words');
  expect(difference.keyTokens.map(({ label }) => label)).toEqual(['playing', 'go']);
  expect(weightsOf(difference, 0, 0)).toEqual([
    [0.5 - 0.625, 0.5 - 0.375],
    [0.25, -0.25],
  ]);
});

test('segments go with their tokens', async () => {
  const attention = [
    [
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    ],
  ];
  const segments = [{ name: 'x', start: 1, end: 3 }];
  const a = createTrace({ tokens: ['p', 'q', 'r'], attention, segments });
  const b = createTrace({ tokens: ['p', 's', 'r'], attention });
  const { difference } = (await compareTraces(a, b)).stream();
  // p −q +s r
  expect(difference.keySegments).toEqual([{ name: 'x', start: 1, end: 4 }]);
  expect(difference.querySegments).toEqual([{ name: 'x', start: 1, end: 2 }]);
});

test('only queries that both recorded are compared', async () => {
  const tokens = ['p', 'q', 'r'];
  const row = [0.5, 0.25, 0.25];
  const a = createTrace({ tokens, attention: [[[row, row]]], queryPositions: [0, 2] });
  const b = createTrace({ tokens, attention: [[[row, row]]], queryPositions: [1, 2] });
  const { difference } = (await compareTraces(a, b)).stream();
  expect(difference.queryTokens.map(({ position }) => position)).toEqual([2]);
  const c = createTrace({ tokens, attention: [[[row]]], queryPositions: [0] });
  await expect(compareTraces(b, c)).rejects.toMatchObject({ code: 'no-queries' });
});

test('encoder-decoder: each stream, queries and keys of cross attention by themselves', async () => {
  const make = (written: string[]) =>
    createTrace({
      encoder: { tokens: ['x', 'y'] },
      decoder: { tokens: written },
      cross: { attention: [[written.map((_, i) => (i % 2 ? [0.25, 0.75] : [1, 0]))]] },
    });
  const { difference, queryAlignment } = (await compareTraces(make(['a', 'b']), make(['b', 'c']))).stream(
    'cross',
  );
  expect(queryAlignment?.how).toBe('common');
  // What wrote b looked at 0.25, 0.75 in a, and at x alone in b.
  expect(weightsOf(difference, 0, 0)).toEqual([[0.75, -0.75]]);
});

describe('heads', () => {
  test('matched by likeness are those SciPy assigns, with a margin', async () => {
    const comparison = await compareTraces(variant(), variant({ roll: 1 }), { match: 'likeness' });
    const { pairs } = comparison.stream();
    for (const { a, b, margin } of pairs) {
      expect(a.layer).toBe(b.layer);
      expect(b.head).toBe(reference.likeness[a.layer]![a.head]);
      expect(margin).toBeGreaterThan(0);
    }
    for (const { divergence } of await comparison.stream().headDistances()) expect(divergence).toBe(0);
  });

  test('two of one trace', async () => {
    const trace = variant();
    const comparison = await compareTraces(trace, trace, {
      match: [{ a: { layer: 1, head: 2 }, b: { layer: 4, head: 7 } }],
    });
    const { difference } = comparison.stream();
    expect([difference.layers, difference.heads, difference.headsOf(1)]).toEqual([[1], [2], [2]]);
    const [p, q] = [weightsOf(recorded, 1, 2), weightsOf(recorded, 4, 7)];
    expect(weightsOf(difference, 1, 2)[5]![6]).toBeCloseTo(q[5]![6]! - p[5]![6]!, 7);
    expect(() => difference.matrix(1, 3)).toThrow(expect.objectContaining({ code: 'unknown-head' }) as Error);
  });

  test('an assignment has the least cost of all', () => {
    const orders = (n: number): number[][] =>
      n === 0
        ? [[]]
        : orders(n - 1).flatMap((o) => Array.from({ length: n }, (_, i) => o.toSpliced(i, 0, n - 1)));
    let state = 3;
    const random = (): number => (state = (state * 48271) % 2147483647) % 20;
    for (let n = 1; n <= 6; n++)
      for (let time = 0; time < 20; time++) {
        const costs = Array.from({ length: n }, () => Array.from({ length: n }, random));
        const cost = (columns: number[]) =>
          columns.reduce((sum, column, row) => sum + costs[row]![column]!, 0);
        expect(cost(assign(costs))).toBe(Math.min(...orders(n).map(cost)));
      }
  });
});

describe('refuses', () => {
  const small = (input: object) =>
    createTrace({ tokens: ['a'], attention: [[[[1]], [[1]]]], ...input } as never);
  test.each([
    ['different-models', small({}), small({ attention: [[[[1]]]] })],
    ['different-models', small({}), small({ layers: [3] })],
    ['different-models', small({}), createTrace({ encoder: { tokens: ['a'], attention: [[[[1]], [[1]]]] } })],
    ['different-models', small({}), small({}), { match: 'names' }],
    [
      'different-models',
      small({}),
      small({}),
      {
        match: [
          { a: { layer: 0, head: 0 }, b: { layer: 0, head: 1 } },
          { a: { layer: 0, head: 0 }, b: { layer: 0, head: 0 } },
        ],
      },
    ],
    ['different-models', small({}), small({ attention: [[[[1]]]] }), { match: 'likeness' }],
    [
      'unknown-head',
      small({}),
      small({}),
      { match: [{ a: { layer: 0, head: 0 }, b: { layer: 0, head: 2 } }] },
    ],
    ['nothing-aligned', small({}), small({ tokens: ['b'] })],
    ['different-tokens', small({}), small({ tokens: ['b'] }), { align: 'ids' }],
    ['quantity', small({}), small({ quantity: 'gates' })],
  ] as [string, Trace, Trace, object?][])('%s', async (code, a, b, options) => {
    await expect(compareTraces(a, b, options)).rejects.toMatchObject({ name: 'TraceError', code });
  });

  test('distances of what is no weight', async () => {
    const scores = small({ quantity: 'scores' });
    const comparison = await compareTraces(scores, scores);
    expect(comparison.stream().difference.quantity.name).toBe('difference of score');
    await expect(comparison.stream().headDistances()).rejects.toMatchObject({ code: 'quantity' });
  });
});
