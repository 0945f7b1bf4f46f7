import { halfValue } from '../../trace/weights.js';
import { DataType, TENSOR, type TensorInfo } from './model.js';
import { readFields, readInts } from './wire.js';

/** Of a larger tensor nothing is read: scales, shapes and axes are what is asked for. */
const MOST = 64;

/** The numbers of a small tensor, or undefined where it is large, outside the file, or of another type. */
export function readSmallTensor(tensor: TensorInfo): number[] | undefined {
  const count = tensor.dims.reduce((product, length) => product * length, 1);
  if (tensor.external !== undefined || !(count >= 0 && count <= MOST)) return undefined;
  const fields = readFields(tensor.slice, 'a tensor');
  const raw = fields.find((field) => field.number === TENSOR.rawData);
  if (raw && raw.end > raw.start) {
    const view = new DataView(raw.bytes.buffer, raw.bytes.byteOffset + raw.start, raw.end - raw.start);
    const read = RAW[tensor.dataType];
    if (!read || view.byteLength !== count * read.width) return undefined;
    return Array.from({ length: count }, (_, i) => read.get(view, i * read.width));
  }
  const typed = fields.filter((field) => field.number === TENSOR.floatData);
  if (typed.length > 0)
    return typed.flatMap(({ bytes, start, end }) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
      return Array.from({ length: (end - start) >> 2 }, (_, i) => view.getFloat32(i * 4, true));
    });
  const half = tensor.dataType === DataType.float16;
  return fields
    .filter((field) => field.number === TENSOR.int64Data || field.number === TENSOR.int32Data)
    .flatMap((field) => readInts(field, 'a tensor'))
    .map((value) => (half ? halfValue(value) : value));
}

const RAW: Record<number, { width: number; get(view: DataView, at: number): number } | undefined> = {
  [DataType.float]: { width: 4, get: (view, at) => view.getFloat32(at, true) },
  [DataType.double]: { width: 8, get: (view, at) => view.getFloat64(at, true) },
  [DataType.float16]: { width: 2, get: (view, at) => halfValue(view.getUint16(at, true)) },
  [DataType.int64]: { width: 8, get: (view, at) => Number(view.getBigInt64(at, true)) },
  [DataType.int32]: { width: 4, get: (view, at) => view.getInt32(at, true) },
  [DataType.bool]: { width: 1, get: (view, at) => view.getUint8(at) },
};
