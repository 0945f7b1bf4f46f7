import { expect, test } from 'vitest';
import { fromGenerateSteps, type GenerateInput } from '../../../src/lib/io/index.js';
import { TraceError, type TraceErrorCode } from '../../../src/lib/trace/index.js';
import { names, nest } from '../trace/arrays.js';

/** `[batch, head, query, key]` of a causal step: each query is even over itself and what comes before. */
const layer = (queries: number, keys: number, batch = 1): never =>
  nest([batch, 2, queries, keys], (_, __, query, key) => {
    const visible = keys - queries + query! + 1;
    return key! < visible ? 1 / visible : 0;
  });
/** A prompt of three tokens and three answers, two layers. */
const steps = (): unknown[][] =>
  [3, 1, 1].map((queries, n) => [layer(queries, 3 + n), layer(queries, 3 + n)]);
const withStep = (n: number, step: unknown) => steps().with(n, step as never);
const make = (more: object) => () =>
  fromGenerateSteps({ steps: steps(), tokens: names(6), ...more } as unknown as GenerateInput);
/** The cross attention of a step: even over `keys`. */
const across = (queries: number, keys: number) => nest([1, 2, queries, keys], () => 1 / keys);
const crossSteps =
  (more: unknown[], tokens = names(2 + more.length)) =>
  () =>
    fromGenerateSteps({
      encoder: { tokens: names(4) },
      decoder: { tokens },
      cross: { steps: [[across(1, 4)], ...more] as never },
    });
const flat = (dims: number[], type = Float32Array) => ({
  dims,
  data: new type(dims.reduce((a, b) => a * b, 1)),
});

test('the steps that are changed below are sound', () => {
  expect(make({})().stream().queryTokens).toHaveLength(5);
  expect(crossSteps([[across(1, 4)]])().stream().name).toBe('cross');
});

