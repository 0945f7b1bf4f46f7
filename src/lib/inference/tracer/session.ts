import { InferenceError, shorten } from '../errors.js';
import { tapAttention, type TappedModel } from '../taps/tap-attention.js';
import type { Tap, TapOptions } from '../taps/types.js';
import { makeFeeds, type RunInput } from './feeds.js';
import { loadBeside, withBeside, type Beside, type BesideOptions } from './beside.js';
import { forgetModel, loadModel, type ModelSource } from './load-model.js';
import { outputsOf } from './recorded.js';
import type { Feeds, OnnxSession, Results } from './runtime.js';

interface PartOptions extends BesideOptions {
  device?: 'wasm' | 'webgpu';
  worker?: boolean;
  memoryLimitBytes?: number;
  layerByLayer?: boolean;
}

/** One file of a model, tapped and ready to run: a whole model, an encoder, a decoder. */
export interface Part {
  readonly tapped: Omit<TappedModel, 'model' | 'parts'>;
  readonly recorded: readonly Tap[];
  /** Runs it, weights and all or, of `only`, some outputs. */
  run(
    input: RunInput,
    options?: { only?: readonly string[]; extra?: Feeds; signal?: AbortSignal },
  ): Promise<Results>;
  release(): Promise<void>;
}

/** @throws InferenceError for what the model, the runtime or the network refuses */
export async function loadPart(
  source: ModelSource,
  taps: TapOptions,
  options: PartOptions,
  notices: string[],
): Promise<Part> {
  const { ort, signal, onProgress } = options;
  const { model, ...tapped } = await loadTapped(source, taps, options);
  for (const { node, reason } of tapped.taps) if (reason) notices.push(`${node} is not recorded: ${reason}.`);
  const stopping = tapped.taps.filter((tap) => tap.stopsRun);
  if (stopping.length > 0) throw cannotRun(stopping);
  const beside = await loadBeside(source, tapped.externalData, options);
  onProgress?.({ stage: 'load' });
  const session = await createSession(model, tapped.taps, { ...options, beside }, notices);
  if (signal?.aborted) {
    await session.release();
    throw signal.reason;
  }
  const recorded = tapped.taps.filter((tap) => tap.weights);
  const names = tapped.outputs.map((output) => output.name);
  const outputs = recorded.map(outputsOf);
  const byLayer = outputs.map(({ rows, whole, fixed }) => [...rows, ...whole, ...fixed]);
  /** What is the same at each run is asked for once. */
  const fixed = new Set(outputs.flatMap((output) => output.fixed));
  let constants: Results | undefined;
  return {
    tapped,
    recorded,
    async run(input, { only, extra, signal: stop } = {}) {
      const tokens = input.ids.length;
      if (!only) checkMemory(recorded, (input.past ?? 0) + tokens, tokens, options.memoryLimitBytes);
      const run = async (fetches?: readonly string[]): Promise<Results> => {
        stop?.throwIfAborted();
        // Made for each run: onnxruntime-web's worker takes their memory.
        const feeds = { ...makeFeeds(ort, tapped.inputs, input), ...extra };
        try {
          return await session.run(feeds as never, fetches as never);
        } catch (cause) {
          throw explain(cause, recorded, tokens);
        }
      };
      if (only) return run(only);
      let results: Results = constants ?? {};
      const fetches = options.layerByLayer ? [names, ...byLayer] : [[...names, ...byLayer.flat()]];
      for (const some of fetches)
        results = { ...results, ...(await run(some.filter((name) => !(constants && fixed.has(name))))) };
      if (fixed.size > 0) constants ??= Object.fromEntries([...fixed].map((name) => [name, results[name]!]));
      return results;
    },
    release: () => session.release(),
  };
}

/** What onnxruntime would say at the first run, in its own words. */
function cannotRun(taps: readonly Tap[]): InferenceError {
  const { operator, reason } = taps[0]!;
  return new InferenceError({
    code: 'no-attention',
    place: taps[0]!.node,
    found: `${operator}: ${reason}`,
    expected: 'a form of the model that runs where attention is recorded',
    fix: 'Take another form of the model, such as one built for cpu, or exported by optimum.',
  });
}

