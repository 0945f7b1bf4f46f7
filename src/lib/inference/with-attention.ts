import { missingModel } from './errors.js';
import { tapAttention } from './taps/tap-attention.js';
import type { Tap, TapOptions } from './taps/types.js';
import { openCache } from './tracer/download.js';
import { inNode } from './tracer/load-model.js';

/** What is used of transformers.js's `env`. */
export interface TransformersEnv {
  useCustomCache: boolean;
  customCache: unknown;
  /** The name of the browser cache it keeps downloads in. */
  cacheKey?: string;
}

/** A cache such as the browser's, for what is downloaded. */
export interface ModelCache {
  match(key: string): Promise<Response | undefined>;
  put(key: string, response: Response): Promise<void>;
}

export interface WithAttentionOptions extends TapOptions {
  /** Which files to tap, by their address. Default: every `.onnx`. */
  only?: RegExp;
  /** Gets the bytes at an address or, for local models, a path; undefined where there are none. Default: `fetch`, and files in Node. */
  read?: (key: string) => Promise<Response | undefined>;
  /** Where downloads are kept. Default: the browser's Cache Storage under transformers.js's own name, where there is one. */
  cache?: ModelCache;
}

/**
 * For users of transformers.js: every model loaded from now on gives its attention as further outputs, without an export of its
 * own. The model's bytes are changed on their way in; downloads stay in the cache as they came.
 *
 * @returns What was tapped, file by file, and `restore()`, after which models load as before.
 * @example
 * import { env, AutoModel, AutoTokenizer } from '@huggingface/transformers';
 * const attention = withAttention(env);
 * const model = await AutoModel.from_pretrained('Xenova/all-MiniLM-L6-v2', { dtype: 'fp32' });
 * attention.restore();
 * const result = await model(await tokenizer('The cat sat on the mat.'));
 * const weights = attention.taps.map((tap) => result[tap.weights]); // one tensor a layer, for createTrace
 */
export function withAttention(
  env: TransformersEnv,
  options?: WithAttentionOptions,
): { readonly taps: readonly Tap[]; restore(): void } {
  if (env === null || typeof env !== 'object')
    throw missingModel(
      'withAttention',
      env,
      'the env of transformers.js',
      "import { env } from '@huggingface/transformers'; withAttention(env).",
    );
  const { only = /\.onnx($|\?)/, read = readFile, cache, ...tapOptions } = options ?? {};
  const before = { useCustomCache: env.useCustomCache, customCache: env.customCache };
  const taps: Tap[] = [];
  const kept = cache ? Promise.resolve(cache) : cacheOf(env);
  /** Files as they are handed out, by where they were asked for. */
  const tapped = new Map<string, () => Response>();
  const tap = (key: string, bytes: Uint8Array<ArrayBuffer>): Blob | undefined => {
    // A development server answers a path it does not know with its page.
    if (bytes[0] === PAGE && !isWeb(key)) return undefined;
    if (!only.test(key)) return new Blob([bytes]);
    const result = tapAttention(bytes, tapOptions);
    taps.push(...result.taps);
    return new Blob(result.parts as Uint8Array<ArrayBuffer>[]);
  };
  const patched: ModelCache = {
    async match(asked) {
      const store = await kept;
      if (restored.has(patched)) return store?.match(asked);
      // A local model is asked for by its path, found, and asked for once more by the address it would have on the hub.
      const key = [...tapped.keys()].find((path) => !isWeb(path) && path.endsWith(pathOnHub(asked))) ?? asked;
      const found = tapped.has(key) ? undefined : await store?.match(key);
      if (!only.test(key) && !(inNode && WEIGHTS.test(key))) return found;
      if (!tapped.has(key)) {
        const response = found ?? (await read(key));
        if (!response?.ok) return undefined;
        const bytes = new Uint8Array(await response.arrayBuffer());
        try {
          const blob = tap(key, bytes);
          if (!blob) return undefined;
          tapped.set(key, () => new Response(blob, { headers: { 'content-length': String(blob.size) } }));
        } catch (error) {
          // Asked for a second time, in Node.
          tapped.set(key, () => failing(error));
          return failing(error);
        }
        if (!found && isWeb(key))
          await store?.put(key, new Response(bytes, { headers: response.headers })).catch(() => undefined);
      }
      return tapped.get(key)!();
    },
    async put(key, response) {
      // A tapped model comes from `match`; what is offered here is kept as it is.
      if (!only.test(key)) await (await kept)?.put(key, response);
    },
  };
  env.useCustomCache = true;
  env.customCache = patched;
  return {
    taps,
    restore() {
      tapped.clear();
      restored.set(patched, before);
      // Those restored before it, out of order, were still behind it.
      for (let last; (last = restored.get(env.customCache as object));) Object.assign(env, last);
    },
  };
}

/** Caches that are to be out of the way, with what was there before each. */
const restored = new WeakMap<object, Pick<TransformersEnv, 'useCustomCache' | 'customCache'>>();

/** transformers.js goes on without a cache that throws, to load a model without its attention: what fails is reading the answer. */
function failing(error: unknown): Response {
  return new Response(new ReadableStream({ start: (controller) => controller.error(error) }));
}

/** Weights in a file beside a model: in Node transformers.js leaves them to be found beside the model's path, and a tapped one has none. */
const WEIGHTS = /\.onnx_data(_\d+)?($|\?)/;

const PAGE = '<'.charCodeAt(0);

/** `/owner/name/onnx/model.onnx` of an address on the hub. */
const pathOnHub = (key: string): string =>
  key.replace(/^https?:\/\/[^/]+/, '').replace(/\/resolve\/[^/]+/, '');

const isWeb = (key: string): boolean => /^https?:/.test(key);

async function readFile(key: string): Promise<Response | undefined> {
  const files = isWeb(key) ? undefined : globalThis.process?.getBuiltinModule?.('node:fs');
  if (files) return files.existsSync(key) ? new Response(new Uint8Array(files.readFileSync(key))) : undefined;
  return fetch(key).catch(() => undefined);
}

/** The cache in use: the user's own, or transformers.js's in the browser. */
async function cacheOf(env: TransformersEnv): Promise<ModelCache | undefined> {
  const own = env.useCustomCache && env.customCache;
  return own ? (own as ModelCache) : openCache(env.cacheKey ?? 'transformers-cache');
}
