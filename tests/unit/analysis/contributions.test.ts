import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  alti,
  altiLayers,
  attributions,
  blockNorms,
  mixingRatios,
  valueNorms,
} from '../../../src/lib/analysis/index.js';
import { wholeWeights } from '../../../src/lib/analysis/derivation.js';
import { loadSafetensors, writeSafetensors } from '../../../src/lib/io/index.js';
import { createTrace, traceOf, type Stream, type TraceInput } from '../../../src/lib/trace/index.js';
import { even, names } from '../trace/arrays.js';

type Formulas = Record<'valueNorms' | 'withoutOutput', number[][][]> &
  Record<'layerNorms' | 'blockNorms' | 'alti' | 'altiProduct', number[][]> & { mixingRatios: number[] };
// make_sublayers.py computed these with torch from the papers' formulas, each vector made and kept.
const folder = new URL('../../../fixtures/sublayers/', import.meta.url);
const check = JSON.parse(readFileSync(new URL('check.json', folder), 'utf8')) as Record<string, Formulas[]>;

const numbersOf = async (stream: Stream, layer: number, head = 0): Promise<number[]> => [
  ...(await wholeWeights(stream.matrix(layer, head))),
];
function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [i, number] of found.entries())
    expect(Math.abs(number - wanted[i]!), `number ${i}: ${number}, ${wanted[i]}`).toBeLessThan(
      1e-5 * Math.max(1, Math.abs(wanted[i]!)),
    );
}

describe.each(['bert', 'gpt2', 'mistral'])('of a random %s', async (name) => {
  const stream = (await loadSafetensors(new URL(`${name}.safetensors`, folder))).stream();
  const layers = check[name]!.map((expected, layer) => ({ layer, expected }));

  test.each(layers)('value norms of layer $layer', async ({ layer, expected }) => {
    for (const head of stream.heads) {
      expectClose(await numbersOf(valueNorms(stream), layer, head), expected.valueNorms[head]!.flat());
      const without = valueNorms(stream, { outputMatrix: false });
      expectClose(await numbersOf(without, layer, head), expected.withoutOutput[head]!.flat());
      expect(without.quantity.name).toBe('value norm without W_O');
    }
    expectClose(await numbersOf(valueNorms(stream, { of: 'layer' }), layer), expected.layerNorms.flat());
  });

  test.each(layers)('block norms and mixing ratios of layer $layer', async ({ layer, expected }) => {
    expectClose(await numbersOf(blockNorms(stream), layer), expected.blockNorms.flat());
    expectClose([...(await mixingRatios(stream, layer))], expected.mixingRatios);
  });

  test.each(layers)('ALTI of layer $layer, and of the layers up to it', async ({ layer, expected }) => {
    expectClose(await numbersOf(altiLayers(stream), layer), expected.alti.flat());
    expectClose(await numbersOf(alti(stream), layer), expected.altiProduct.flat());
  });

  test('is written to a file, and read from it', async () => {
    const again = (await loadSafetensors(await writeSafetensors(traceOf(stream)))).stream();
    expectClose(await numbersOf(alti(again), 1), check[name]![1]!.altiProduct.flat());
    expect(again.sublayer!.normEpsilon).toBe(1e-12);
  });
});

test('ALTI refuses parts that do not sum to the whole that was recorded', async () => {
  const file = readFileSync(new URL('gpt2.safetensors', folder));
  const of = async (names: Record<string, null>) =>
    numbersOf(alti((await loadSafetensors(new Uint8Array(file), { names })).stream()), 0);
  await expect(of({ outputBias: null })).rejects.toThrow(
    /alti, layer 0, token 0: found parts that sum to .* as in blockOutput.*outputBias/,
  );
  // With nothing to hold them against they are taken for the whole.
  await expect(of({ outputBias: null, blockOutput: null })).resolves.toHaveLength(49);
});

