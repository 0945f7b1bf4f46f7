import { ATTRIBUTE, DataType, NODE, TENSOR, type Node } from './model.js';
import { readFields, wholeOf } from './wire.js';
import { bytesField, floatField, ropeOf, varintField, type Rope } from './write.js';

/** A node to be added to a graph. */
export interface NodeSpec {
  opType: string;
  inputs: readonly string[];
  outputs: readonly string[];
  domain?: string;
  /** Integer attributes. */
  ints?: Readonly<Record<string, number>>;
  /** Attributes that are lists of integers. */
  lists?: Readonly<Record<string, readonly number[]>>;
  floats?: Readonly<Record<string, number>>;
}

/** The content of a `NodeProto`. */
export function emitNode({
  opType,
  inputs,
  outputs,
  domain,
  ints = {},
  lists = {},
  floats = {},
}: NodeSpec): Rope {
  return ropeOf(
    ...inputs.map((input) => bytesField(NODE.input, input)),
    ...outputs.map((output) => bytesField(NODE.output, output)),
    bytesField(NODE.name, `attentrace/${outputs.find((output) => output !== '') ?? opType}`),
    bytesField(NODE.opType, opType),
    ...(domain ? [bytesField(NODE.domain, domain)] : []),
    ...Object.entries(ints).map(([name, value]) => bytesField(NODE.attribute, emitInt(name, value))),
    ...Object.entries(lists).map(([name, values]) => bytesField(NODE.attribute, emitInts(name, values))),
    ...Object.entries(floats).map(([name, value]) => bytesField(NODE.attribute, emitFloat(name, value))),
  );
}

/** The content of a `NodeProto` that does what another does, between other values. */
export function emitLike(node: Node, inputs: readonly string[], output: string): Rope {
  const own: readonly number[] = [NODE.input, NODE.output, NODE.name];
  return ropeOf(
    ...inputs.map((input) => bytesField(NODE.input, input)),
    bytesField(NODE.output, output),
    bytesField(NODE.name, `attentrace/${output}`),
    ...readFields(node.slice, 'a node').flatMap((field) =>
      own.includes(field.number) ? [] : wholeOf(field),
    ),
  );
}

/** The content of an `AttributeProto` with an integer. */
export function emitInt(name: string, value: number): Rope {
  return ropeOf(
    bytesField(ATTRIBUTE.name, name),
    varintField(ATTRIBUTE.i, value),
    varintField(ATTRIBUTE.type, 2),
  );
}

function emitInts(name: string, values: readonly number[]): Rope {
  const list = values.map((value) => varintField(ATTRIBUTE.ints, value));
  return ropeOf(bytesField(ATTRIBUTE.name, name), ...list, varintField(ATTRIBUTE.type, 7));
}

function emitFloat(name: string, value: number): Rope {
  return ropeOf(
    bytesField(ATTRIBUTE.name, name),
    floatField(ATTRIBUTE.f, value),
    varintField(ATTRIBUTE.type, 1),
  );
}

/** A `Constant` node: integers as int64, anything else as the float type given. One number and `scalar` make it of no axis. */
export function emitConstant(
  name: string,
  values: readonly number[],
  dataType: number,
  scalar = false,
): Rope {
  const width = WIDTH[dataType] ?? 4;
  const data = new DataView(new ArrayBuffer(values.length * width));
  values.forEach((value, i) => {
    if (dataType === DataType.int64) data.setBigInt64(i * 8, BigInt(value), true);
    else if (dataType === DataType.int32) data.setInt32(i * 4, value, true);
    else if (dataType === DataType.double) data.setFloat64(i * 8, value, true);
    else if (dataType === DataType.float16) data.setUint16(i * 2, numberToHalf(value), true);
    else data.setFloat32(i * 4, value, true);
  });
  const tensor = ropeOf(
    ...(scalar ? [] : [varintField(TENSOR.dims, values.length)]),
    varintField(TENSOR.dataType, dataType),
    bytesField(TENSOR.rawData, new Uint8Array(data.buffer)),
  );
  const value = ropeOf(
    bytesField(ATTRIBUTE.name, 'value'),
    bytesField(ATTRIBUTE.t, tensor),
    varintField(ATTRIBUTE.type, 4),
  );
  return ropeOf(
    bytesField(NODE.output, name),
    bytesField(NODE.opType, 'Constant'),
    bytesField(NODE.attribute, value),
  );
}

const WIDTH: Record<number, number | undefined> = {
  [DataType.int64]: 8,
  [DataType.double]: 8,
  [DataType.float16]: 2,
};

/** The content of a `ValueInfoProto`: axes are given by length, or null for any. */
export function emitValueInfo(name: string, dataType: number, dims: readonly (number | null)[]): Rope {
  const axes = dims.map((dim) => bytesField(1, dim === null ? new Uint8Array() : varintField(1, dim)));
  const tensorType = ropeOf(varintField(1, dataType), bytesField(2, ropeOf(...axes)));
  return ropeOf(bytesField(1, name), bytesField(2, bytesField(1, tensorType)));
}

/** Float16 bits of a number, rounded to nearest even. */
function numberToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundHalfEven(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign | (((exponent + 14) << 10) + roundHalfEven((size / 2 ** exponent) * 1024));
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
