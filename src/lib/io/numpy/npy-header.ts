import { describe } from '../../trace/describe.js';
import { errorsOf } from '../../trace/errors.js';
import { wrongKind } from '../file-kind.js';

export const damaged = errorsOf('file', 'Save it again with numpy.save.');

/** The header of an npy file. */
export interface NpyHeader {
  /** As numpy writes it, such as `<f4`; `of several fields` for a record array. */
  dtype: string;
  /** One letter, and how many bytes (of `U` characters) an element has. */
  kind: string;
  size: number;
  bigEndian: boolean;
  fortran: boolean;
  dims: number[];
  /** Where the elements begin, in bytes. */
  dataStart: number;
}

/** numpy's own limit by default: https://numpy.org/doc/stable/reference/generated/numpy.load.html */
const longestHeader = 10_000;
/** numpy's limit. */
const mostAxes = 64;

/**
 * Reads the header of an npy file, version 1 to 3.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @throws TraceError `file`
 */
export function parseNpyHeader(bytes: Uint8Array, name: string): NpyHeader {
  const magic = '\x93NUMPY';
  if (![...magic].every((character, i) => bytes[i] === character.charCodeAt(0)))
    throw wrongKind(bytes, name, 'an npy file');
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) throw damaged(name, `npy version ${version}`, 'version 1 to 3');
  const headerStart = version === 1 ? 10 : 12;
  if (bytes.length < headerStart) throw damaged(name, `${bytes.length} bytes`, 'a header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > longestHeader) throw damaged(name, `a header of ${length} bytes`, `at most ${longestHeader}`);
  const dataStart = headerStart + length;
  if (dataStart > bytes.length) throw damaged(name, `${bytes.length} bytes`, `a header of ${dataStart}`);
  const text = new TextDecoder().decode(bytes.slice(headerStart, dataStart));
  const { descr, fortran_order: fortran, shape } = parseDict(text);
  const isShape = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (descr === undefined || typeof fortran !== 'boolean' || !isShape)
    throw damaged(name, `the header ${text.trim().slice(0, 100)}`, 'descr, fortran_order and shape');
  if (shape.length > mostAxes) throw damaged(name, `${shape.length} axes`, `at most ${mostAxes}`);
  return { ...parseDtype(descr), fortran, dims: shape as number[], dataStart };
}

function parseDtype(descr: unknown): Pick<NpyHeader, 'dtype' | 'kind' | 'size' | 'bigEndian'> {
  const dtype =
    typeof descr === 'string' ? descr : Array.isArray(descr) ? 'of several fields' : describe(descr);
  const [, order = '', kind = '', size = '0'] = /^([<>=|]?)([a-zA-Z])(\d{0,9})$/.exec(dtype) ?? [];
  return { dtype, kind, size: Number(size), bigEndian: order === '>' };
}

/** A Python dict of strings, booleans and tuples of numbers; empty where it is none. */
function parseDict(text: string): Record<string, unknown> {
  const json = text
    .replaceAll("'", '"')
    .replace(/\bTrue\b/g, 'true')
    .replace(/\bFalse\b/g, 'false')
    .replaceAll('(', '[')
    .replaceAll(')', ']')
    .replace(/(\d)L\b/g, '$1')
    .replace(/,\s*([\]}])/g, '$1');
  try {
    return (JSON.parse(json) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