/** A function of its own, so that the bytes it came as are let go before the runtime takes the tapped ones. */
async function loadTapped(source: ModelSource, taps: TapOptions, options: PartOptions) {
  const bytes = await loadModel(source, options);
  options.signal?.throwIfAborted();
  options.onProgress?.({ stage: 'tap' });
  try {
    const { parts: _, ...tapped } = tapAttention(bytes, taps);
    return tapped;
  } catch (error) {
    // What is no model must not be kept: the address may have one tomorrow.
    if ((error as InferenceError).code !== 'option') await forgetModel(source);
    throw error;
  }
}

/** WebGPU computes it without an output for its weights. */
const NOT_ON_WEBGPU = 'com.microsoft.GroupQueryAttention';

async function createSession(
  model: Uint8Array,
  taps: readonly Tap[],
  options: PartOptions & { beside: Beside },
  notices: string[],
): Promise<OnnxSession> {
  const { ort, session, beside } = options;
  const createOn = (device: Record<string, unknown>): Promise<OnnxSession> =>
    withBeside(beside, session, (more) =>
      ort.InferenceSession.create(model, { logSeverityLevel: 3, ...more, ...device }),
    );
  const create = async (): Promise<OnnxSession> => {
    try {
      return await createOn({});
    } catch (cause) {
      throw explain(cause, taps);
    }
  };
  const lack = options.device === 'webgpu' ? await lackOfWebgpu(taps) : undefined;
  if (lack) notices.push(`${lack}: the model runs on WebAssembly.`);
  if (options.device !== 'webgpu' || lack) {
    useWorker(options);
    return create();
  }
  const refused = (what: string, error: unknown): void =>
    void notices.push(`WebGPU refused ${what} (${messageOf(error).slice(0, 200)}): it runs on WebAssembly.`);
  try {
    const gpu = await createOn({ executionProviders: ['webgpu'] });
    return withFallback(gpu, create, (error) => refused('to run the model', error));
  } catch (error) {
    refused('the model', error);
    return create();
  }
}

/** What speaks against WebGPU before the runtime starts: once it has, in the page, as WebGPU wants it, it has no worker any more. */
async function lackOfWebgpu(taps: readonly Tap[]): Promise<string | undefined> {
  if (taps.some((tap) => tap.operator === NOT_ON_WEBGPU))
    return `WebGPU gives no weights of ${NOT_ON_WEBGPU}`;
  // Outside a page, onnxruntime may have one of its own.
  if (typeof document === 'undefined') return undefined;
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
  return (await gpu?.requestAdapter().catch(() => null)) ? undefined : 'There is no WebGPU here';
}

/** What WebGPU cannot do it often says at the first run only: that run is then done again, and all after it, elsewhere. */
function withFallback(
  first: OnnxSession,
  create: (() => Promise<OnnxSession>) | undefined,
  onRefusal: (error: unknown) => void,
): OnnxSession {
  let session = first;
  return {
    async run(feeds, fetches) {
      const other = create;
      // Dropped for good, and with it the model's bytes.
      create = undefined;
      try {
        return await session.run(feeds, fetches);
      } catch (error) {
        if (!other) throw error;
        onRefusal(error);
        await session.release();
        session = await other();
        return session.run(feeds, fetches);
      }
    },
    release: () => session.release(),
  };
}

/** In a page, onnxruntime-web has a worker of its own; it is a setting of all its sessions, made before the first. */
function useWorker({ ort, worker }: PartOptions): void {
  const wasm = ort.env?.wasm;
  if (worker === false || !wasm || typeof document === 'undefined') return;
  wasm.proxy = true;
}

