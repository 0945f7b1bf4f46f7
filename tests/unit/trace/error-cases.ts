import { Tensor } from 'onnxruntime-node';
import {
  fromConfig,
  fromGenerateSteps,
  loadSafetensors,
  queryKeyAttention,
} from '../../../src/lib/io/index.js';
import { compareTraces, groupShares, rollout, weightsOfHeads } from '../../../src/lib/analysis/index.js';
import { checkUnknown } from '../../../src/lib/embed/check-props.js';
import { createView } from '../../../src/lib/embed/create-view.js';
import { lookThrough } from '../../../src/lib/analysis/lens/index.js';
import {
  combineMatrices,
  createTrace,
  deriveStream,
  traceOf,
  type Trace,
  type TraceErrorCode,
} from '../../../src/lib/trace/index.js';
import { headViewOptions } from '../../../src/lib/views/head-view/options.js';
import { checkOption, type OptionRule } from '../../../src/lib/views/kit/option-rules.js';
import { even, names, nest } from './arrays.js';

/** One wrong input: what it is, the code and place its error must have, and words its message must hold. */
export type ErrorCase = [
  what: string,
  code: TraceErrorCode,
  place: string,
  words: RegExp,
  run: () => unknown,
];

/** Anything at all passed as input. */
const make = (input: unknown) => () => createTrace(input as never);
/** Two tokens, and anything as attention. */
const attention = (value: unknown, more: object = {}) =>
  make({ tokens: names(2), attention: value, ...more });
const tensor = (dims: unknown, data: unknown, type?: string) => attention({ dims, data, type });
const tokens = (value: unknown) => make({ tokens: value, attention: even(1, 1, 5) });
const segments = (value: unknown) => make({ tokens: names(5), attention: even(1, 1, 5), segments: value });
const numbers = (value: object) => make({ tokens: names(2), attention: even(2, 2, 2), ...value });
const vectors = (value: object) => make({ tokens: names(3), attention: even(2, 4, 3), ...value });
const floats = (n: number) => new Float32Array(n).fill(0.5);
/** [1][1][2][2] with one weight replaced. */
const weight = (value: unknown) =>
  attention([
    [
      [
        [0.5, value],
        [0.5, 0.5],
      ],
    ],
  ]);
const half = (bits: number) => tensor([1, 1, 2, 2], Uint16Array.of(bits, 0, 0, 0x3c00));

const holds = (): unknown[] => {
  const array: unknown[] = [];
  array.push(array);
  return array;
};
const deep = (levels: number): unknown => {
  let array: unknown = 1;
  for (let i = 0; i < levels; i++) array = [array];
  return array;
};
/** Long, with holes: 2³⁰ entries that take no memory. */
const sparse = (first: unknown): unknown[] => {
  const array: unknown[] = [];
  array[0] = first;
  array.length = 2 ** 30;
  return array;
};
const throwing = (error: unknown, name: string) =>
  Object.defineProperty({}, name, {
    enumerable: true,
    get: () => {
      throw error;
    },
  });
const onGpu = () =>
  Tensor.fromGpuBuffer({} as never, {
    dataType: 'float32',
    dims: [1, 2, 2],
    download: async () => floats(4),
  });
const disposed = () => {
  const made = new Tensor('float32', floats(4), [1, 1, 2, 2]);
  made.dispose();
  return made;
};
const read = () => createTrace({ tokens: names(2), attention: even(3, 1, 2), layers: [4, 5, 6] }).stream();
const encoder = { tokens: names(3), attention: even(1, 1, 3) };

const emptyTensors = [0, 1, 2, 3].map((axis): ErrorCase => {
  const dims = [2, 2, 2, 2].with(axis, 0);
  const words = new RegExp(`dims \\[${dims.join(', ')}\\]`);
  return [`a tensor, axis ${axis} of 0`, 'empty', 'attention', words, tensor(dims, floats(0))];
});
const integers = [Int8Array, Int16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array];
const wrongTypes = integers.flatMap((Type): ErrorCase[] => {
  const words = new RegExp(`found an? ${Type.name}, expected Float32Array`);
  const row = new Type(2);
  return [
    [`${Type.name} in a tensor`, 'dtype', 'attention.data', words, tensor([1, 1, 2, 2], new Type(4))],
    [`${Type.name} innermost`, 'dtype', 'attention[0][0][0]', words, attention([[[row, row]]])],
  ];
});

