import { InferenceError } from '../errors.js';
import type { Progress } from './types.js';

/** A model: its bytes, a file, an address, or a name on the Hugging Face hub. */
export type ModelSource = Uint8Array | ArrayBuffer | Blob | string | URL | HubModel;

/** A file of a model on the hub, `onnx/model.onnx` of its main branch unless told otherwise. */
export interface HubModel {
  repo: string;
  file?: string;
  revision?: string;
}

export interface LoadOptions {
  cache?: boolean;
  signal?: AbortSignal;
  onProgress?(progress: Progress): void;
}

const CACHE = 'attentrace-models';
const MODEL_FILE = 'onnx/model.onnx';

/** The address of a model on the hub. */
export function hubUrl({ repo, file = MODEL_FILE, revision = 'main' }: HubModel): string {
  return `https://huggingface.co/${repo}/resolve/${encodeURIComponent(revision)}/${file}`;
}

/**
 * A model's bytes, downloaded if need be and kept in the browser's Cache Storage.
 *
 * @throws InferenceError `offline`, `http`; the signal's reason when aborted
 */
export async function loadModel(source: ModelSource, options: LoadOptions = {}): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  const url = typeof source === 'string' ? source : source instanceof URL ? source.href : hubUrl(source);
  const cache =
    options.cache !== false && 'caches' in globalThis
      ? await caches.open(CACHE).catch(() => undefined)
      : undefined;
  const kept = await cache?.match(url).catch(() => undefined);
  if (kept) return new Uint8Array(await kept.arrayBuffer());
  const bytes = await download(url, options);
  // A full disk or a scheme that cannot be kept costs a download next time, nothing else.
  await cache?.put(url, new Response(new Blob([bytes]))).catch(() => undefined);
  return bytes;
}

/**
 * A file that a model names as holding its weights, beside it where it came from. The name is the model's own, so that it may
 * lead nowhere but there.
 *
 * @throws InferenceError `missing-model`
 */
export function besideModel(source: ModelSource, name: string): ModelSource {
  const beside = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1) + encodeURI(name);
  if (/^[^/\\:?#]/.test(name) && !/(^|[/\\])\.\.([/\\]|$)|[:?#]/.test(name)) {
    if (typeof source === 'string' || source instanceof URL) {
      const [path, query] = String(source).split(/(?=[?#])/, 2) as [string, string?];
      return beside(path) + (query ?? '');
    }
    if ('repo' in source) return { ...source, file: beside(source.file ?? MODEL_FILE) };
  }
  throw new InferenceError({
    code: 'missing-model',
    place: `the model's file '${name}'`,
    found: 'a model whose weights lie in another file, and no address to find it beside',
    expected: 'that file too',
    fix: `Pass externalData: { ${JSON.stringify(name)}: bytes }.`,
  });
}

/** Size in bytes of a file before it is downloaded, where the server says. */
export async function modelSize(
  source: string | HubModel,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const url = typeof source === 'string' ? source : hubUrl(source);
  const response = await request(url, { method: 'HEAD', signal });
  return Number(response.headers.get('x-linked-size') ?? response.headers.get('content-length')) || undefined;
}

async function download(url: string, { signal, onProgress }: LoadOptions): Promise<Uint8Array<ArrayBuffer>> {
  const response = await request(url, { signal });
  const total = Number(response.headers.get('content-length')) || undefined;
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array(await response.arrayBuffer());
  // One array of the right size at once where the server says how long the file is: pieces would be held twice.
  let bytes = new Uint8Array(total ?? 1 << 20);
  let loaded = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (loaded + part.value.length > bytes.length) {
        const larger = new Uint8Array(Math.max(loaded + part.value.length, bytes.length * 2));
        larger.set(bytes);
        bytes = larger;
      }
      bytes.set(part.value, loaded);
      loaded += part.value.length;
      onProgress?.({ stage: 'download', file: url, loaded, total });
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw offline(url, cause);
  }
  return loaded === bytes.length ? bytes : bytes.slice(0, loaded);
}

async function request(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    throw offline(url, cause);
  }
  if (response.ok) return response;
  throw new InferenceError({
    code: 'http',
    place: url,
    found: `status ${response.status}`,
    expected: 'the model',
    fix: HTTP_FIXES[response.status] ?? 'Try again later, or pass the file itself.',
  });
}

const HTTP_FIXES: Record<number, string> = {
  401: 'The model is private or wants a licence accepted, or the name is wrong; download it yourself and pass the file.',
  403: 'The model wants a licence accepted; download it yourself and pass the file.',
  404: 'Check the name; not every model on the hub has an onnx folder. Look under onnx-community and Xenova.',
};

function offline(url: string, cause: unknown): InferenceError {
  return new InferenceError({
    code: 'offline',
    place: url,
    found: 'no answer',
    expected: 'the model',
    fix: 'The network is down, or the page may not reach this address (its CSP, or CORS); pass the file itself.',
    cause,
  });
}