/** Bytes of weights one run asks for: layers × heads × queries × keys × 4, or 1 when quantised. */
function estimateBytes(taps: readonly Tap[], keys: number, queries: number): number {
  const bytes = { uint8: 1, float16: 2, float32: 4 };
  return taps.reduce(
    (sum, tap) => sum + (tap.shape[1] ?? 1) * queries * keys * bytes[tap.type ?? 'float32'],
    0,
  );
}

function checkMemory(taps: readonly Tap[], keys: number, queries: number, limit = 2e9): void {
  if (estimateBytes(taps, keys, queries) > limit)
    throw outOfMemory(taps, keys, queries, `over the limit of ${inMegabytes(limit)}`);
}

function outOfMemory(
  taps: readonly Tap[],
  keys: number,
  queries: number,
  found: string,
  cause?: unknown,
): InferenceError {
  const layers = taps.length;
  const heads = taps[0]?.shape[1] ?? 'unknown';
  return new InferenceError({
    code: 'out-of-memory',
    place: `${layers} layers × ${heads} heads × ${queries} × ${keys} weights, ${inMegabytes(estimateBytes(taps, keys, queries))}`,
    found,
    expected: 'weights that fit in memory',
    fix: 'Choose layers or heads, quantise: true for a quarter of the memory, or a shorter text.',
    cause,
  });
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

function messageOf(cause: unknown): string {
  return typeof cause === 'number'
    ? `code ${cause}`
    : shorten(String((cause as Error)?.message ?? cause), 4000);
}

/** What pages do to onnxruntime, by its messages. */
const PAGE_FIXES: readonly [message: RegExp, fix: string][] = [
  [
    /Content Security Policy|unsafe-eval/i,
    "The page's content security policy has to allow WebAssembly: script-src 'self' 'wasm-unsafe-eval'.",
  ],
  [
    /\[object ErrorEvent\]/,
    "onnxruntime's worker runs the file that onnxruntime is in, and here that file is not its own: load it with await import('onnxruntime-web/wasm'), so that the bundler keeps it apart (and transformers.js, where the page has it, in the same way), or pass worker: false.",
  ],
];

/** What onnxruntime puts before its reason: its own call, and the place in its sources, with a path of where it was built. */
const ITS_SOURCES =
  /failed to call Ort\w+\(\)\. ERROR_CODE: \d+, ERROR_MESSAGE: |\/\S*\.(?:h|cc|cpp):\d+ (?:[^()]*\([^)]*\) )?/g;

/** What onnxruntime says, in the words of its messages, as an error that says what to do. */
function explain(cause: unknown, taps: readonly Tap[], tokens?: number): InferenceError {
  const message = messageOf(cause).replace(ITS_SOURCES, '').trim();
  if (
    /bad_alloc|out of memory|Array buffer allocation|OOM|failed to allocate|memory access out of bounds|^code \d{6,}/i.test(
      message,
    )
  )
    return outOfMemory(taps, tokens ?? 0, tokens ?? 0, message.slice(0, 200), cause);
  const operator =
    /(?:Could not find an implementation for|Failed to find kernel for|not a registered function\/op:?|no kernel)\s*([\w.:]+)?/i.exec(
      message,
    );
  if (operator)
    return new InferenceError({
      code: 'unsupported-operator',
      place: 'onnxruntime',
      found: `the operator ${operator[1] ?? ''}`.trim(),
      expected: 'operators this build of onnxruntime has',
      fix: 'Try another form of the model (fp32, fp16, q8, q4), or a newer onnxruntime.',
      cause,
    });
  return new InferenceError({
    code: tokens === undefined ? 'session' : 'run',
    place:
      tokens === undefined ? 'loading the model' : `running the model${tokens ? ` on ${tokens} tokens` : ''}`,
    found: message.slice(0, 400),
    expected: tokens === undefined ? 'a model that onnxruntime loads' : 'a run without errors',
    fix:
      tokens === undefined
        ? (PAGE_FIXES.find(([pattern]) => pattern.test(message))?.[1] ??
          'Try the model untapped; if that loads, please report it.')
        : 'The commonest causes: a text longer than the model was made for, or the tokenizer of another model.',
    cause,
  });
}
