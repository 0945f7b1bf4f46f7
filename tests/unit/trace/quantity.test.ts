import { describe, expect, test } from 'vitest';
import {
  blockWeights,
  createTrace,
  isSigned,
  quantities,
  weightQuantity,
  type Block,
  type Quantity,
} from '../../../src/lib/trace/index.js';
import { entropy, measureHeads } from '../../../src/lib/analysis/index.js';
import { combineMatrices, DenseMatrix } from '../../../src/lib/trace/index.js';
import { errorOf, even, names } from './arrays.js';

const signed = [
  [
    [
      [-0.75, 0.5],
      [2.5, -3],
    ],
  ],
] as never;
const make = (attention: unknown, quantity?: unknown) =>
  createTrace({ tokens: names(2), attention, quantity } as never).stream();

test('weights unless said otherwise', () => {
  const stream = make(even(1, 1, 2));
  expect(stream.quantity).toBe(weightQuantity);
  expect(stream.matrix(0, 0).signed).toBe(false);
});

test('scores may be negative and over 1, and are read as they are', () => {
  const stream = make(signed, 'scores');
  expect(stream.quantity).toEqual({ name: 'score', range: [-Infinity, Infinity], evidence: 'descriptive' });
  const matrix = stream.matrix(0, 0);
  expect(matrix.signed).toBe(true);
  const block = matrix.block({ row: 0, col: 0, rows: 2, cols: 2 }) as Block;
  expect([...blockWeights(block)]).toEqual([-0.75, 0.5, 2.5, -3]);
});

test('contributions have no upper end and no sign', () => {
  const stream = make(
    [
      [
        [
          [40, 3],
          [0, 7],
        ],
      ],
    ],
    'contributions',
  );
  expect(stream.quantity.evidence).toBe('contribution');
  expect([isSigned(stream.quantity), stream.matrix(0, 0).signed]).toEqual([false, false]);
  expect(errorOf(() => make(signed, 'contributions')).message).toContain(
    'attention[0][0][0][0]: found -0.75, expected a contribution in [0, ∞]',
  );
});

test('gates are in [0, 1], whatever their row sums to', () => {
  expect(
    make(
      [
        [
          [
            [0.9, 0.8],
            [1, 1],
          ],
        ],
      ],
      'gates',
    ).quantity,
  ).toBe(quantities.gates);
  expect(
    errorOf(() =>
      make(
        [
          [
            [
              [0.9, 1.8],
              [1, 1],
            ],
          ],
        ],
        'gates',
      ),
    ).code,
  ).toBe('out-of-range');
});

test('one of your own, copied', () => {
  const own = { name: 'logit change', range: [-20, 20], unit: 'nats', evidence: 'causal' } as Quantity;
  const stream = make(signed, own);
  expect(stream.quantity).toEqual(own);
  expect(stream.quantity).not.toBe(own);
  expect(
    errorOf(() =>
      make(
        [
          [
            [
              [21, 0],
              [0, 0],
            ],
          ],
        ],
        own,
      ),
    ).found,
  ).toBe('21');
});

test('each stream of an encoder-decoder has its own', () => {
  const trace = createTrace({
    encoder: { tokens: names(2), attention: even(1, 1, 2) },
    decoder: { tokens: names(2) },
    cross: { attention: signed, quantity: 'attributions' },
  });
  expect(trace.streams.map(({ quantity }) => quantity.name)).toEqual(['weight', 'attribution']);
});

test('a source brings its own', () => {
  const matrix = make(signed, 'scores').matrix(0, 0);
  const source = { dims: [1, 1, 2, 2], quantity: quantities.scores, matrix: () => matrix } as never;
  expect(make(source).quantity).toEqual(quantities.scores);
  expect(make(source, 'attributions').quantity).toBe(quantities.attributions);
});

test('float16, and causality, as of weights', () => {
  // −1, 0, 2, −0 in bits.
  const data = Uint16Array.of(0xbc00, 0, 0x4000, 0x8000);
  const stream = make({ dims: [1, 1, 2, 2], data }, 'scores');
  expect(stream.causal).toBe(true);
  expect(make(signed, 'scores').causal).toBe(false);
});

