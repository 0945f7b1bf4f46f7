import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadSafetensors } from '../../../src/lib/io/index.js';
import {
  blockWeights,
  decodeWeights,
  type Block,
  type Stream,
  type Vectors,
  type WeightType,
} from '../../../src/lib/trace/index.js';

const fixture = (name: string) => new URL(`../../../fixtures/${name}`, import.meta.url);

/** What make_minilm.py wrote beside each trace. */
interface Check {
  tokens: string[];
  shapes: Record<string, number[]>;
  storedAs: Record<string, WeightType>;
  weights: [layer: number, head: number, query: number, key: number, weight: number][];
  rowSums: number[][];
  vectors: Record<
    'queries' | 'keys' | 'values',
    [layer: number, head: number, token: number, numbers: number[]][]
  >;
}

function rows(stream: Stream, layer: number, head: number): number[][] {
  const matrix = stream.matrix(layer, head);
  const { rows, cols } = matrix;
  const weights = [...blockWeights(matrix.block({ row: 0, col: 0, rows, cols }) as Block)];
  return Array.from({ length: rows }, (_, row) => weights.slice(row * cols, (row + 1) * cols));
}

/** The largest difference between the attention and the softmax of q·k ÷ √d. */
function unexplained(stream: Stream): number {
  const { queries, keys } = stream as Stream & { queries: Vectors; keys: Vectors };
  let worst = 0;
  for (let layer = 0; layer < stream.layers.length; layer++)
    for (let head = 0; head < stream.heads.length; head++) {
      const k = Array.from({ length: keys.tokens }, (_, key) => keys.vector(layer, head, key));
      rows(stream, stream.layers[layer]!, stream.heads[head]!).forEach((weights, query) => {
        const q = queries.vector(layer, head, query);
        const powers = weights.map((_, key) => {
          if (stream.causal && key > query) return 0;
          let score = 0;
          for (let i = 0; i < q.length; i++) score += q[i]! * k[key]![i]!;
          return Math.exp(score / Math.sqrt(q.length));
        });
        const total = powers.reduce((sum, p) => sum + p, 0);
        weights.forEach((weight, key) => (worst = Math.max(worst, Math.abs(weight - powers[key]! / total))));
      });
    }
  return worst;
}

describe.each([
  { name: 'minilm-pair', tokens: 24, weightError: 2 ** -12, sumError: 1e-6, explained: 1e-3 },
  // Rounding to 1/255, and queries and keys in half precision.
  { name: 'minilm-paragraph', tokens: 201, weightError: 0.5 / 255 + 1e-6, sumError: 1e-5, explained: 5e-3 },
])('$name is what PyTorch gave', ({ name, tokens, weightError, sumError, explained }) => {
  const check = JSON.parse(readFileSync(fixture(`${name}.check.json`), 'utf8')) as Check;
  const load = async () => (await loadSafetensors(fixture(`${name}.safetensors`))).stream('self');

  test('tokens, layers, heads and types', async () => {
    const stream = await load();
    expect(stream.queryTokens.map((t) => t.raw)).toEqual(check.tokens);
    expect(stream.keyTokens).toHaveLength(tokens);
    expect(check.shapes.attention).toEqual([stream.layers.length, stream.heads.length, tokens, tokens]);
    expect(check.shapes.attention).toEqual([6, 12, tokens, tokens]);
    expect(stream.causal).toBe(false);
    expect(stream.matrix(0, 0).type).toBe(check.storedAs.attention);
    for (const kind of ['queries', 'keys', 'values'] as const) {
      const held = stream[kind];
      expect(held && [held.layers, held.heads, held.tokens, held.dim]).toEqual(check.shapes[kind]);
      expect(held?.type).toBe(check.storedAs[kind]);
    }
  });

  test('weights of every head', async () => {
    const stream = await load();
    expect(check.weights).toHaveLength(6 * 12 * 2);
    for (const [layer, head, query, key, weight] of check.weights) {
      const block = stream.matrix(layer, head).block({ row: query, col: key, rows: 1, cols: 1 }) as Block;
      expect(Math.abs(blockWeights(block)[0]! - weight)).toBeLessThanOrEqual(weightError);
    }
  });

  test('rows sum as the stored weights do', async () => {
    const stream = await load();
    check.rowSums.forEach((sums, layer) =>
      rows(stream, layer, layer).forEach((weights, query) => {
        const sum = weights.reduce((a, b) => a + b, 0);
        expect(Math.abs(sum - sums[query]!)).toBeLessThan(sumError);
      }),
    );
  });

  test('vectors', async () => {
    const stream = await load();
    for (const [kind, samples] of Object.entries(check.vectors))
      for (const [layer, head, token, numbers] of samples) {
        const vector = stream[kind as 'queries']!.vector(layer, head, token);
        numbers.forEach((n, i) =>
          expect(Math.abs(vector[i]! - n)).toBeLessThanOrEqual(Math.abs(n) * 2 ** -11),
        );
      }
  });

  test('queries and keys explain the attention', async () => {
    expect(unexplained(await load())).toBeLessThan(explained);
  });
});

