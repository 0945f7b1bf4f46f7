import { InferenceError } from '../errors.js';
import { asBlob, toBytes, download, forget, request, type DownloadOptions } from './download.js';

/** A model: its bytes, a file, an address, in Node a path, or a name on the Hugging Face hub. */
export type ModelSource = Uint8Array | ArrayBuffer | Blob | string | URL | HubModel;

/** A file of a model on the hub, `onnx/model.onnx` of its main branch unless told otherwise. */
export interface HubModel {
  repo: string;
  file?: string;
  revision?: string;
  /** A mirror of the hub, or a server that lays its files out as the hub does. @default 'https://huggingface.co' */
  host?: string;
}

export const MODEL_FILE = 'onnx/model.onnx';

/** The address of a model on the hub. */
export function hubUrl(model: HubModel): string {
  if (typeof model?.repo !== 'string') throw noRepo(model);
  const { repo, file = MODEL_FILE, revision = 'main', host = 'https://huggingface.co' } = model;
  return `${host.replace(/\/$/, '')}/${repo}/resolve/${encodeURIComponent(revision)}/${file}`;
}

/**
 * A model's bytes, downloaded if need be and kept in the browser's Cache Storage.
 *
 * @throws InferenceError `offline`, `http`, `missing-model`; the signal's reason when aborted
 */
export async function loadModel(source: ModelSource, options: DownloadOptions = {}): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  const path = pathOf(source);
  return path === undefined ? download(urlOf(source), toBytes, options) : readPath(path, options);
}

/**
 * A file of weights, which may be of gigabytes: in a browser it does not pass through the page's memory. Node's onnxruntime takes
 * bytes only.
 *
 * @throws InferenceError as `loadModel`
 */
export async function loadWeights(source: ModelSource, options: DownloadOptions): Promise<Uint8Array | Blob> {
  if (inNode || source instanceof Uint8Array || source instanceof ArrayBuffer)
    return loadModel(source, options);
  return source instanceof Blob ? source : download(urlOf(source), asBlob, options);
}

/** Drops what the browser's Cache Storage has of a model. */
export async function forgetModel(source: ModelSource): Promise<void> {
  const isAddress = typeof source === 'string' || source instanceof URL || 'repo' in source;
  if (isAddress && pathOf(source) === undefined) await forget(urlOf(source));
}

/** Size in bytes of a file before it is downloaded, where the server says. */
export async function modelSize(
  source: string | HubModel,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const { headers } = await request(urlOf(source), { method: 'HEAD', signal });
  return Number(headers.get('x-linked-size') ?? headers.get('content-length')) || undefined;
}

function noRepo(given: unknown): InferenceError {
  return new InferenceError({
    code: 'missing-model',
    place: 'the hub',
    found: given === null ? 'null' : typeof given === 'object' ? 'an object without a repo' : typeof given,
    expected: '{ repo } of a model, as its text',
    fix: "Pass { repo: 'Xenova/all-MiniLM-L6-v2' }.",
  });
}

export const inNode = typeof process === 'object' && typeof process.versions?.node === 'string';

/** In Node, the path of a source that is a file of this machine. Two letters at least before a colon: `C:\models` is a path. */
export function pathOf(source: ModelSource): string | undefined {
  if (!inNode || !(typeof source === 'string' || source instanceof URL)) return undefined;
  const text = String(source);
  if (text.startsWith('file:')) return process.getBuiltinModule('node:url').fileURLToPath(text);
  return /^[a-z][a-z0-9+.-]+:/i.test(text) ? undefined : text;
}

async function readPath(path: string, { signal }: DownloadOptions): Promise<Uint8Array> {
  try {
    return await process.getBuiltinModule('node:fs/promises').readFile(path, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new InferenceError({
      code: 'missing-model',
      place: path,
      found: cause instanceof Error ? cause.message : String(cause),
      expected: 'a file that can be read',
      fix: 'Check the path. A file of weights over 2 GB has to lie beside the model, and the model be passed as a path.',
      cause,
    });
  }
}

function urlOf(source: string | URL | HubModel): string {
  return typeof source === 'string' ? source : source instanceof URL ? source.href : hubUrl(source);
}