// One case a line.
// prettier-ignore
export const errorCases: ErrorCase[] = [
  // What is passed as a whole
  ['no stream', 'argument', 'rollout', /found nothing, expected a stream/, () => rollout(undefined as never)],
  ['nothing', 'missing-attention', 'createTrace', /found nothing, expected \{ tokens, attention \}/, make(undefined)],
  ['null', 'missing-attention', 'createTrace', /found null/, make(null)],
  ['text', 'missing-attention', 'createTrace', /found the string "\[\[1\]\]"/, make('[[1]]')],
  ['the attention alone', 'missing-attention', 'createTrace', /found an array of 1/, make(even(1, 1, 2))],
  ['a typed array alone', 'missing-attention', 'createTrace', /a Float32Array/, make(floats(4))],
  ['a promise', 'promise', 'createTrace', /found a Promise.* Await it/, make(Promise.resolve({}))],
  ['an empty object', 'missing-tokens', 'tokens', /convert_ids_to_tokens/, make({})],
  ['a getter that throws', 'unreadable', 'createTrace', /\(no\)/, make(throwing(new Error('no'), 'tokens'))],
  ['a getter that throws null', 'unreadable', 'createTrace', /\(null\)/, make(throwing(null, 'tokens'))],
  ['attention beside cross', 'two-forms', 'attention', /beside encoder, decoder or cross/, attention(even(1, 1, 2), { cross: {} })],
  ['tokens beside encoder', 'two-forms', 'tokens', /inside the stream/, make({ tokens: names(3), encoder })],

  // No attention
  ['no attention', 'missing-attention', 'attention', /found nothing.*output_attentions=True/, attention(undefined)],
  ['attention null', 'missing-attention', 'attention', /found null/, attention(null)],
  ['encoder attention null', 'missing-attention', 'encoder.attention', /found null/, make({ encoder: { tokens: names(2), attention: null } })],
  ['encoder with queries alone', 'missing-attention', 'encoder.attention', /found nothing/, make({ encoder: { tokens: names(2), queries: even(1, 1, 2) } })],
  ['tokens of both sides alone', 'missing-attention', 'createTrace', /no attention in encoder/, make({ encoder: { tokens: names(2) }, decoder: { tokens: names(2) } })],
  ['all layers null, as SDPA gives', 'null-attention', 'attention[0]', /found null.*attn_implementation="eager"/, attention([null, null])],
  ['a hole for a layer', 'null-attention', 'attention[0]', /found nothing/, attention(new Array(2))],
  ['a promise of attention', 'promise', 'attention', /Await/, attention(Promise.resolve(even(1, 1, 2)))],
  ['a promise of a layer', 'promise', 'attention[0]', /Await/, attention([Promise.resolve(even(1, 1, 2)[0])])],
  ['a promise of data', 'promise', 'attention.data', /Await/, tensor([1, 1, 2, 2], Promise.resolve(floats(4)))],

  // Not arrays
  ['a container', 'not-an-array', 'attention', /found an object, expected an array \[layer, head, query, key\].*outputs.attentions/, attention({ attentions: [] })],
  ['a number', 'not-an-array', 'attention', /found the number 0.5/, attention(0.5)],
  ['text', 'not-an-array', 'attention', /found the string "\[\[\[\[1\]\]\]\]".*parse JSON/, attention('[[[[1]]]]')],
  ['an object with length', 'not-an-array', 'attention', /found an object/, attention({ length: 1, 0: even(1, 1, 2) })],
  ['a Map', 'not-an-array', 'attention', /found a Map/, attention(new Map())],
  ['a function', 'not-an-array', 'attention', /found a function/, attention(() => 1)],
  ['shape in place of dims', 'not-an-array', 'attention', /dims: tensor.shape/, attention({ shape: [1, 1, 2, 2], data: floats(4) })],
  ['a layer that is text', 'not-an-array', 'attention[0]', /expected an array \[head, query, key\]/, attention(['layer'])],
  ['a layer that is true', 'not-an-array', 'attention[0]', /found true/, attention([true])],

  // Empty, at every axis
  ['no layers', 'empty', 'attention', /found no layers/, attention([])],
  ['no heads', 'empty', 'attention[0]', /lengths \[0\]/, attention([[]])],
  ['no queries', 'empty', 'attention[0]', /lengths \[1, 0\]/, attention([[[]]])],
  ['no keys', 'empty', 'attention[0]', /lengths \[1, 1, 0\]/, attention([[[[]]]])],
  ['no keys, typed', 'empty', 'attention[0]', /lengths \[1, 1, 0\]/, attention([[[floats(0)]]])],
  ...emptyTensors,
  ['a layer tensor, an axis of 0', 'empty', 'attention[0]', /dims \[2, 0, 2\]/, attention([{ dims: [2, 0, 2], data: floats(0) }])],
  ['no heads to combine', 'empty', 'matrices', /at least one head/, () => combineMatrices([], 'mean')],

  // Ragged, at every depth
  ['a short row', 'ragged', 'attention[0][0] row 1', /found 1 weight, expected 2 weights, as in attention\[0\]\[0\] row 0/, attention([[[[0.5, 0.5], [1]]]])],
  ['a short typed row', 'ragged', 'attention[0][0] row 1', /found 1 weight/, attention([[[floats(2), floats(1)]]])],
  ['rows of a causal triangle', 'ragged', 'attention[0][0] row 1', /found 2 weights, expected 1 weight,/, attention([[[[1], [0.5, 0.5]]]])],
  ['a head of fewer rows', 'ragged', 'attention[0][1]', /found 1 row, expected 2 rows, as in attention\[0\]\[0\]/, attention([[[[1, 0], [0, 1]], [[1, 0]]]])],
  ['a number in place of a row', 'ragged', 'attention[0][0] row 1', /found the number 0.5/, attention([[[[1, 0], 0.5]]])],
  ['a number in place of a head', 'ragged', 'attention[0][1]', /found the number 3/, attention([[[[1, 0], [0, 1]], 3]])],
  ['a null row', 'ragged', 'attention[0][0] row 1', /found null/, attention([[[[1, 0], null]]])],
  ['a hole for a head', 'ragged', 'attention[0][1]', /found nothing/, attention([Object.assign(new Array(2), { 0: [[1, 0], [0, 1]] })])],
  ['2³⁰ holes for rows', 'ragged', 'attention[0][0] row 1', /found nothing/, attention([[sparse([1, 0])]])],
  ['2³⁰ holes for heads', 'dims', 'attention[0]', /found 1073741824 heads, expected at most 65536/, attention([sparse([[1, 0], [0, 1]])])],
  ['2³⁰ holes for layers', 'dims', 'attention', /found 1073741824 layers, expected at most 4096/, attention(sparse([[[1, 0], [0, 1]]]))],
  ['queries where layers are', 'dims', 'attention', /found 4000000 layers/, make({ tokens: ['a'], attention: { dims: [4e6, 1, 1, 1], data: new Uint8Array(4e6) } })],
  ['billions in dims', 'data-length', 'attention.data', /found 4 elements, expected 1000000000/, tensor([1e9, 1, 1, 1], floats(4))],
  ['layers of other lengths', 'ragged', 'attention[1]', /found dims \[1, 3, 3\], expected \[1, 2, 2\], as in attention\[0\].*generate\(\)/, attention([even(1, 1, 2)[0], even(1, 1, 3)[0]])],
  ['layer tensors of other lengths', 'ragged', 'attention[1]', /dims \[1, 1, 2\]/, attention([{ dims: [1, 2, 2], data: floats(4) }, { dims: [1, 1, 2], data: floats(2) }])],
  ['heads of other shapes to combine', 'ragged', 'matrices[1]', /found \[3, 3\], expected \[2, 2\]/, () => combineMatrices([2, 3].map((n) => createTrace({ tokens: names(n), attention: even(1, 1, n) }).stream().matrix(0, 0)), 'max')],
  ['keys of other heads in a layer', 'head-count', 'keys[1]', /found 1 head in dims \[1, 3, 8\], expected 4, as in keys\[0\]/, vectors({ keys: [nest([4, 3, 8], () => 0), nest([1, 3, 8], () => 0)] })],
  ['queries beside layers of other heads', 'vectors', 'queries', /layers of different numbers of heads/, attention([even(1, 2, 2)[0], even(1, 1, 2)[0]], { queries: nest([2, 2, 2, 8], () => 0) })],

  // Types
  ['layers of other types', 'dtype', 'attention[1]', /found uint8, expected float32/, attention([{ dims: [1, 2, 2], data: floats(4) }, { dims: [1, 2, 2], data: new Uint8Array(4) }])],
  ['rows of other types', 'dtype', 'attention[0][0][1]', /found uint8, expected float32/, attention([[[[1, 0], Uint8Array.of(0, 255)]]])],
  ...wrongTypes,
  ['bfloat16 bits', 'dtype', 'attention.data', /a Uint16Array of type bfloat16/, tensor([1, 1, 2, 2], new Uint16Array(4), 'bfloat16')],
  ['uint16 numbers', 'dtype', 'attention.data', /of type uint16/, tensor([1, 1, 2, 2], new Uint16Array(4), 'uint16')],
  ['booleans as onnxruntime stores them', 'dtype', 'attention.data', /of type bool/, attention(new Tensor('bool', new Uint8Array(4), [1, 1, 2, 2]))],
  ['int64 as onnxruntime stores them', 'dtype', 'attention.data', /a BigInt64Array of type int64/, attention(new Tensor('int64', new BigInt64Array(4), [1, 1, 2, 2]))],
  ['strings as onnxruntime stores them', 'dtype', 'attention.data[0]', /found the string "1"/, attention(new Tensor('string', ['1', '0', '0', '1'], [1, 1, 2, 2]))],
  ['a DataView', 'dtype', 'attention.data', /found a DataView/, tensor([1, 1, 2, 2], new DataView(new ArrayBuffer(16)))],
  ['a DataView for attention', 'dims', 'attention', /found a DataView without its shape/, attention(new DataView(new ArrayBuffer(16)))],
  ['an ArrayBuffer', 'dtype', 'attention.data', /found an ArrayBuffer/, tensor([1, 1, 2, 2], new ArrayBuffer(16))],
  ['data missing', 'dtype', 'attention.data', /found nothing/, tensor([1, 1, 2, 2], undefined)],
  ['data an object with length', 'dtype', 'attention.data', /found an object/, tensor([1, 1, 2, 2], { length: 4 })],
  ['a string', 'dtype', 'attention[0][0][0][1]', /found the string "0.5", expected a number/, weight('0.5')],
  ['true', 'dtype', 'attention[0][0][0][1]', /found true/, weight(true)],
  ['null, as JSON has for NaN', 'dtype', 'attention[0][0][0][1]', /found null.*JSON has no NaN/, weight(null)],
  ['a bigint', 'dtype', 'attention[0][0][0][1]', /found the bigint 1/, weight(1n)],
  ['a list too deep', 'dtype', 'attention[0][0][0][1]', /found an array of 1/, weight([0.5])],
  ['a hole', 'dtype', 'attention[0][0][0][1]', /found nothing/, attention([[[Object.assign(new Array(2), { 0: 1 }), [0, 1]]]])],
  ['2³⁰ holes', 'dtype', 'attention[0][0][0][1]', /found nothing/, attention([[[sparse(1)]]])],
  ['null in flat data', 'dtype', 'attention.data[2]', /found null/, tensor([1, 1, 2, 2], [1, 0, null, 1])],
  ['a tensor on the GPU', 'unreadable', 'attention[0].data', /await tensor.getData\(\)/, () => attention([onGpu()])()],
  ['a disposed tensor', 'unreadable', 'attention.data', /The tensor is disposed/, () => attention(disposed())()],

  // Dims
  ['a flat typed array', 'dims', 'attention', /found a Float32Array without its shape.*\{ dims, data \}/, attention(floats(4))],
  ['flat typed layers', 'dims', 'attention[0]', /1 level of arrays with a Float32Array inside.*\{ dims, data \}/, attention([floats(4), floats(4)])],
  ['flat typed heads', 'dims', 'attention[0]', /2 levels of arrays with a Float32Array inside/, attention([[floats(4)]])],
  ['2 axes, nested', 'dims', 'attention[0]', /found 1 level of arrays with the number 1 inside, expected 3: \[head, query, key\]/, attention([[1, 0], [0, 1]])],
  ['3 axes, nested', 'dims', 'attention[0]', /found 2 levels/, attention([[[1, 0], [0, 1]]])],
  ['6 axes, nested', 'dims', 'attention[0]', /found 5 axes/, attention(nest([1, 1, 1, 1, 2, 2], () => 0.5))],
  ['steps of generate()', 'dims', 'attention[0]', /found 1 level of arrays with a Tensor inside.*generate\(\)/, attention([[new Tensor('float32', floats(4), [1, 1, 2, 2])], [new Tensor('float32', floats(3), [1, 1, 1, 3])]])],
  ['2 axes', 'dims', 'attention', /found 2 axes, dims \[2, 2\], expected 4: \[layer, head, query, key\]/, tensor([2, 2], floats(4))],
  ['3 axes where 4 are meant', 'dims', 'attention', /found 3 axes, dims \[1, 2, 2\].*Wrap a single layer/, tensor([1, 2, 2], floats(4))],
  ['6 axes', 'dims', 'attention', /found 6 axes.*Take away/, tensor([1, 1, 1, 1, 2, 2], floats(4))],
  ['a layer of 2 axes', 'dims', 'attention[0]', /found 2 axes/, attention([{ dims: [2, 2], data: floats(4) }])],
  ['a layer of 5 axes', 'dims', 'attention[0]', /found 5 axes/, attention([{ dims: [1, 1, 1, 2, 2], data: floats(4) }])],
  ['no axes', 'dims', 'attention', /found 0 axes, dims \[\]/, tensor([], floats(1))],
  ['a hole in dims', 'dims', 'attention.dims', /found \[1, nothing, 2, 2\]/, tensor(Object.assign(new Array(4), { 0: 1, 2: 2, 3: 2 }), floats(4))],
  ['a negative length', 'dims', 'attention.dims', /found \[1, -1, 2, 2\], expected an array of whole numbers/, tensor([1, -1, 2, 2], floats(4))],
  ['a fraction for a length', 'dims', 'attention.dims', /\[1.5, 2, 2, 2\]/, tensor([1.5, 2, 2, 2], floats(12))],
  ['text for a length', 'dims', 'attention.dims', /\[the string "1", 1, 2, 2\]/, tensor(['1', 1, 2, 2], floats(4))],
  ['bigints too large for lengths', 'dims', 'attention.dims', /\[the bigint 18446744073709551616,/, tensor([2n ** 64n, 1n, 2n, 2n], floats(4))],
  ['text for dims', 'dims', 'attention.dims', /found the string/, tensor('1,1,2,2', floats(4))],
  ['nothing for dims', 'dims', 'attention.dims', /found nothing/, tensor(undefined, floats(4))],
  ['a million dims', 'dims', 'attention.dims', /found \[1, 1, 1, 1, 1, 1, 1, 1, … 1000000 in all\]/, tensor(new Array(1e6).fill(1), floats(1))],
  ['100,000 levels', 'dims', 'attention[0]', /found 6 axes/, attention(deep(1e5))],
  ['an array that holds itself', 'dims', 'attention[0]', /found 6 axes/, attention(holds())],
  ['dims too long for the data', 'data-length', 'attention.data', /found 4 elements, expected 8, the product of dims \[1, 2, 2, 2\]/, tensor([1, 2, 2, 2], floats(4))],
  ['dims too short for the data', 'data-length', 'attention.data', /found 9 elements, expected 4/, tensor([1, 1, 2, 2], floats(9))],
  ['plain data of a wrong length', 'data-length', 'attention.data', /found 3 elements/, tensor([1, 1, 2, 2], [1, 0, 1])],
  ['huge dims', 'data-length', 'attention.data', /found 4 elements/, tensor([2 ** 40, 2 ** 40, 2 ** 40, 2 ** 40], floats(4))],
  ['data transferred to a worker', 'data-length', 'attention.data', /found 0 elements.*transferred to a worker/, tensor([1, 1, 2, 2], structuredCloneAway(floats(4)))],

  // Batches
  ['a batch of 2, one tensor', 'batch', 'attention', /found a batch of 2 in dims \[3, 2, 1, 2, 2\], expected a batch of 1/, tensor([3, 2, 1, 2, 2], floats(24))],
  ['a batch of 2, first axis', 'batch', 'attention', /a batch of 3 in dims \[2, 3, 1, 2, 2\]/, tensor([2, 3, 1, 2, 2], floats(24))],
  ['a batch of 2, a tensor a layer', 'batch', 'attention[0]', /a batch of 2 in dims \[2, 1, 2, 2\]/, attention([{ dims: [2, 1, 2, 2], data: floats(8) }])],
  ['a batch of 2, nested', 'batch', 'attention[0]', /a batch of 2.*\[layer\[0\] for layer in/, attention(nest([3, 2, 1, 2, 2], () => 0.5))],

  // Weights
  ['NaN', 'not-a-number', 'attention[0][0][0][1]', /masked whole/, weight(NaN)],
  ['∞', 'infinite', 'attention[0][0][0][1]', /found Infinity/, weight(Infinity)],
  ['−∞', 'infinite', 'attention[0][0][0][1]', /found -Infinity.*mask/, weight(-Infinity)],
  ['a negative weight', 'negative-weight', 'attention[0][0][0][1]', /found -0.25,.*scores before the softmax: quantity: 'scores'.*'signedWeights'/, weight(-0.25)],
  ['over 1', 'weight-over-1', 'attention[0][0][0][1]', /found 1.2,/, weight(1.2)],
  ['percentages', 'weight-over-1', 'attention[0][0][0][0]', /found 40,.*percentages/, attention([[[[40, 60], [100, 0]]]])],
  ['raw scores', 'negative-weight', 'attention[0][0][1][0]', /found -3.1,/, attention([[[[0.2, 0.4], [-3.1, 8]]]])],
  ['float16 NaN', 'not-a-number', 'attention[0][0][0][0]', /found NaN/, half(0x7e00)],
  ['float16 ∞', 'infinite', 'attention[0][0][0][0]', /found Infinity/, half(0x7c00)],
  ['float16 −1', 'negative-weight', 'attention[0][0][0][0]', /found -1,/, half(0xbc00)],
  ['float16 2', 'weight-over-1', 'attention[0][0][0][0]', /found 2,/, half(0x4000)],
  ['the second layer and head', 'not-a-number', 'attention[1][2][1][0]', /NaN/, attention(nest([2, 3, 2, 2], (l, h, q, k) => (l === 1 && h === 2 && q === 1 && k === 0 ? NaN : 0.5)))],
  ['a row over 1', 'row-over-1', 'attention[0][0] row 1', /weights that sum to 1.5, expected at most 1.*model.eval\(\)/, attention([[[[0.5, 0.5], [0.9, 0.6]]]])],
  ['a row over 1 in uint8', 'row-over-1', 'attention[0][0] row 0', /sum to 2,/, tensor([1, 1, 2, 2], Uint8Array.of(255, 255, 0, 255))],
  ['transposed', 'row-over-1', 'attention[0][0] row 0', /sum to 1.5,.*swap the last two axes/, attention([[[[1, 0.5], [0, 0.5]]]])],
  ['looking ahead where causal is true', 'not-causal', 'attention[0][0]', /Leave causal out/, attention(even(1, 1, 2), { causal: true })],

  // Tokens
  ['tokens null', 'missing-tokens', 'tokens', /found null/, tokens(null)],
  ['cross without decoder tokens', 'missing-tokens', 'decoder.tokens', /tokens of their own/, make({ encoder, cross: { attention: even(1, 1, 2, 3) } })],
  ['cross without encoder tokens', 'missing-tokens', 'encoder.tokens', /tokens of their own/, make({ decoder: encoder, cross: { attention: even(1, 1, 3, 2) } })],
  ['encoder without tokens', 'missing-tokens', 'encoder.tokens', /found nothing/, make({ encoder: { attention: even(1, 1, 3) } })],
  ['text for tokens', 'token-type', 'tokens', /found the string "The cat sat".*not its ids or its text/, tokens('The cat sat')],
  ['ids', 'token-type', 'tokens[0]', /found the number 101, expected a string/, tokens([101, 7, 8, 9, 102])],
  ['ids, typed', 'token-type', 'tokens', /found a BigInt64Array/, tokens(new BigInt64Array(5))],
  ['ids, as a tensor', 'token-type', 'tokens', /found a Tensor/, tokens(new Tensor('int64', new BigInt64Array(5), [1, 5]))],
  ['a batch of tokens', 'token-type', 'tokens[0]', /found an array of 5.*one sequence/, tokens([names(5)])],
  ['a token null', 'token-type', 'tokens[4]', /found null/, tokens([...names(4), null])],
  ['a hole for a token', 'token-type', 'tokens[0]', /found nothing/, tokens(new Array(5))],
  ['a promise of tokens', 'promise', 'tokens', /Await/, tokens(Promise.resolve(names(5)))],
  ['2 tokens too few', 'token-count', 'tokens', /found 3 tokens, expected 5, the number of queries in attention.*2 special tokens .* missing/, tokens(names(3))],
  ['1 token too few', 'token-count', 'tokens', /1 special token such as/, tokens(names(4))],
  ['2 tokens too many', 'token-count', 'tokens', /found 7 tokens.*2 special tokens .* too many/, tokens(names(7))],
  ['words in place of tokens', 'token-count', 'tokens', /found 1 token, .*one token for each position.*present/, tokens(['word'])],
  ['an empty list', 'token-count', 'tokens', /found 0 tokens/, tokens([])],
  ['one step with a cache', 'query-positions', 'queryPositions', /found nothing, expected the positions of the 1 query among 5 tokens.*queryPositions: \[4\]/, make({ tokens: names(5), attention: even(1, 1, 1, 5) })],
  ['many queries, not causal', 'query-positions', 'queryPositions', /of the 9 queries among 10 tokens.*\[1, …, 9\]/, make({ tokens: names(10), attention: even(1, 1, 9, 10) })],
  ['positions of other queries', 'query-positions', 'queryPositions', /found 1 position, expected 2 whole numbers/, make({ tokens: names(5), attention: even(1, 1, 2, 5), queryPositions: [4] })],
  ['positions out of order', 'query-positions', 'queryPositions', /found \[4, 3\]/, make({ tokens: names(5), attention: even(1, 1, 2, 5), queryPositions: [4, 3] })],
  ['a position beyond the tokens', 'query-positions', 'queryPositions', /found \[3, 5\], expected 2 whole numbers, ascending, from 0 to 4/, make({ tokens: names(5), attention: even(1, 1, 2, 5), queryPositions: [3, 5] })],
  ['a position alone', 'query-positions', 'queryPositions', /found the number 4/, make({ tokens: names(5), attention: even(1, 1, 1, 5), queryPositions: 4 })],
  ['windows of Longformer', 'token-count', 'tokens', /found 8 tokens, expected 5, the number of keys.*Longformer.*Linformer/, make({ tokens: names(8), attention: even(1, 1, 8, 5) })],
  ['windows of Swin', 'token-count', 'tokens', /windows \(Swin\)/, make({ tokens: names(32), attention: even(8, 1, 4) })],
  ['a layer in windows', 'batch', 'attention[0]', /found a batch of 64 in dims \[64, 3, 49, 49\].*one window of Swin/, make({ tokens: names(49), attention: [{ dims: [64, 3, 49, 49], data: new Uint8Array(64 * 3 * 49 * 49) }] })],
  ['tokens first, as of maps of pictures', 'token-count', 'tokens', /found 75 tokens, expected 28.*As many heads as tokens/, make({ tokens: names(75), attention: even(1, 75, 28) })],
  ['a window of keys, in a cache', 'token-count', 'tokens', /all tokens of the keys, and queryPositions/, make({ tokens: names(9), attention: even(1, 1, 2, 5) })],
  ['cross transposed', 'token-count', 'decoder.tokens', /swap the last two axes/, make({ encoder: { tokens: names(3) }, decoder: { tokens: names(2) }, cross: { attention: even(1, 1, 3, 2) } })],

  // Tokens that are not there
  ['a mask of another length', 'present', 'present', /found 3 entries, expected 5, one for each token passed/, make({ tokens: names(5), attention: even(1, 1, 5), present: [1, 1, 1] })],
  ['a mask of something else', 'present', 'present[1]', /found the number 2/, make({ tokens: names(5), attention: even(1, 1, 5), present: [1, 2, 1, 1, 1] })],
  ['a mask of nobody', 'present', 'present', /no token that is there/, make({ tokens: names(2), attention: even(1, 1, 2), present: [false, false] })],
  ['a mask that is a number', 'present', 'present', /found the number 4/, make({ tokens: names(5), attention: even(1, 1, 5), present: 4 })],
  ['padding that was looked at', 'present', 'attention[0][0][0][4]', /found a weight of 0.2 on a token that is not present/, make({ tokens: names(5), attention: even(1, 1, 5), present: [1, 1, 1, 1, 0] })],
  ['a segment of padding', 'segment', 'segments[0]', /tokens that are not there/, make({ tokens: names(2), attention: [[[[1, 0], [0, 0]]]], present: [1, 0], segments: [{ name: 'A', start: 1, end: 2 }] })],
  ['segments that overlap', 'segment', 'segments[1]', /found the string "B" from 1, within the string "A", which ends at 3/, segments([{ name: 'A', start: 0, end: 3 }, { name: 'B', start: 1, end: 4 }])],
  ['special tokens that are text', 'special-tokens', 'specialTokens', /found the string "\[PAD\]"/, make({ tokens: names(5), attention: even(1, 1, 5), specialTokens: '[PAD]' })],

  // Quantities; quantity.test.ts has the rest
  ['a quantity that is none', 'quantity', 'quantity', /found the string "jets", expected 'weights',/, make({ tokens: names(5), attention: even(1, 1, 5), quantity: 'jets' })],
  ['a gate over 1', 'out-of-range', 'attention[0][0][0][1]', /found 1.8, expected a gate in \[0, 1\]/, make({ tokens: names(2), attention: [[[[0.9, 1.8], [1, 1]]]], quantity: 'gates' })],
  ['a granularity that is none', 'lens', 'granularity', /found the string "paragraph"/, () => lookThrough(read(), { granularity: 'paragraph' as never, hide: 'none', renormalize: false })],

  // Layers that differ
  ['a head that one layer has not', 'unknown-head', 'head', /found the number 1, expected 0\. Layer 1 of the self stream holds no other/, () => (attention([even(1, 2, 2)[0], even(1, 1, 2)[0]])() as Trace).stream().matrix(1, 1)],
  ['numbers of heads for layers that differ', 'head-numbers', 'heads', /found \[0, 1\], expected 2 lists, one for each layer/, attention([even(1, 2, 2)[0], even(1, 1, 2)[0]], { heads: [0, 1] })],
  ['too few encoder tokens for cross', 'token-count', 'encoder.tokens', /found 3 tokens, expected 4, the number of keys in cross.attention/, make({ encoder: { tokens: names(3) }, decoder: { tokens: names(2) }, cross: { attention: even(1, 1, 2, 4) } })],

  // Numbers of layers and heads
  ['too few layers', 'layer-numbers', 'layers', /found \[3\], expected 2 whole numbers/, numbers({ layers: [3] })],
  ['layers out of order', 'layer-numbers', 'layers', /found \[5, 3\]/, numbers({ layers: [5, 3] })],
  ['a layer twice', 'layer-numbers', 'layers', /found \[3, 3\]/, numbers({ layers: [3, 3] })],
  ['a negative layer', 'layer-numbers', 'layers', /found \[-1, 0\]/, numbers({ layers: [-1, 0] })],
  ['half a layer', 'layer-numbers', 'layers', /found \[0.5, 1\]/, numbers({ layers: [0.5, 1] })],
  ['a hole in layers', 'layer-numbers', 'layers', /found \[nothing, 1\]/, numbers({ layers: Object.assign(new Array(2), { 1: 1 }) })],
  ['a count for layers', 'layer-numbers', 'layers', /found the number 2/, numbers({ layers: 2 })],
  ['null for layers', 'layer-numbers', 'layers', /found null/, numbers({ layers: null })],
  ['too many heads', 'head-numbers', 'heads', /found \[0, 1, 2\]/, numbers({ heads: [0, 1, 2] })],
  ['text for heads', 'head-numbers', 'heads', /found \[the string "0", the string "1"\]/, numbers({ heads: ['0', '1'] })],
  ['encoder heads', 'head-numbers', 'encoder.heads', /found \[\]/, make({ encoder: { ...encoder, heads: [] } })],

  // Segments
  ['text for segments', 'segment', 'segments', /found the string "A", expected an array/, segments('A')],
  ['null for a segment', 'segment', 'segments[0].name', /found nothing/, segments([null])],
  ['a hole for a segment', 'segment', 'segments[0].name', /found nothing/, segments(new Array(1))],
  ['no name', 'segment', 'segments[0].name', /found nothing, expected a string/, segments([{ start: 0, end: 2 }])],
  ['one name twice', 'segment', 'segments[1].name', /found the string "A" again/, segments([{ name: 'A', start: 0, end: 1 }, { name: 'A', start: 1, end: 2 }])],
  ['end beyond the tokens', 'segment', 'segments[0]', /start and end \[2, 6\], expected whole numbers, 0 ≤ start < end ≤ 5/, segments([{ name: 'A', start: 2, end: 6 }])],
  ['end before start', 'segment', 'segments[0]', /\[3, 2\]/, segments([{ name: 'A', start: 3, end: 2 }])],
  ['empty', 'segment', 'segments[0]', /\[3, 3\]/, segments([{ name: 'A', start: 3, end: 3 }])],
  ['negative start', 'segment', 'segments[0]', /\[-1, 2\]/, segments([{ name: 'A', start: -1, end: 2 }])],
  ['a fraction', 'segment', 'segments[0]', /\[0.5, 2\]/, segments([{ name: 'A', start: 0.5, end: 2 }])],
  ['no end', 'segment', 'segments[0]', /\[0, nothing\]/, segments([{ name: 'A', start: 0 }])],
  ['characters of a text', 'segment', 'segments[0]', /\[the string "0", the string "2"\]/, segments([{ name: 'A', start: '0', end: '2' }])],
  ['decoder segments', 'segment', 'decoder.segments[0]', /\[0, 9\]/, make({ decoder: { ...encoder, segments: [{ name: 'A', start: 0, end: 9 }] } })],

  // Vectors; attention is 2 layers, 4 heads, 3 tokens
  ['queries of 1 layer', 'vectors', 'queries', /found 1 layer in dims \[1, 4, 3, 8\], expected 2, as in attention/, vectors({ queries: nest([1, 4, 3, 8], () => 0) })],
  ['keys of 5 tokens', 'vectors', 'keys', /found 5 tokens/, vectors({ keys: nest([2, 4, 5, 8], () => 0) })],
  ['values with heads and tokens swapped', 'vectors', 'values', /found 4 tokens .*swap axes/, vectors({ values: nest([2, 3, 4, 8], () => 0) })],
  ['3 key heads for 4', 'vectors', 'keys', /found 3 heads .* expected 1, 2 or 4\./, vectors({ keys: nest([2, 3, 3, 8], () => 0) })],
  ['grouped queries', 'vectors', 'queries', /found 2 heads .* expected 4\./, vectors({ queries: nest([2, 2, 3, 8], () => 0) })],
  ['grouped keys for a subset of heads', 'vectors', 'keys', /found 2 heads .* expected 1 or 4\./, vectors({ heads: [4, 5, 6, 7], keys: nest([2, 2, 3, 8], () => 0) })],
  ['queries and keys of other lengths', 'vectors', 'keys', /found 4 numbers a key, expected 8/, vectors({ queries: nest([2, 4, 3, 8], () => 0), keys: nest([2, 4, 3, 4], () => 0) })],
  ['uint8', 'vectors', 'values', /found uint8/, vectors({ values: { dims: [2, 4, 3, 1], data: new Uint8Array(24) } })],
  ['a null layer of keys', 'vectors', 'keys[1]', /found null.*Record them for every layer/, vectors({ keys: [nest([4, 3, 8], () => 0), null] })],
  ['NaN in queries', 'not-a-number', 'queries[1][3][2][7]', /found NaN, expected a finite number/, vectors({ queries: nest([2, 4, 3, 8], (...i) => (String(i) === '1,3,2,7' ? NaN : 0)) })],
  ['float16 −∞ in keys', 'infinite', 'keys[0][1][0][0]', /found -Infinity/, vectors({ keys: { dims: [2, 4, 3, 1], data: Uint16Array.from({ length: 24 }, (_, i) => (i === 3 ? 0xfc00 : 0xbc00)), } })],
  ['keys of 2 axes', 'dims', 'keys', /expected 4: \[layer, head, token, dim\]/, vectors({ keys: { dims: [3, 8], data: floats(24) } })],
  ['ragged values', 'ragged', 'values[0][0] row 1', /found 1 number, expected 2 numbers/, vectors({ values: [[[[1, 2], [1], [1, 2]]]] })],
  ['false for values', 'not-an-array', 'values', /found false/, vectors({ values: false })],
  ['cross keys of the decoder', 'vectors', 'cross.keys', /found 2 tokens .* expected 3/, make({ encoder: { tokens: names(3) }, decoder: { tokens: names(2) }, cross: { attention: even(1, 1, 2, 3), keys: even(1, 1, 2) } })],

  // Streams put together
  ['two streams of one name', 'stream-name', 'stream 1', /another called 'self'/, () => traceOf(read(), read())],
  ['a stream without a name', 'stream-name', 'stream 0', /found the string " ", expected a name/, () => traceOf(deriveStream(read(), { name: ' ', matrix: () => read().matrix(4, 0) }))],
  ['no stream', 'empty', 'traceOf', /found no stream/, () => traceOf()],

  // Streams derived; tests/unit/analysis has the rest
  ['rollout of cross attention', 'derivation', 'rollout', /found cross attention/, () => rollout(createTrace({ encoder: { tokens: names(2) }, decoder: { tokens: names(2) }, cross: { attention: even(1, 1, 2) } }).stream())],

  // A model's config; tests/unit/io has the rest
  ['a family not known', 'config', 'model_type', /found the string "deberta"/, () => fromConfig({ model_type: 'deberta' })],

  // Reading a trace
  ['a stream it has not', 'unknown-stream', 'stream', /found the string "cross", expected 'encoder'/, () => createTrace({ encoder } as never).stream('cross')],
  ['a layer it has not', 'unknown-layer', 'layer', /found the number 0, expected one of 4–6/, () => read().matrix(0, 0)],
  ['a layer that is text', 'unknown-layer', 'layer', /found the string "4"/, () => read().matrix('4' as never, 0)],
  ['a head it has not', 'unknown-head', 'head', /found the number 1, expected 0\./, () => read().matrix(4, 1)],

  // Groups and comparisons; tests/unit/analysis has the rest
  ['no groups', 'group', 'keyGroups', /found no group, expected at least one/, () => groupShares(three(), { queryGroups: all, keyGroups: [] })],
  ['a group of fractions', 'group', 'keyGroups[0].positions', /found the number 0.5/, () => groupShares(three(), { queryGroups: all, keyGroups: [{ name: 'A', positions: [0.5] }] })],
  ['a word list without a match', 'empty-group', 'keyGroups[0]', /found the group "joy" without tokens/, () => groupShares(three(), { queryGroups: all, keyGroups: [{ name: 'joy', positions: [] }] })],
  ['a group of another text', 'group-outside', 'keyGroups[0]', /found the position 7 in "document 3", expected positions from 0 to 2/, () => groupShares(three(), { queryGroups: all, keyGroups: [{ name: 'document 3', positions: [1, 7] }] })],
  ['groups that must be apart', 'group-overlap', 'keyGroups[1]', /found the token at 1 in "A" and in "B"/, () => groupShares(three(), { queryGroups: all, keyGroups: [{ name: 'A', positions: [0, 1] }, { name: 'B', positions: [1, 2] }], apart: true })],
  ['a group whose queries were not recorded', 'no-queries', 'queryGroups[0]', /found no recorded query among the 2 tokens of "prompt"/, () => groupShares(three(), { queryGroups: [{ name: 'prompt', positions: [0, 1] }], keyGroups: all })],
  ['weights of heads of another model', 'head-weights', 'headWeights.values', /found 2 layers, expected 1, as many as the self stream has/, () => weightsOfHeads({ label: 'AT2', values: [[1], [2]] }, three())],
  ['traces of other layers', 'different-models', 'the self stream of b', /found 1 layers? \(4–4\) of 1 heads?, expected 1/, () => compareTraces(one(), createTrace({ tokens: names(2), layers: [4], attention: even(1, 1, 2) }))],
  ['another tokenizer, where the same was asked for', 'different-tokens', 'the tokens of self[1]', /found "t1" in a and "x" in b/, () => compareTraces(one(), createTrace({ tokens: ['t0', 'x'], attention: even(1, 1, 2) }), { align: 'ids' })],
  ['texts without a word in common', 'nothing-aligned', 'the tokens of self', /found texts without a word in common, "t0t1"… and "catsdogs"…/, () => compareTraces(one(), createTrace({ tokens: ['cats', 'dogs'], attention: even(1, 1, 2) }))],

  // Options of views
  ['an option it may not have', 'unknown-option', 'edges', /found "lines", expected one of/, () => checkOption('edges', 'lines', headViewOptions.edges as OptionRule<string>)],

  // Props outside Svelte; tests/browser/embed has the rest
  ['a prop it has not', 'unknown-prop', 'laier', /found a prop that this view does not have, expected one of layer/, () => checkUnknown({ laier: 3 }, headViewOptions)],
  ['a page that is not there', 'no-page', 'createView', /found no document/, () => createView(undefined as never, {} as never, {})],

  // Steps of generation; tests/unit/io has the rest
  ['queries and keys without a word on causality', 'source', 'causal', /found nothing, expected true or false/, () => queryKeyAttention({ queries: even(1, 1, 2), keys: even(1, 1, 2) } as never)],
  ['a step left out', 'steps', 'steps[1][0][0][0][3]', /found a weight of 0\.25, expected 0, as this position/, () => fromGenerateSteps({ tokens: names(4), steps: [even(1, 1, 2), even(1, 1, 1, 4)] })],

  // Files; tests/unit/io has the rest
  ['a file cut short', 'file', 'the file', /./, () => loadSafetensors(new Uint8Array(3))],
  ['a file without attention', 'file-names', 'the file', /./, () => loadSafetensors(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d))],
];

/** One query of three tokens, and a group of all. */
function three() {
  return createTrace({ tokens: names(3), attention: [[[[0.5, 0.25, 0.25]]]], queryPositions: [2] }).stream();
}
const all = [{ name: 'all', positions: [0, 1, 2] }];
const one = () => createTrace({ tokens: names(2), attention: even(1, 1, 2) });

/** What is left of an array whose buffer went elsewhere. */
function structuredCloneAway<T extends Float32Array>(array: T): T {
  structuredClone(array, { transfer: [array.buffer as ArrayBuffer] });
  return array;
}