test('the pair has two segments, and a head that knows what a pronoun means', async () => {
  const trace = await loadSafetensors(fixture('minilm-pair.safetensors'));
  const stream = trace.stream();
  const words = stream.queryTokens.map((t) => t.text);
  expect(trace.model).toContain('MiniLM');
  expect(stream.querySegments).toEqual([
    { name: 'A', start: 0, end: words.indexOf('[SEP]') + 1 },
    { name: 'B', start: words.indexOf('[SEP]') + 1, end: words.length },
  ]);
  expect(rows(stream, 3, 1)[words.indexOf('them')]![words.indexOf('keys')]).toBeGreaterThan(0.9);
});

describe('dates', () => {
  const load = () => loadSafetensors(fixture('dates.safetensors'));

  test('reads characters and writes characters', async () => {
    const trace = await load();
    const cross = trace.stream('cross');
    expect(
      cross.keyTokens
        .slice(1, -1)
        .map((t) => t.raw)
        .join(''),
    ).toBe('Tuesday, 3rd of March 1998');
    expect(
      cross.queryTokens
        .slice(1, -1)
        .map((t) => t.raw)
        .join(''),
    ).toBe('1998-03-03');
    expect(trace.text).toBe('Tuesday, 3rd of March 1998');
    expect(trace.streams.map((s) => [s.name, s.causal])).toEqual([
      ['encoder', false],
      ['decoder', true],
      ['cross', false],
    ]);
  });

  test('queries and keys explain each attention', async () => {
    for (const stream of (await load()).streams) {
      expect(stream.values!.tokens).toBe(stream.keyTokens.length);
      expect(unexplained(stream)).toBeLessThan(1e-5);
    }
  });
});

test('induction: heads do what they were trained to', async () => {
  const stream = (await loadSafetensors(fixture('induction.safetensors'))).stream('self');
  const mean = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
  expect(stream.causal).toBe(true);
  expect(stream.queryTokens.slice(1, 21).map((t) => t.raw)).toEqual(
    stream.queryTokens.slice(21).map((t) => t.raw),
  );
  expect(
    mean(
      rows(stream, 0, 1)
        .slice(1)
        .map((row, i) => row[i]!),
    ),
  ).toBeGreaterThan(0.85);
  for (const head of [0, 1, 2, 3])
    expect(
      mean(
        rows(stream, 1, head)
          .slice(21)
          .map((row, i) => row[21 + i - 19]!),
      ),
    ).toBeGreaterThan(0.6);
  expect(unexplained(stream)).toBeLessThan(1e-5);
});

/** Traces made outside the project, whose names are their own; not in the repository. */
const reference = process.env.ATTENTRACE_REFERENCE;

describe.skipIf(!reference)('reference traces', () => {
  const path = (name: string) => `${reference}/${name}`;
  const json = (name: string) => JSON.parse(readFileSync(path(name), 'utf8')) as Record<string, string[]>;

  test('stories260K: grouped heads, checked against an independent engine', async () => {
    const names = { attention: 'attentions', queries: 'q', keys: 'k', values: 'v' };
    const tokens = json('stories260K/stories260k-0.tokens.json').pieces;
    const load = (file: string, from: typeof names | { attention: string }) =>
      loadSafetensors(path(`stories260K/${file}.safetensors`), { names: from, tokens });
    const stream = (await load('stories260k-0', names)).stream();
    const check = (await load('stories260k-0.check', { attention: 'attentions' })).stream();
    expect(stream.queryTokens[1]!.text).toBe(' Once');
    for (const layer of stream.layers)
      for (const head of stream.heads) {
        const expected = rows(check, layer, head).flat();
        rows(stream, layer, head)
          .flat()
          .forEach((weight, i) => expect(Math.abs(weight - expected[i]!)).toBeLessThan(1e-4));
      }
    expect(unexplained(stream)).toBeLessThan(1e-4);
  });

  test('stories260K of 512 tokens: one uint8 layer a file, viewed', async () => {
    const tokens = json('stories260K/stories260k-long512.tokens.json').ids!.map(String);
    const names = { attention: 'attentions' };
    const file = readFileSync(path('stories260K/stories260k-long512-u8-layer2.safetensors'));
    const stream = (await loadSafetensors(file, { names, tokens })).stream();
    const exact = path('stories260K/stories260k-long512-f32-layer2-heads0-3.safetensors');
    const float = (await loadSafetensors(exact, { names, tokens })).stream();
    expect(stream.layers).toEqual([2]);
    const block = stream.matrix(2, 3).block({ row: 0, col: 0, rows: 512, cols: 512 }) as Block;
    expect(block.data.buffer).toBe(file.buffer);
    const expected = rows(float, 2, 3).flat();
    const weights = decodeWeights(block.data, 'uint8', block.offset, 512 * 512);
    expect(weights.reduce((worst, w, i) => Math.max(worst, Math.abs(w - expected[i]!)), 0)).toBeLessThan(
      0.002,
    );
  });

  test('GPT-2, a sentence pair, and an image', async () => {
    for (const [file, key] of [
      ['gpt2-small/gpt2-circuitsvis-mock', 'tokens'],
      ['gpt2-small/gpt2-small_te-ex0', 'tokens'],
      ['tiny-encoder/tiny-encoder-pair', 'tokens'],
      ['ppocrv4-rec/ppocrv4-rec', 'columns'],
    ] as const) {
      const tokens = json(`${file}.tokens.json`)[key]!;
      const trace = await loadSafetensors(path(`${file}.safetensors`), {
        names: { attention: 'attentions' },
        tokens,
      });
      expect(trace.stream().queryTokens.map((t) => t.raw)).toEqual(tokens);
    }
  });
});
