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
export function emitNode(node: NodeSpec): Rope {
  const { opType, inputs, outputs, domain, ints = {}, lists = {}, floats = {} } = node;
  const attributes = [
    ...Object.entries(ints).map(([name, value]) => emitInt(name, value)),
    ...Object.entries(lists).map(([name, values]) =>
      emitAttribute(name, 7, ...values.map((value) => varintField(ATTRIBUTE.ints, value))),
    ),
    ...Object.entries(floats).map(([name, value]) => emitAttribute(name, 1, floatField(ATTRIBUTE.f, value))),
  ];
  return ropeOf(
    ...inputs.map((input) => bytesField(NODE.input, input)),
    ...outputs.map((output) => bytesField(NODE.output, output)),
    bytesField(NODE.name, `attentrace/${outputs.find((output) => output !== '') ?? opType}`),
    bytesField(NODE.opType, opType),
    ...(domain ? [bytesField(NODE.domain, domain)] : []),
    ...attributes.map((attribute) => bytesField(NODE.attribute, attribute)),
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
  return emitAttribute(name, 2, varintField(ATTRIBUTE.i, value));
}

/** @param type `AttributeProto.AttributeType` */
function emitAttribute(name: string, type: number, ...content: readonly (Rope | Uint8Array)[]): Rope {
  return ropeOf(bytesField(ATTRIBUTE.name, name), ...content, varintField(ATTRIBUTE.type, type));
}

/** A `Constant` node: integers as int64, anything else as the float type given. One number and `scalar` make it of no axis. */
export function emitConstant(
  name: string,
  values: readonly number[],
  dataType: number,
  scalar = false,
): Rope {
  const { width, set } = NUMBERS[dataType] ?? FLOAT;
  const data = new DataView(new ArrayBuffer(values.length * width));
  values.forEach((value, i) => set(data, i * width, value));
  const tensor = ropeOf(
    ...(scalar ? [] : [varintField(TENSOR.dims, values.length)]),
    varintField(TENSOR.dataType, dataType),
    bytesField(TENSOR.rawData, new Uint8Array(data.buffer)),
  );
  const value = emitAttribute('value', 4, bytesField(ATTRIBUTE.t, tensor));
  return ropeOf(
    bytesField(NODE.output, name),
    bytesField(NODE.opType, 'Constant'),
    bytesField(NODE.attribute, value),
  );
}

interface NumberType {
  readonly width: number;
  set(data: DataView, at: number, value: number): void;
}

const FLOAT: NumberType = { width: 4, set: (data, at, value) => data.setFloat32(at, value, true) };
const NUMBERS: Record<number, NumberType | undefined> = {
  [DataType.int64]: { width: 8, set: (data, at, value) => data.setBigInt64(at, BigInt(value), true) },
  [DataType.int32]: { width: 4, set: (data, at, value) => data.setInt32(at, value, true) },
  [DataType.double]: { width: 8, set: (data, at, value) => data.setFloat64(at, value, true) },
  [DataType.float16]: { width: 2, set: (data, at, value) => data.setUint16(at, numberToHalf(value), true) },
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
