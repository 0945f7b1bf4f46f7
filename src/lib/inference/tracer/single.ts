import type { Trace } from '../../trace/types.js';
import { InferenceError } from '../errors.js';
import { singleTrace, type AboutRun } from './assemble.js';
import { isCache, type RunInput } from './feeds.js';
import { numbersOf, type OnnxTensor, type Results } from './runtime.js';
import { createSampler } from './sampling.js';
import type { Part } from './session.js';
import { Stitcher } from './stitch.js';
import { decodeIds, piecesOf, readInput, textOf, type TokenInput, type TokenizerLike } from './tokenize.js';
import type { GenerateOptions, TraceOptions } from './types.js';

/** Models of one file: encoders, and decoders without an encoder. */
export interface Single {
  readonly part: Part;
  readonly tokenizer: TokenizerLike | undefined;
  readonly ends: ReadonlySet<number>;
  readonly about: AboutRun;
}

export interface Traced {
  readonly trace: Trace;
  readonly ids: readonly number[];
  /** Why writing ended before its time. */
  readonly failure?: InferenceError;
}

export async function traceSingle(
  { part, tokenizer, about }: Single,
  input: string | TokenInput,
  { pair, signal }: TraceOptions,
): Promise<Traced> {
  const encoded = readInput(tokenizer, input, pair);
  const results = await part.run(
    { ids: encoded.ids, typeIds: encoded.typeIds, given: encoded.feeds },
    { signal },
  );
  const { tokens, segments } = encoded;
  const text = textOf(input, pair);
  return {
    trace: await singleTrace(part.recorded, results, { tokens, segments }, { ...about, text }),
    ids: encoded.ids,
  };
}

export async function generateSingle(
  single: Single,
  input: string | TokenInput,
  options: GenerateOptions,
): Promise<Traced & { generated: string }> {
  const { part, tokenizer, about } = single;
  const prompt = readInput(tokenizer, input);
  const inputs = part.tapped.inputs.map((input) => input.name);
  if (inputs.includes('inputs_embeds') && !inputs.includes('input_ids'))
    throw noIds('inputs_embeds, a vector for each token');
  if (prompt.ids.length === 0) throw noIds('feeds without ids');
  const caches = inputs.filter(isCache);
  const ids = [...prompt.ids];
  const stitcher = new Stitcher(part.recorded);
  let given: Results = {};
  let fed = 0;
  let whole: Results = {};
  const read = async (): Promise<Results> => {
    const next: RunInput =
      caches.length > 0
        ? { ids: ids.slice(fed), past: fed, given: { ...prompt.feeds, ...given }, useCache: fed > 0 }
        : { ids, given: prompt.feeds };
    const results = await part.run(next, { signal: options.signal });
    given = cachesFrom(caches, results, given);
    fed = ids.length;
    if (caches.length > 0) stitcher.add(results);
    whole = results;
    return results;
  };
  let failure = await writeOn(ids, read, single, options);
  // The last token has been written and not yet read: its row is missing.
  if (fed < ids.length)
    await read().catch((error: unknown) => {
      if (fed === 0 || !endsWriting(error)) throw error;
      failure = error;
      ids.length = fed;
    });
  const tokens = [
    ...(prompt.tokens ?? piecesOf(tokenizer, prompt.ids)),
    ...piecesOf(tokenizer, ids.slice(prompt.ids.length)),
  ];
  const segments = [
    { name: 'prompt', start: 0, end: prompt.ids.length },
    ...(ids.length > prompt.ids.length
      ? [{ name: 'answer', start: prompt.ids.length, end: ids.length }]
      : []),
  ];
  const results = caches.length > 0 ? stitcher.finish() : whole;
  const generated = decodeIds(tokenizer, ids.slice(prompt.ids.length));
  const text = typeof input === 'string' ? input + generated : undefined;
  return {
    trace: await singleTrace(part.recorded, results, { tokens, segments }, { ...about, text }),
    ids,
    generated,
    failure,
  };
}

/**
 * Writes a token at a time after `ids`. Where a later step fails, gives the reason: what was written before it stays, but for the last,
 * which could not be read.
 */
export async function writeOn(
  ids: number[],
  read: (begun: boolean) => Promise<Results>,
  { tokenizer, ends }: Pick<Single, 'tokenizer' | 'ends'>,
  options: GenerateOptions,
): Promise<InferenceError | undefined> {
  const sample = createSampler(options);
  const start = ids.length;
  for (let i = 0; i < (options.maxTokens ?? 64) && !options.stop?.aborted; i++) {
    let results: Results;
    try {
      results = await read(i > 0);
    } catch (error) {
      if (i === 0 || !endsWriting(error)) throw error;
      ids.pop();
      return error;
    }
    const id = sample(lastLogits(results));
    ids.push(id);
    const text = decodeIds(tokenizer, ids.slice(start));
    options.onToken?.({ id, token: piecesOf(tokenizer, [id])[0]!, text });
    if (ends.has(id)) break;
  }
  return undefined;
}

/** What is written is ids, and each is to be read again. */
function noIds(found: string): InferenceError {
  return new InferenceError({
    code: 'missing-input',
    place: 'generate',
    found,
    expected: 'a model that reads input_ids, and the ids of a prompt',
    fix: 'trace({ feeds }) reads what you pass once; to write on, take a form of the model with input_ids.',
  });
}

/** Whether an error is of running a step, as past the longest text that a model takes or that there is memory for. */
export function endsWriting(error: unknown): error is InferenceError {
  return error instanceof InferenceError && (error.code === 'run' || error.code === 'out-of-memory');
}

/** The logits after the last token. */
function lastLogits(results: Results): ArrayLike<number> {
  const logits = results.logits;
  if (!logits)
    throw new InferenceError({
      code: 'missing-model',
      place: 'generate',
      found: `a model with the outputs ${Object.keys(results).slice(0, 4).join(', ')}`,
      expected: 'an output logits over the vocabulary',
      fix: 'This model does not write; use trace(text).',
    });
  const width = logits.dims.at(-1)!;
  const numbers = numbersOf(logits);
  return Array.from({ length: width }, (_, i) => numbers[numbers.length - width + i]!);
}

/** The caches a step leaves for the next: `present.0.key` for `past_key_values.0.key`; an empty one means the last is still good. */
export function cachesFrom(names: readonly string[], results: Results, before: Results): Results {
  const cacheOf = (name: string): OnnxTensor => {
    const present = name.replace(/^past(_key_values)?/, 'present');
    const left = results[present] ?? results[name.replace(/^past_key_values/, 'present_key_values')];
    const kept = left && left.dims.every((length) => length > 0) ? left : before[name];
    if (kept) return kept;
    throw new InferenceError({
      code: 'missing-input',
      place: `the cache input '${name}'`,
      found: `the outputs ${Object.keys(results).join(', ')}`,
      expected: `'${present}' among them`,
      fix: 'Use a form of the model with its whole cache, or without.',
    });
  };
  return Object.fromEntries(names.map((name) => [name, cacheOf(name)]));
}
