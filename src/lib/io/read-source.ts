import { describe } from '../trace/describe.js';
import { TraceError } from '../trace/errors.js';
import { fileError } from './file-error.js';

/** Where a file's bytes come from: a URL, a `Blob` or `File`, bytes in memory or, in Node, a path. */
export type Source = string | URL | Blob | ArrayBuffer | ArrayBufferView;

const inNode = typeof process === 'object' && typeof process.versions?.node === 'string';

/**
 * Reads a source whole: its bytes, and its name in messages. Bytes in memory are viewed, not copied. A string with a scheme (`https:`, `data:`, `file:`) is a
 * URL; any other is a path in Node, and a URL relative to the page in a browser.
 *
 * @throws TraceError `file` where it cannot be had; an aborted `signal` throws its reason
 */
export async function readSource(
  source: Source,
  signal?: AbortSignal,
): Promise<{ bytes: Uint8Array; name: string }> {
  signal?.throwIfAborted();
  const given = bytesIn(source);
  if (given) return { bytes: given, name: 'the file' };
  const place = source as string | URL | Blob;
  const name = nameOf(place);
  try {
    const bytes = await readBytes(place, name, signal);
    signal?.throwIfAborted();
    return { bytes, name };
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    if (cause instanceof TraceError) throw cause;
    throw unreadable(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** A view of bytes in memory, also of another frame's; undefined for anything else. */
function bytesIn(source: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source;
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  const isBuffer = /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(source));
  return isBuffer ? new Uint8Array(source as ArrayBuffer) : undefined;
}

/** @throws TraceError `file` for what is not bytes in memory */
export function asBytes(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  const bytes = bytesIn(source);
  if (bytes) return bytes;
  throw fileError(
    'bytes',
    describe(source),
    'an ArrayBuffer, or a typed array',
    'Pass the bytes of the file: await (await fetch(url)).arrayBuffer().',
  );
}

async function readBytes(
  source: string | URL | Blob,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  const url = source instanceof URL ? source : asUrl(source);
  if (inNode && (!url || url.protocol === 'file:')) {
    // Taken from Node at run time: bundlers for the browser would fail to resolve an import.
    const { readFile } = process.getBuiltinModule('node:fs/promises');
    // A Buffer is turned into plain bytes: its `slice` copies nothing.
    return bytesIn(await readFile(url ?? (source as string), { signal }))!;
  }
  const response = await fetch(source, { signal });
  if (!response.ok) throw unreadable(name, `HTTP ${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

/** Two letters at least before the colon: `C:\traces` is a path. */
function asUrl(text: string): URL | undefined {
  return /^[a-z][a-z0-9+.-]+:/i.test(text) ? new URL(text) : undefined;
}

function nameOf(source: string | URL | Blob): string {
  if (typeof source === 'string' || source instanceof URL) {
    const text = String(source);
    return text.length > 100 ? `${text.slice(0, 99)}…` : text;
  }
  if (source instanceof Blob) return (source as Partial<File>).name ?? 'the file';
  throw fileError(
    'source',
    describe(source),
    'a URL, a Blob, an ArrayBuffer or, in Node, a path',
    'Pass where the file is, or its bytes.',
  );
}

function unreadable(name: string, found: string, cause?: unknown): TraceError {
  return fileError(
    name,
    found,
    'a file that can be read',
    'Check the address; for another site, that it allows this page to read it (CORS).',
    cause,
  );
}