describe('refused', () => {
  test.each<[string, unknown, RegExp]>([
    [
      'a name that is none',
      'jets',
      /quantity: found the string "jets", expected 'weights',.* or 'attributions'/,
    ],
    ['an array', [], /quantity: found an array of 0/],
    ['no name', { range: [0, 1], evidence: 'causal' }, /quantity\.name: found nothing/],
    [
      'an empty name',
      { name: ' ', range: [0, 1], evidence: 'causal' },
      /quantity\.name: found the string " "/,
    ],
    [
      'a range upside down',
      { name: 'a', range: [1, 0], evidence: 'causal' },
      /quantity\.range: found \[1, 0\]/,
    ],
    [
      'a range of NaN',
      { name: 'a', range: [NaN, 0], evidence: 'causal' },
      /quantity\.range: found \[NaN, 0\]/,
    ],
    [
      'other evidence',
      { name: 'a', range: [0, 1], evidence: 'proof' },
      /found the string "proof", expected 'descriptive', 'contribution' or 'causal'/,
    ],
    [
      'a unit that is no text',
      { name: 'a', range: [0, 1], evidence: 'causal', unit: 3 },
      /quantity\.unit: found the number 3/,
    ],
    [
      'weights of another range',
      { name: 'weight', range: [-1, 1], evidence: 'descriptive' },
      /\[0, 1\], as weights have/,
    ],
  ])('%s', (_, quantity, words) => {
    const error = errorOf(() => make(even(1, 1, 2), quantity));
    expect(error.code).toBe('quantity');
    expect(error.message).toMatch(words);
  });

  test.each([
    ['NaN', NaN, 'not-a-number'],
    ['∞', Infinity, 'infinite'],
    ['−∞', -Infinity, 'infinite'],
  ])('%s among scores, with its place', (_, value, code) => {
    const error = errorOf(() =>
      make(
        [
          [
            [
              [1, 0],
              [value, -1],
            ],
          ],
        ],
        'scores',
      ),
    );
    expect([error.code, error.place]).toEqual([code, 'attention[0][0][1][0]']);
  });

  test('bytes, but of weights', () => {
    const bytes = { dims: [1, 1, 2, 2], data: Uint8Array.of(255, 0, 0, 255) };
    expect(make(bytes).quantity).toBe(weightQuantity);
    expect(errorOf(() => make(bytes, 'scores'))).toMatchObject({
      code: 'dtype',
      found: 'uint8 numbers for the quantity score',
    });
  });

  test('a quantity beside encoder', () => {
    const encoder = { tokens: names(2), attention: even(1, 1, 2) };
    expect(errorOf(() => createTrace({ encoder, quantity: 'scores' } as never)).code).toBe('two-forms');
  });
});

test('scores of a large head are checked by their own range as its rows are read', async () => {
  const n = 2304;
  const data = new Float32Array(n * n).fill(-2);
  const attention = { dims: [1, 1, n, n], data };
  const stream = createTrace({ tokens: names(n), attention, quantity: 'scores' }).stream();
  const rowOf = async (row: number) =>
    blockWeights(await stream.matrix(0, 0).block({ row, col: 0, rows: 1, cols: 2 }));
  expect([...(await rowOf(7))]).toEqual([-2, -2]);
  data[9 * n] = NaN;
  expect(errorOf(() => stream.matrix(0, 0).block({ row: 9, col: 0, rows: 1, cols: 1 })).place).toBe(
    'attention[0][0][9][0]',
  );
});

test('measures of weights refuse what is none, those of your own take it', async () => {
  const stream = make(
    [
      [
        [
          [0.9, 0.8],
          [1, 1],
        ],
      ],
    ],
    'gates',
  );
  await expect(measureHeads(stream, 'entropy')).rejects.toMatchObject({
    code: 'quantity',
    found: 'the quantity gate',
  });
  const all = { bears: 'descriptive', unit: 'share', oneSequence: false } as const;
  const rows = () => (sums: { part: number; whole: number }, weights: Float32Array) => {
    sums.part += weights[0]!;
    sums.whole++;
  };
  expect((await measureHeads(stream, { ...all, rows }))[0]!.value).toBeCloseTo(0.95, 6);
  expect(errorOf(() => entropy(make(signed, 'scores').matrix(0, 0))).code).toBe('quantity');
});

test('the maximum of signed heads is the value of largest magnitude', () => {
  const head = (...values: number[]) =>
    new DenseMatrix(1, 3, 'float32', Float32Array.from(values), 0, { signed: true });
  const all = combineMatrices([head(1, -2, 0.5), head(-3, 1, 0.25)], 'max');
  expect(all.signed).toBe(true);
  expect([...blockWeights(all.block({ row: 0, col: 0, rows: 1, cols: 3 }) as Block)]).toEqual([-3, -2, 0.5]);
});

test('entropy of weights that rounding took out of [0, 1]', () => {
  const data = Float32Array.of(1.0009, -6e-8);
  expect(entropy(new DenseMatrix(1, 2, 'float32', data))).toBe(0);
});