describe('what a trace must hold', () => {
  const values = { dims: [1, 1, 2, 3], data: new Float32Array(6).fill(1) };
  const input = { tokens: names(2), attention: even(1, 1, 2) };
  const of = (more: object) => createTrace({ ...input, ...more } as TraceInput).stream();

  test.each([
    ['no values', {}, /valueNorms: found no values in the self stream/, (s: Stream) => valueNorms(s)],
    ['no W_O', { values }, /found no outputMatrix, expected W_O/, (s: Stream) => valueNorms(s, { of: 'layer' })],
    ['no residual', { values, outputMatrix: [[[[1, 2], [1, 2], [1, 2]]]] }, /found no residual/, (s: Stream) => alti(s)],
    ['scores', { values, quantity: 'scores' }, /the quantity score/, (s: Stream) => valueNorms(s)],
  ])('%s', (_, more, words, derive) => expect(() => derive(of(more))).toThrow(words)); // prettier-ignore

  test('an output matrix of other shapes than values', () => {
    expect(() => of({ values, outputMatrix: { dims: [1, 1, 2, 5], data: new Float32Array(10) } })).toThrow(
      /outputMatrix: found 2 tokens in dims \[1, 1, 2, 5\], expected 3/,
    );
    expect(() => of({ values, residual: { dims: [1, 3, 5], data: new Float32Array(15) } })).toThrow(
      /residual: found 3 tokens/,
    );
    expect(() => of({ outputBias: { dims: [2, 5], data: new Float32Array(10) } })).toThrow(
      /outputBias: found 2 layers/,
    );
    const nested = of({ values, outputBias: [[1, 2]], residual: [[[1, 2], [3, 4]]] }); // prettier-ignore
    expect([...nested.sublayer!.residual!.vector(0, 0, 1)]).toEqual([3, 4]);
    expect([...nested.sublayer!.outputBias!.vector(0, 0, 0)]).toEqual([1, 2]);
  });
});

describe('attributions from elsewhere', () => {
  const stream = createTrace({
    tokens: names(3),
    layers: [1, 4],
    heads: [0, 2],
    attention: even(2, 2, 3),
  }).stream();
  const about = { name: 'LRP', evidence: 'contribution' } as const;

  test('of each head', async () => {
    const data = Float32Array.from({ length: 36 }, (_, i) => i / 10 - 1);
    const found = attributions(stream, { dims: [2, 2, 3, 3], data }, about);
    expect(found).toMatchObject({
      name: 'LRP',
      layers: [1, 4],
      heads: [0, 2],
      quantity: { evidence: 'contribution', range: [-Infinity, Infinity] },
    });
    expectClose(await numbersOf(found, 4, 0), [...data.subarray(18, 27)]);
    expect(found.matrix(4, 0).signed).toBe(true);
  });

  test('of tokens by tokens, and of keys for one query', async () => {
    const pairs = [[1, 0, 0], [0, 2, 0], [0, 0, 3]]; // prettier-ignore
    const found = attributions(stream, pairs, { ...about, range: [0, Infinity] });
    expect(found).toMatchObject({ layers: [4], heads: [0] });
    expectClose(await numbersOf(found, 4), pairs.flat());
    const one = attributions(stream, Float32Array.of(-1, 0, 2), { ...about, query: 2, name: 'AT2' });
    expect(one.queryTokens.map(({ position }) => position)).toEqual([2]);
    expectClose(await numbersOf(one, 4), [-1, 0, 2]);
    expect(traceOf(stream, found, one).streams.map(({ name }) => name)).toEqual(['self', 'LRP', 'AT2']);
  });

  test.each([
    [
      'another shape',
      [
        [1, 2],
        [3, 4],
      ],
      about,
      /found dims \[2, 2\], expected \[3, 3\], as the self stream/,
    ],
    ['three axes', [[[1]]], about, /found 3 axes/],
    ['keys without their query', [1, 2, 3], about, /query: found nothing/],
    ['no evidence', [1, 2, 3], { name: 'x', query: 0 }, /attributions.evidence: found nothing/],
    ['beyond the range', [1, 2, 3], { ...about, query: 0, range: [0, 2] }, /found 3, expected/],
    ['NaN', [1, NaN, 3], { ...about, query: 0 }, /found NaN/],
  ])('%s', (_, input, options, words) => {
    // prettier-ignore
    expect(() => attributions(stream, input as never, options as never)).toThrow(words);
  });
});
