import { InferenceError } from '../errors.js';

/** How far a tracer is: bytes of a download (`total` is undefined where the server does not say), or a step without measure. */
export type Progress =
  | { stage: 'download'; file: string; loaded: number; total: number | undefined }
  | { stage: 'tap' | 'load' | 'ready' };

export interface DownloadOptions {
  cache?: boolean;
  signal?: AbortSignal;
  onProgress?(progress: Progress): void;
}

/** What a file becomes: an array of the page's memory, or a `Blob`, which browsers keep on disk where it is large. */
interface Form<T> {
  kept(response: Response): Promise<T>;
  /** @throws InferenceError `out-of-memory` */
  fetched(pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>, about: Download): Promise<T>;
}

interface Download {
  readonly url: string;
  /** Bytes, where the server says. */
  readonly total: number | undefined;
}

export const toBytes: Form<Uint8Array<ArrayBuffer>> = {
  kept: async (response) => new Uint8Array(await response.arrayBuffer()),
  async fetched(pieces, about) {
    const room = (length: number): Uint8Array<ArrayBuffer> => {
      try {
        return new Uint8Array(length);
      } catch (cause) {
        throw noRoom(about, cause);
      }
    };
    // One array of the right size at once where the server says how long the file is: pieces would be held twice.
    let bytes = room(about.total ?? 1 << 20);
    let loaded = 0;
    for await (const piece of pieces) {
      if (loaded + piece.length > bytes.length) {
        const larger = room(Math.max(loaded + piece.length, bytes.length * 2));
        larger.set(bytes);
        bytes = larger;
      }
      bytes.set(piece, loaded);
      loaded += piece.length;
    }
    return loaded === bytes.length ? bytes : bytes.slice(0, loaded);
  },
};

export const asBlob: Form<Blob> = {
  kept: (response) => response.blob(),
  async fetched(pieces, about) {
    // What comes out of a stream does not say why the stream ended.
    let failure: { cause: unknown } | undefined;
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const piece = await pieces.next();
          if (piece.done) controller.close();
          else controller.enqueue(piece.value);
        } catch (cause) {
          failure = { cause };
          throw cause;
        }
      },
      cancel: async () => void (await pieces.return(undefined)),
    });
    return new Response(stream).blob().catch((cause: unknown) => {
      throw failure ? failure.cause : noRoom(about, cause);
    });
  },
};

/**
 * A file from an address, kept in the browser's Cache Storage for the next time.
 *
 * @throws InferenceError `offline`, `http`, `out-of-memory`; the signal's reason when aborted
 */
export async function download<T extends Uint8Array<ArrayBuffer> | Blob>(
  url: string,
  form: Form<T>,
  options: DownloadOptions,
): Promise<T> {
  const cache = options.cache === false ? undefined : await openCache(CACHE);
  const kept = await cache?.match(url).catch(() => undefined);
  if (kept) return form.kept(kept);
  const response = await request(url, { signal: options.signal });
  const { headers } = response;
  if (headers.get('content-type')?.startsWith('text/html')) throw aPage(url);
  // Of a packed answer the length is that of the packed bytes.
  const total = headers.has('content-encoding') ? undefined : Number(headers.get('content-length'));
  const about = { url, total: total || undefined };
  const file = await form.fetched(piecesOf(response, about, options), about);
  // A full disk or a scheme that cannot be kept costs a download next time, nothing else.
  await cache?.put(url, new Response(file)).catch(() => undefined);
  return file;
}

export async function forget(url: string): Promise<void> {
  await (await openCache(CACHE))?.delete(url).catch(() => false);
}

const CACHE = 'attentrace-models';

/** A cache of the browser's; undefined where there is none, or it is shut. */
export async function openCache(name: string): Promise<Cache | undefined> {
  return 'caches' in globalThis ? await caches.open(name).catch(() => undefined) : undefined;
}

async function* piecesOf(
  response: Response,
  { url, total }: Download,
  { signal, onProgress }: DownloadOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (!reader) return;
  let loaded = 0;
  try {
    for (;;) {
      const piece = await reader.read().catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw offline(url, cause);
      });
      if (piece.done) return;
      yield piece.value;
      loaded += piece.value.length;
      onProgress?.({ stage: 'download', file: url, loaded, total });
    }
  } finally {
    // Whoever wants no more of it: the rest need not come.
    await reader.cancel().catch(() => undefined);
  }
}

/** @throws InferenceError `offline`, `http`; the signal's reason when aborted */
export async function request(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    throw offline(url, cause);
  }
  if (response.ok) return response;
  // The hub says which of several reasons it is: GatedRepo, RepoNotFound, EntryNotFound.
  const reason = response.headers.get('x-error-code');
  throw new InferenceError({
    code: 'http',
    place: url,
    found: `status ${response.status}${reason ? ` (${reason})` : ''}`,
    expected: 'the model',
    fix: HTTP_FIXES[response.status] ?? 'Try again later, or pass the file itself.',
  });
}

/** What development servers, and hosts of one page, answer where there is no such file. */
function aPage(url: string): InferenceError {
  return new InferenceError({
    code: 'http',
    place: url,
    found: 'a web page',
    expected: 'the model',
    fix: 'Check the address: servers of one page answer with it where there is no such file.',
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

function noRoom({ url, total }: Download, cause: unknown): InferenceError {
  return new InferenceError({
    code: 'out-of-memory',
    place: url,
    found: `no room for ${total ? `its ${Math.ceil(total / 1e6)} MB` : 'it'}`,
    expected: 'memory, or in a browser disk, for the whole file',
    fix: 'A private window keeps files in memory: use an ordinary one. Or take a smaller form of the model (fp16, q8, q4).',
    cause,
  });
}
