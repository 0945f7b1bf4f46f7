import type { TraceError } from '../trace/index.js';
import { fileError } from './file-error.js';

/** A kind of file, recognised by its first bytes, and for those that hold no trace, what to do with them. */
interface FileKind {
  what: string;
  is(start: string, bytes: Uint8Array): boolean;
  fix: string;
}

const save = "safetensors.torch.save_file({'attention': attention}, 'trace.safetensors')";
const unpack = 'Unpack it first.';
const model = 'It holds a model, not what it attended to: run it, and save its attention.';

const begins =
  (...magics: string[]) =>
  (start: string) =>
    magics.some((magic) => start.startsWith(magic));

/** In the order in which they are tried. `start` is the first 64 bytes, a character each. */
const kinds = {
  safetensors: {
    what: 'a safetensors file',
    // Eight bytes of length, below 2⁴⁸, then a JSON object.
    is: (start) => start[8] === '{' && start.slice(6, 8) === '\0\0',
    fix: 'Read it with loadSafetensors, or with loadTrace, which tells formats apart.',
  },
  npy: {
    what: 'an npy file',
    is: begins('\x93NUMPY'),
    fix: 'Read it with loadNpy, or with loadTrace, which tells formats apart.',
  },
  torch: {
    what: 'a file of torch.save (.pt, .pth, .bin)',
    is: (start, bytes) =>
      start.startsWith('PK\x03\x04') &&
      [0, -65536].some((at) => latin1(bytes.subarray(at).subarray(0, 65536)).includes('/data.pkl')),
    fix: `Such a file can run code, so it is not read: save it with ${save}.`,
  },
  npz: {
    what: 'a zip archive',
    is: begins('PK\x03\x04', 'PK\x05\x06'),
    fix: 'An npz is read with loadNpz, or with loadTrace, which tells formats apart; unpack any other.',
  },
  pickle: {
    what: 'a pickle (.pkl, .pt, .bin)',
    is: (_, bytes) => bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5,
    fix: `Such a file can run code, so it is not read: save it with ${save}.`,
  },
  gguf: { what: 'a GGUF model', is: begins('GGUF', 'ggml', 'ggjt'), fix: model },
  tflite: { what: 'a TensorFlow Lite model', is: (start) => start.startsWith('TFL3', 4), fix: model },
  hdf5: {
    what: 'an HDF5 file (.h5)',
    is: begins('\x89HDF\r\n\x1a\n'),
    fix: "Read it with h5py, and save the arrays with numpy.savez('trace.npz', attention=…, tokens=…).",
  },
  table: {
    what: 'a Parquet or Arrow table',
    is: begins('PAR1', 'ARROW1', 'FEA1'),
    fix: "Read it with pandas, and save the arrays with numpy.savez('trace.npz', attention=…, tokens=…).",
  },
  gzip: { what: 'a gzip file', is: begins('\x1f\x8b'), fix: unpack },
  packed: {
    what: 'a packed file',
    is: begins('\x28\xb5\x2f\xfd', '\xfd7zXZ\0', 'BZh', '7z\xbc\xaf'),
    fix: unpack,
  },
  lfs: {
    what: 'a pointer of Git LFS',
    is: begins('version https://git-lfs'),
    fix: 'Fetch the file itself, with git lfs pull, or from the address that leads to its contents.',
  },
  html: {
    what: 'a page of HTML or XML',
    is: (start) => /^(?:\xef\xbb\xbf)?\s{0,32}<[!?a-z]/i.test(start),
    fix: 'Check that the address leads to the file itself: a server may answer with a page where there is no file.',
  },
  json: {
    what: 'JSON',
    is: (start) => /^(?:\xef\xbb\xbf)?\s{0,32}[[{][\t\n\r -~]{7}/.test(start),
    fix: 'Pass what it holds to createTrace({ tokens, attention }).',
  },
  onnx: {
    what: 'an ONNX model',
    // The version of its format, then one of the fields that may follow.
    is: (_, bytes) =>
      bytes[0] === 8 && bytes[1]! <= 32 && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(bytes[2]!),
    fix: model,
  },
  text: {
    what: 'text',
    is: (start) => /^[\t\n\r -~]{8,}/.test(start),
    fix: 'Check that the address leads to the file.',
  },
} as const satisfies Record<string, FileKind>;

/** The kind of a file; undefined if it is not recognised. */
export function fileKind(bytes: Uint8Array): keyof typeof kinds | undefined {
  const start = latin1(bytes.subarray(0, 64));
  for (const [name, kind] of Object.entries(kinds))
    if (kind.is(start, bytes)) return name as keyof typeof kinds;
  return undefined;
}

/** The error for a file of another kind than a reader expects, with what to do. */
export function wrongKind(bytes: Uint8Array, place: string, expected: string): TraceError {
  const kind = fileKind(bytes);
  const start = bytes.subarray(0, 8);
  const hex = Array.from(start, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  let found = bytes.length === 0 ? 'no bytes' : `${bytes.length} bytes that begin ${hex}`;
  if (kind)
    found = kind === 'text' ? `text that begins "${latin1(bytes.subarray(0, 16))}"` : kinds[kind].what;
  return fileError(place, found, expected, kind && kinds[kind].fix);
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