// prettier-ignore
const cases: [what: string, code: TraceErrorCode, place: string, words: RegExp, run: () => unknown][] = [
  ['nothing', 'missing-attention', 'fromGenerateSteps', /found nothing/, () => fromGenerateSteps(undefined as never)],
  ['no steps', 'missing-attention', 'steps', /found nothing.*outputs\.attentions/, make({ steps: undefined })],
  ['an empty array of steps', 'missing-attention', 'steps', /an array of 0/, make({ steps: [] })],
  ['the outputs themselves', 'missing-attention', 'steps', /an object/, make({ steps: { attentions: steps() } })],
  ['a step that is null', 'missing-attention', 'steps[1]', /found null.*output_attentions=True/, make({ steps: withStep(1, null) })],
  ['a step without layers', 'missing-attention', 'steps[2]', /an array of 0/, make({ steps: withStep(2, []) })],
  ['a hole among the steps', 'missing-attention', 'steps[1]', /found nothing/, make({ steps: [steps()[0], , steps()[2]] })], // eslint-disable-line no-sparse-arrays
  ['a promise of a step', 'promise', 'steps[1]', /Await/, make({ steps: withStep(1, Promise.resolve()) })],
  ['a layer that is null', 'steps', 'steps[1]', /found 1 layer, expected 2/, make({ steps: withStep(1, [layer(1, 4), null]) })],
  ['a layer fewer', 'steps', 'steps[2]', /found 1 layer, expected 2, as in step 0/, make({ steps: withStep(2, [layer(1, 5)]) })],
  ['a head fewer', 'steps', 'steps[1][0]', /found 1 head, expected 2/, make({ steps: withStep(1, [nest([1, 1, 1, 4], () => 0.25), layer(1, 4)]) })],
  ['another type', 'steps', 'steps[1][1]', /found uint8, expected float32/, make({ steps: withStep(1, [layer(1, 4), { dims: [1, 2, 1, 4], data: new Uint8Array(8) }]) })],
  ['a type that is not read', 'dtype', 'steps[1][0].data', /Int32Array/, make({ steps: withStep(1, [{ dims: [2, 1, 4], data: new Int32Array(8) }, layer(1, 4)]) })],
  ['bfloat16', 'dtype', 'steps[0][0].data', /bfloat16/, make({ steps: withStep(0, [{ dims: [2, 3, 3], data: new Uint16Array(18), type: 'bfloat16' }]) })],
  ['dims that do not fit the data', 'data-length', 'steps[1].data', /found 8 elements, expected 16/, make({ steps: withStep(1, { dims: [2, 2, 1, 4], data: new Float32Array(8) }) })],
  ['a step of three axes', 'dims', 'steps[1]', /dims \[2, 1, 4\]/, make({ steps: withStep(1, flat([2, 1, 4])) })],
  ['a layer of two axes', 'dims', 'steps[1][0]', /./, make({ steps: withStep(1, [flat([1, 4]), layer(1, 4)]) })],
  ['ragged rows', 'ragged', 'steps[0][0][0] row 1', /found 1 weight, expected 2/, make({ steps: withStep(0, [[[[1, 0], [1]]]]) })],

  ['the first step alone of three', 'token-count', 'tokens', /found 6 tokens, expected 4/, make({ steps: steps().slice(0, 1) })],
  ['a step left out', 'steps', 'steps[1][0][0][0][4]', /found a weight of 0.2, expected 0, as/, make({ steps: [steps()[0], steps()[2]] })],
  ['a step twice', 'steps', 'steps[2][0]', /found 4 keys, expected 5.*slidingWindow/, make({ steps: [...steps().slice(0, 2), steps()[1]] })],
  ['steps in disorder', 'steps', 'steps[1][0][0][0][4]', /in order/, make({ steps: [0, 2, 1].map((n) => steps()[n]) })],
  ['two tokens in one step', 'steps', 'steps[1][0]', /found 2 queries, expected 1, or 4 without a cache/, make({ steps: withStep(1, [layer(2, 5), layer(2, 5)]) })],
  ['a cache that was filled before', 'steps', 'steps[0][0][0][1][3]', /all turns/, make({ steps: withStep(0, [layer(3, 5), layer(3, 5)]) })],
  ['the window of another model', 'steps', 'steps[2][0]', /found 4 keys/, make({ steps: withStep(2, [layer(1, 4), layer(1, 4)]), slidingWindow: 3 })],
  ['rows that are not repeated', 'steps', 'steps[1][0][0][0][0]', /found 0\.25, expected 1, as in the step before.*beamIndices/, make({ steps: withStep(1, [nest([1, 2, 4, 4], () => 0.25), layer(4, 4)]) })],

  ['NaN', 'not-a-number', 'steps[1][0][1][0][2]', /NaN/, make({ steps: withStep(1, [nest([1, 2, 1, 4], (_, head, __, key) => (head === 1 && key === 2 ? NaN : 0)), layer(1, 4)]), })],
  ['scores', 'negative-weight', 'steps[2][1][0][0][0]', /softmax/, make({ steps: withStep(2, [layer(1, 5), nest([1, 2, 1, 5], () => -1)]) })],
  ['a row over 1', 'row-over-1', 'steps[0][0][0] row 0', /sum to 1.5/, make({ steps: withStep(0, [nest([1, 2, 3, 3], () => 0.5), layer(3, 3)]) })],

  ['one of several sequences, not said which', 'batch', 'steps[0][0]', /a batch of 4.*beam_indices/, make({ steps: [[layer(3, 3, 4)]] })],
  ['a sequence beyond the batch', 'batch', 'steps[0][0]', /expected more than 4/, make({ steps: [[layer(3, 3, 4)]], batch: 4 })],
  ['a beam beyond', 'batch', 'steps[1][0]', /expected more than 1/, make({ beamIndices: [0, 1, 0] })],
  ['a batch of text', 'steps', 'batch', /found the string "0"/, make({ batch: '0' })],
  ['a batch below 0', 'steps', 'batch', /found the number -1/, make({ batch: -1 })],
  ['beams of all sequences', 'steps', 'beamIndices', /found \[an array of 3\].*outputs\.beam_indices\[0\]/, make({ beamIndices: [[0, 0, 0]] })],
  ['more beams than steps', 'steps', 'beamIndices', /at most 3 whole numbers/, make({ beamIndices: [0, 0, 0, 0] })],
  ['a beam after the end', 'steps', 'beamIndices', /then −1/, make({ beamIndices: [0, -1, 0] })],
  ['no beam at all', 'steps', 'beamIndices', /\[-1, -1, -1\]/, make({ beamIndices: [-1, -1, -1] })],
  ['tokens null', 'missing-tokens', 'tokens', /found null/, make({ tokens: null })],
  ['ids', 'token-type', 'tokens[0]', /the number 5/, make({ tokens: [5, 5, 5, 5, 5, 5] })],
  ['tokens without the last', 'token-count', 'tokens', /found 5 tokens, expected 6.*the last token/, make({ tokens: names(5) })],
  ['tokens of the answer alone', 'token-count', 'tokens', /found 3 tokens/, make({ tokens: names(3) })],
  ['padding of the whole prompt', 'steps', 'padding', /found the number 3, expected a whole number from 0 to 2/, make({ padding: 3 })],
  ['padding that is looked at', 'steps', 'steps[0][0][0][1][0]', /found a weight of 0.5, expected 0, as this key is padding/, make({ padding: 1 })],
  ['a segment beyond the last token', 'segment', 'segments[0]', /\[3, 7\].*≤ 5/, make({ segments: [{ name: 'answer', start: 3, end: 7 }] })],

  ['cross steps of another source', 'steps', 'cross.steps[1][0]', /found 5 keys, expected 4, as in step 0/, crossSteps([[across(1, 5)]])],
  ['a source of other length', 'token-count', 'encoder.tokens', /found 4 tokens, expected 3/, () => fromGenerateSteps({ encoder: { tokens: names(4) }, decoder: { tokens: names(2) }, cross: { steps: [[across(1, 3)]] }, })],
  ['cross tokens', 'token-count', 'decoder.tokens', /found 9 tokens, expected 3/, crossSteps([[across(1, 4)]], names(9))],
  ['cross steps that add two tokens', 'steps', 'cross.steps[1][0]', /found 3 queries, expected 1, or 2/, crossSteps([[across(3, 4)]])],
  ['decoder steps', 'steps', 'decoder.steps[1][0]', /found 3 queries/, () => fromGenerateSteps({ decoder: { tokens: names(3), steps: [[layer(1, 1)], [layer(3, 3)]] } })],
  ['an encoder of several examples', 'batch', 'encoder.attention[0]', /a batch of 2/, () => fromGenerateSteps({ encoder: { tokens: names(3), attention: [layer(3, 3, 2)] }, decoder: { tokens: names(1) }, })],
  ['neither decoder nor steps', 'missing-attention', 'steps', /decoder_attentions/, () => fromGenerateSteps({ cross: { steps: [] } } as never)],
  ['a decoder without steps', 'missing-attention', 'createTrace', /no attention/, () => fromGenerateSteps({ decoder: { tokens: names(3) } })],
];

test.each(cases)('%s: %s at %s', (_, code, place, words, run) => {
  let error: unknown;
  try {
    run();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(TraceError);
  const { code: found, place: at, message } = error as TraceError;
  expect([found, at]).toEqual([code, place]);
  expect(message).toMatch(words);
  expect(message).not.toMatch(/undefined|\[object|function \(|\s{2}/);
});
