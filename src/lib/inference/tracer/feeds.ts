import { InferenceError } from '../errors.js';
import { DataType, type ValueInfo } from '../onnx/model.js';
import { makeTensor, type Feeds, type OnnxRuntime, type OnnxTensor } from './runtime.js';

/** What one run is about. */
export interface RunInput {
  /** Ids of the tokens given now; with a cache, those before them are in it. */
  ids: readonly number[];
  typeIds?: readonly number[];
  /** Which tokens, those in the cache included, may be seen; all by default. */
  mask?: readonly number[];
  /** Number of tokens in the cache. */
  past?: number;
  /** Inputs by name that are there already: a cache, an encoder's output, pixels. */
  given?: Readonly<Record<string, OnnxTensor>>;
  /** The encoder's tokens, for a decoder. */
  sourceMask?: readonly number[];
  /** Inputs made from other inputs' names by the caller's rule, where the model wants more. */
  useCache?: boolean;
}

/**
 * Every input the model wants, made from tokens by the names that exporters give them.
 *
 * @throws InferenceError `missing-input`
 */
export function makeFeeds(ort: OnnxRuntime, inputs: readonly ValueInfo[], input: RunInput): Feeds {
  const { ids, given = {} } = input;
  const count = ids.length || readLength(given);
  const past = input.past ?? cachedLength(given);
  const mask = input.mask ?? Array<number>(past + count).fill(1);
  const positions = Array.from({ length: count }, (_, i) => past + i);
  const rows = new Map([
    ['input_ids', ids],
    ['decoder_input_ids', ids],
    ['attention_mask', mask],
    ['decoder_attention_mask', mask],
    ['encoder_attention_mask', input.sourceMask],
    ['token_type_ids', input.typeIds ?? positions.map(() => 0)],
    ['position_ids', positions],
  ]);
  const feed = (info: ValueInfo): OnnxTensor => {
    const { name } = info;
    if (given[name]) return own(ort, given[name]);
    const row = rows.get(name);
    if (row && count > 0) return integers(ort, info, row, [1, row.length]);
    if (name === 'cache_position') return integers(ort, info, positions, [positions.length]);
    if (name === 'use_cache_branch')
      return makeTensor(ort, 'bool', Uint8Array.of(input.useCache ? 1 : 0), [1]);
    if (name === 'num_logits_to_keep') return integers(ort, info, [0], []);
    return isCache(name) ? emptyCache(ort, info) : missing(name, inputs);
  };
  return Object.fromEntries(inputs.map((info) => [info.name, feed(info)]));
}

/** How many tokens, or samples of sound, the caller's own inputs hold, where there are no ids; 0 where that is not known. */
function readLength(given: Readonly<Record<string, OnnxTensor>>): number {
  const read = ['input_ids', 'inputs_embeds', 'input_values', 'decoder_input_ids'].find(
    (name) => given[name],
  );
  return read === undefined ? 0 : (given[read]!.dims[1] ?? 0);
}

/** How many tokens are in a cache of the caller's, `[batch, head, token, dim]`. */
function cachedLength(given: Readonly<Record<string, OnnxTensor>>): number {
  const cache = Object.entries(given).find(([name, { dims }]) => isCache(name) && dims.length === 4);
  return cache ? cache[1].dims[2]! : 0;
}

/** A tensor of this runtime; onnxruntime-web's worker takes the memory of what it is fed, so that one to be fed again must be a copy. */
function own(ort: OnnxRuntime, tensor: OnnxTensor): OnnxTensor {
  const proxy = ort.env?.wasm?.proxy;
  if (!proxy && tensor instanceof ort.Tensor) return tensor;
  const { type, dims, data } = tensor;
  return makeTensor(ort, type, proxy ? (data as Float32Array).slice() : data, dims);
}

export function isCache(name: string): boolean {
  return /^past(_key_values|_key|_value)?[._\d]/.test(name);
}

/** A cache that holds no token: every axis the model leaves open is 0, but the batch. */
function emptyCache(ort: OnnxRuntime, { dataType, dims = [] }: ValueInfo): OnnxTensor {
  const empty = dims.map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? 1 : 0));
  const length = empty.reduce((product, dim) => product * dim, 1);
  return dataType === DataType.float16
    ? makeTensor(ort, 'float16', new Uint16Array(length), empty)
    : makeTensor(ort, 'float32', new Float32Array(length), empty);
}

function integers(
  ort: OnnxRuntime,
  { dataType }: ValueInfo,
  values: readonly number[],
  dims: readonly number[],
): OnnxTensor {
  if (dataType === DataType.int32) return makeTensor(ort, 'int32', Int32Array.from(values), dims);
  if (dataType === DataType.float) return makeTensor(ort, 'float32', Float32Array.from(values), dims);
  return makeTensor(ort, 'int64', BigInt64Array.from(values, BigInt), dims);
}

function missing(name: string, inputs: readonly ValueInfo[]): never {
  throw new InferenceError({
    code: 'missing-input',
    place: `the model's input '${name}'`,
    found: 'nothing to feed it',
    expected: `values for ${inputs.map((input) => input.name).join(', ')}`,
    fix: `Pass it yourself: trace({ feeds: { ${JSON.stringify(name)}: new ort.Tensor(…) } }).`,
  });
}
