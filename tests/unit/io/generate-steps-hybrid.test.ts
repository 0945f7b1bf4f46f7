import { describe, expect, test } from 'vitest';
import { fromGenerateSteps, type GenerateInput } from '../../../src/lib/io/index.js';
import { blockWeights, type Block } from '../../../src/lib/trace/index.js';

const tokens = ['a', 'b', 'c', 'd'];
/** A prompt of two tokens and two answers: hybrids have attention in some layers only. */
const prompt = (first: number) => [
  [
    [
      [1, 0],
      [first, 1 - first],
    ],
  ],
];
const answer = (...row: number[]) => [[[row]]];
const steps = [
  [null, prompt(0.25), null, prompt(0.5)],
  [null, answer(0.5, 0.25, 0.25), null, answer(1, 0, 0)],
];
const make = (more: object) =>
  fromGenerateSteps({ steps, tokens: tokens.slice(0, 4), ...more } as GenerateInput);

describe('layers without attention', () => {
  test('are left out, and the others keep the model’s numbers', () => {
    const stream = make({}).stream();
    expect(stream.layers).toEqual([1, 3]);
    const whole = { row: 0, col: 0, rows: 3, cols: 3 };
    expect([...blockWeights(stream.matrix(3, 0).block(whole) as Block)]).toEqual([
      1, 0, 0, 0.5, 0.5, 0, 1, 0, 0,
    ]);
  });

  test('numbers given may be of all layers, or of those with attention', () => {
    for (const layers of [
      [10, 11, 12, 13],
      [11, 13],
    ])
      expect(make({ layers }).stream().layers).toEqual([11, 13]);
  });

  test('are the same in every step', () => {
    const moved = [steps[0], [null, null, answer(1, 0, 0), answer(1, 0, 0)]];
    expect(() => make({ steps: moved })).toThrow(
      /steps\[1\]: found attention in layer 2, expected in layer 1, as in step 0/,
    );
    const fewer = [steps[0], [null, null, null, answer(1, 0, 0)]];
    expect(() => make({ steps: fewer })).toThrow(/found 1 layer, expected 2, as in step 0/);
  });

  test('no layer with attention is refused with the reason', () => {
    expect(() => make({ steps: [[null, null]] })).toThrow(
      expect.objectContaining({ code: 'null-attention', place: 'steps[0][0]' }),
    );
  });

  test('of an encoder too', () => {
    const trace = fromGenerateSteps({
      encoder: { tokens: ['x', 'y'], attention: [null, prompt(0.25)] },
      decoder: { tokens: ['a', 'b'] },
      cross: { steps: [[null, answer(0.25, 0.75)]] },
    });
    expect(trace.streams.map(({ name, layers }) => [name, layers])).toEqual([
      ['encoder', [1]],
      ['cross', [1]],
    ]);
  });
});

test('each layer is compared with its own first step', () => {
  const heads = (count: number, row: number[]) => [Array.from({ length: count }, () => [row])];
  const steps = [
    [heads(2, [1]), heads(1, [1])],
    [heads(2, [0.5, 0.5]), heads(2, [0.5, 0.5])],
  ];
  expect(() => make({ steps, tokens: ['a', 'b', 'c'] })).toThrow(
    /steps\[1\]\[1\]: found 2 heads, expected 1, as in step 0/,
  );
});

describe('what is not there, or too much of it, is refused before anything is made of it', () => {
  test.each([
    ['steps that are holes', { steps: new Array(1e8) }, 'missing-attention', 'steps[0]'],
    [
      'holes after the first step',
      { steps: Object.assign(new Array(1e8), [steps[0]]) },
      'missing-attention',
      'steps[1]',
    ],
    ['a beam that is none', { beamIndices: ['0'] }, 'steps', 'beamIndices'],
    ['beams that are no list', { beamIndices: 3 }, 'steps', 'beamIndices'],
    ['a window of nothing', { slidingWindow: 0 }, 'steps', 'slidingWindow'],
    ['a window that is text', { slidingWindow: '4' }, 'steps', 'slidingWindow'],
    ['fewer tokens than steps', { tokens: ['a'] }, 'token-count', 'tokens'],
  ])('%s', (_, more, code, place) => {
    expect(() => make(more)).toThrow(expect.objectContaining({ name: 'TraceError', code, place }));
  });

  test.each([
    null,
    undefined,
    3,
    'x',
    [],
    {},
    { decoder: {} },
    { decoder: 3 },
    { encoder: null, decoder: {}, cross: {} },
  ])('input %#', (input) => {
    expect(() => fromGenerateSteps(input as never)).toThrow(expect.objectContaining({ name: 'TraceError' }));
  });
});
