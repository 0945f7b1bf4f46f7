import {
  createTrace,
  TraceError,
  type EncoderDecoderInput,
  type SelfStreamInput,
  type StreamInput,
  type Tensor,
  type Trace,
  type TraceInput,
} from '../../trace/index.js';
import type { FileTensor } from '../file-tensor.js';
import { parseSafetensors, type SafetensorsFile } from './parse-safetensors.js';
import { readSource, type Source } from '../read-source.js';
import { traceMetadata } from '../trace-metadata.js';

type Kind = 'attention' | 'queries' | 'keys' | 'values';

/** Our name for a tensor: `attention`, or with its stream in encoder-decoder models, `cross.attention`. */
export type TensorName = Kind | `${'encoder' | 'decoder' | 'cross'}.${Kind}`;

/** How to read a safetensors file that is not laid out as attentrace writes it. */
export interface LoadSafetensorsOptions {
  /**
   * What the file calls its tensors, for example `{ attention: 'attentions', queries: 'q' }`. Where it has one tensor a
   * layer, the name without its number (`attentions` for `attentions.0`, `attentions.1`…), or with `{layer}` in the
   * number's place (`h.{layer}.attn`). Names left out keep their default; `null` leaves a tensor out.
   */
  names?: Partial<Record<TensorName, string | null>>;
  /** The tokens, where the file does not hold them; `{ encoder, decoder }` for encoder-decoder models. */
  tokens?: readonly string[] | { encoder?: readonly string[]; decoder?: readonly string[] };
  /** Aborts the reading; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Loads a trace from a safetensors file: `attention` `[layer, head, query, key]`, or `attention.{layer}`
 * `[head, query, key]` for each layer; `queries`, `keys`, `values` `[layer, head, token, dim]` likewise; in
 * encoder-decoder models each with `encoder.`, `decoder.` or `cross.` before it. `__metadata__` holds `tokens` (or
 * `encoder.tokens`, `decoder.tokens`) as a JSON array, and may hold `segments`, `layers`, `heads`, `causal` (JSON, with
 * the same prefixes), `model` and `text`. Other tensors are not read.
 *
 * Tensors are viewed, not copied: F32, F16 and U8 keep their type. BF16 and F64 become float32.
 *
 * @param source a URL, a `Blob`, bytes or, in Node, a path
 * @throws TraceError `file` for a damaged file, `file-names` where tensors are not found, and all that `createTrace` throws
 * @example
 * const trace = await loadSafetensors('trace.safetensors');
 * const other = await loadSafetensors(file, { names: { attention: 'attentions' }, tokens: ['The', 'cat'] });
 */
export async function loadSafetensors(source: Source, options: LoadSafetensorsOptions = {}): Promise<Trace> {
  const { bytes, name } = await readSource(source, options.signal);
  return createTrace(traceInput(parseSafetensors(bytes, name), name, options));
}

function traceInput(
  file: SafetensorsFile,
  name: string,
  { names = {}, tokens }: LoadSafetensorsOptions,
): TraceInput {
  const metadata = traceMetadata(file.metadata, name);

  function stream(prefix: '' | 'encoder.' | 'decoder.' | 'cross.'): Partial<StreamInput> {
    const find = (kind: Kind) => findTensors(file.tensors, `${prefix}${kind}`, names, name);
    const attention = find('attention');
    const vectors = (kind: Kind) => {
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
      queries: vectors('queries'),
      keys: vectors('keys'),
      values: vectors('values'),
      layers: attention?.layers ?? metadata.numbers(`${prefix}layers`),
      heads: metadata.numbers(`${prefix}heads`),
      causal: metadata.flag(`${prefix}causal`),
    };
  }

  const side = (prefix: '' | 'encoder.' | 'decoder.', given: readonly string[] | undefined) => ({
    tokens: given ?? metadata.strings(`${prefix}tokens`),
    segments: metadata.segments(`${prefix}segments`),
  });

  const about = { model: file.metadata.get('model'), text: file.metadata.get('text') };
  const self = stream('');
  const cross = stream('cross.');
  const [encoder, decoder] = (['encoder', 'decoder'] as const).map((which) => {
    const given = Array.isArray(tokens) ? undefined : (tokens as SidesOfTokens | undefined)?.[which];
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
  // What is missing stays undefined: createTrace says so, and what to do.
  if (isEncoderDecoder)
    return {
      ...about,
      encoder: held(encoder),
      decoder: held(decoder),
      cross: held(cross),
    } as EncoderDecoderInput;
  if (self.attention)
    return { ...about, ...side('', tokens as readonly string[] | undefined), ...self } as SelfStreamInput;
  throw namesError(
    name,
    listNames(file.tensors),
    'attention or attention.{layer}, alone or after encoder., decoder. or cross.',
    "Say what the file calls it, for example names: { attention: 'attentions' }.",
  );
}

type SidesOfTokens = { encoder?: readonly string[]; decoder?: readonly string[] };

/** A part of an encoder-decoder model, unless the file has nothing of it. */
function held<T extends object>(part: T | undefined): T | undefined {
  return Object.values(part ?? {}).some((value) => value !== undefined) ? part : undefined;
}

/** A tensor whole, or one a layer in the order of their numbers; `undefined` where the file has none and need not. */
function findTensors(
  tensors: ReadonlyMap<string, FileTensor>,
  ours: TensorName,
  names: NonNullable<LoadSafetensorsOptions['names']>,
  file: string,
): { input: Tensor | Tensor[]; layers?: number[] } | undefined {
  const theirs = names[ours] === undefined ? ours : names[ours];
  if (theirs === null) return undefined;
  const whole = tensors.get(theirs);
  if (whole) return { input: read(whole) };

  const pattern = theirs.includes('{layer}') ? theirs : `${theirs}.{layer}`;
  const [before, after] = pattern.split('{layer}') as [string, string];
  const layers = new Map<number, FileTensor>();
  for (const [name, tensor] of tensors) {
    const number = name.slice(before.length, name.length - after.length);
    if (/^\d+$/.test(number) && name === before + number + after) layers.set(Number(number), tensor);
  }
  if (layers.size > 0) {
    const inOrder = [...layers].sort(([a], [b]) => a - b);
    return { input: inOrder.map(([, tensor]) => read(tensor)), layers: inOrder.map(([layer]) => layer) };
  }
  if (names[ours] === undefined) return undefined;
  throw namesError(
    file,
    listNames(tensors),
    `${theirs} or ${pattern}, as names says`,
    `Correct names['${ours}'].`,
  );
}

/** Reads the data now, so that a type that cannot be read is reported under the file's own name. */
function read({ dims, data }: FileTensor): Tensor {
  return { dims, data };
}

/** The first names: a file of model weights has hundreds. */
function listNames(tensors: ReadonlyMap<string, unknown>): string {
  const names = [...tensors.keys()];
  const first = names.slice(0, 12).join(', ') || 'no tensors';
  return names.length > 12 ? `${names.length} tensors: ${first}…` : first;
}

function namesError(place: string, found: string, expected: string, fix: string): TraceError {
  return new TraceError({ code: 'file-names', place, found, expected, fix });
}
