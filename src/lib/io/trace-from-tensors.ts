import { describe, isRecord } from '../trace/describe.js';
import { sublayerPartNames } from '../trace/sublayer.js';
import { createTrace, type Tensor, type Trace, type TraceInput } from '../trace/index.js';
import { findTensor, listNames, namesError, type TensorKind, type TensorNames } from './find-tensors.js';
import { traceMetadata } from './trace-metadata.js';

/** How to read tensors that are not named as attentrace writes them. */
export interface TensorOptions {
  /**
   * The names of the tensors, for example `{ attention: 'attentions', queries: 'q' }`. Where there is one a layer, the
   * name without its number (`attentions` for `attentions.0`, `attentions.1`…), or with `{layer}` in the number's place
   * (`h.{layer}.attn`). Names left out keep their default; `null` leaves a tensor out.
   */
  names?: TensorNames;
  /** The tokens, where the file does not hold them; `{ encoder, decoder }` for encoder-decoder models. */
  tokens?: readonly string[] | { encoder?: readonly string[]; decoder?: readonly string[] };
  /** Values that the file lacks, or has wrong, by the names of its metadata: `{ quantity: 'scores', 'decoder.causal': true }`. */
  metadata?: Readonly<Record<string, unknown>>;
}

/** How to read a file. */
export interface LoadOptions extends TensorOptions {
  /** Aborts the reading; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** The content of a file: tensors and metadata to make a trace of. A tensor is read when its `data` is used. */
export interface TensorFile {
  /** Its name in messages. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: ReadonlyMap<string, unknown>;
}

const vectorNames = ['queries', 'keys', 'values', ...sublayerPartNames] as const;

type Prefix = '' | 'encoder.' | 'decoder.' | 'cross.';

/**
 * A trace from tensors by name, the way in which every file is read: `attention` `[layer, head, query, key]`, or
 * `attention.{layer}` `[head, query, key]` for each layer; `queries`, `keys`, `values` `[layer, head, token, dim]` likewise; in
 * encoder-decoder models each with `encoder.`, `decoder.` or `cross.` before it. What contributions take: `outputMatrix` `[layer, head, dim,
 * hidden]`, `residual` and `blockOutput` `[layer, token, hidden]`, `outputBias`, `normWeight` and `normBias` `[layer, hidden]`, see
 * `SublayerInput`. How queries and keys become weights: `scoring.bias`, with `scoring` among the metadata. Other tensors are not read.
 *
 * @param metadata `tokens`, `segments`, `layers`, `heads`, `causal`, `quantity`, `queryPositions`, `scoring`, `present`, `specialTokens`, `normEpsilon` (with the
 * same prefixes), `model`, `text`; as values, or as JSON, which is how files hold them
 * @throws TraceError `file-names` where tensors are not found, `file` for metadata that are not what they should be, and all that
 * `createTrace` throws
 * @example
 * const trace = traceFromTensors({ 'attention.0': { dims: [12, 8, 8], data } }, { tokens });
 */
export function traceFromTensors(
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  metadata: ReadonlyMap<string, unknown> | Readonly<Record<string, unknown>> = {},
  options: TensorOptions = {},
): Trace {
  return readTrace(
    { name: 'tensors', tensors: asMap<Tensor>(tensors, 'tensors'), metadata: asMap(metadata, 'metadata') },
    options,
  );
}

/** Makes the trace of a file's content. */
export function readTrace(file: TensorFile, options: TensorOptions = {}): Trace {
  return createTrace(traceInput(file, options));
}

function traceInput({ name, tensors, metadata }: TensorFile, options: TensorOptions): TraceInput {
  const { names = {}, tokens } = options ?? {};
  const said = traceMetadata(new Map([...metadata, ...asMap(options?.metadata ?? {}, 'metadata')]), name);

  const scoring = (key: string) => {
    const bias = tensors.get(`${key}.bias`);
    const given = said.scoring(key);
    return bias ? { ...given, bias } : given;
  };

  function stream(prefix: Prefix) {
    const find = (kind: TensorKind) => findTensor(tensors, `${prefix}${kind}`, names ?? {}, name);
    const attention = find('attention');
    const vectors = (kind: TensorKind) => {
      const found = find(kind);
      if (found?.layers && attention?.layers && String(found.layers) !== String(attention.layers))
        throw namesError(
          name,
          `${prefix}${kind} of layers ${found.layers.join(', ')}`,
          `those of attention: ${attention.layers.join(', ')}`,
          'Save them for the same layers.',
        );
      return found?.input;
    };
    return {
      attention: attention?.input,
      ...Object.fromEntries(vectorNames.map((kind) => [kind, vectors(kind)])),
      normEpsilon: said.number(`${prefix}normEpsilon`),
      layers: attention?.layers ?? said.numbers(`${prefix}layers`),
      heads: said.heads(`${prefix}heads`),
      causal: said.flag(`${prefix}causal`),
      quantity: said.quantity(`${prefix}quantity`),
      queryPositions: said.numbers(`${prefix}queryPositions`),
      scoring: scoring(`${prefix}scoring`),
    };
  }

  const side = (prefix: Prefix, given: readonly string[] | undefined) => ({
    tokens: given ?? said.strings(`${prefix}tokens`),
    segments: said.segments(`${prefix}segments`),
    present: said.mask(`${prefix}present`),
    specialTokens: said.strings(`${prefix}specialTokens`),
  });

  const about = { model: said.text('model'), text: said.text('text') };
  const self = stream('');
  const cross = stream('cross.');
  const [encoder, decoder] = (['encoder', 'decoder'] as const).map((which) => {
    const given = Array.isArray(tokens)
      ? undefined
      : (tokens as Exclude<typeof tokens, readonly string[]>)?.[which];
    return { ...side(`${which}.`, given), ...stream(`${which}.`) };
  });
  const isEncoderDecoder = [encoder, decoder, cross].some((part) => part?.attention);
  if (self.attention && isEncoderDecoder)
    throw namesError(
      name,
      'both attention and that of an encoder-decoder model',
      'one of them',
      'Leave one out, for example names: { attention: null }.',
    );
  // Missing parts stay undefined: createTrace reports them.
  if (isEncoderDecoder)
    return { ...about, encoder: held(encoder), decoder: held(decoder), cross: held(cross) } as TraceInput;
  if (self.attention)
    return { ...about, ...side('', tokens as readonly string[] | undefined), ...self } as TraceInput;
  throw namesError(
    name,
    listNames(tensors),
    'attention or attention.{layer}, alone or after encoder., decoder. or cross.',
    "Say what the file calls it, for example names: { attention: 'attentions' }.",
  );
}

/** A part of an encoder-decoder model; undefined if the file has none of it. */
function held<T extends object>(part: T | undefined): T | undefined {
  return Object.values(part ?? {}).some((value) => value !== undefined) ? part : undefined;
}

function asMap<T>(
  given: ReadonlyMap<string, T> | Readonly<Record<string, T>>,
  place: string,
): ReadonlyMap<string, T> {
  if (given instanceof Map) return given as ReadonlyMap<string, T>;
  if (isRecord(given)) return new Map(Object.entries(given as Record<string, T>));
  throw namesError(
    place,
    describe(given),
    'an object, or a Map, of values by name',
    'Call traceFromTensors({ attention: { dims, data } }, { tokens }).',
  );
}
