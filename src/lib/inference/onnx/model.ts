import { InferenceError } from '../errors.js';
import { readFloat, readFields, readInts, readText, type Field, type Slice } from './wire.js';

/**
 * The parts of an ONNX model that say how it computes; weights are left where they are.
 * Source: onnx.proto of ONNX 1.23, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

/** Field numbers of the messages read and written here. */
export const MODEL = { opsetImport: 8, graph: 7, functions: 25 } as const;
export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;
export const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;
const FUNCTION = { name: 1, node: 7, domain: 10 } as const;
export const ATTRIBUTE = {
  name: 1,
  f: 2,
  i: 3,
  t: 5,
  g: 6,
  ints: 8,
  type: 20,
} as const;
export const TENSOR = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  int64Data: 7,
  name: 8,
  rawData: 9,
  externalData: 13,
  dataLocation: 14,
} as const;

/** `TensorProto.DataType`. */
export const DataType = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
  bfloat16: 16,
} as const;

/** A tensor in the file: what it is, and where. */
export interface TensorInfo {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  /** The file its data lies in, relative to the model's, where that is not the model itself. */
  readonly external?: string;
  readonly slice: Slice;
}

/** A graph's input, output or inner value with its type; `dims` are lengths, or names of lengths, or null. */
export interface ValueInfo {
  readonly name: string;
  readonly dataType: number;
  readonly dims: readonly (number | string | null)[] | undefined;
}

export interface Attribute {
  readonly name: string;
  readonly i: number;
  readonly f: number;
  readonly ints: readonly number[];
  readonly tensor?: TensorInfo;
  readonly graph?: Graph;
  readonly whole: Slice;
}

export interface Node {
  readonly name: string;
  readonly opType: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  /** Names of values; an empty one is an input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly slice: Slice;
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, TensorInfo>;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly valueInfo: ReadonlyMap<string, ValueInfo>;
  readonly slice: Slice;
}

export interface Model {
  readonly graph: Graph;
  /** Version of each operator set by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  /** The operators the model defines itself, by domain and name: what they are made of. */
  readonly functions: ReadonlyMap<string, readonly Node[]>;
  readonly slice: Slice;
}

const DEEPEST = 32;

/**
 * Reads a model's graph.
 *
 * @throws InferenceError `not-onnx`, `truncated`, `length`, `wire-type`, `text`, `depth`, `no-graph`, `two-graphs`
 */
export function readModel(bytes: Uint8Array): Model {
  refuseOtherFiles(bytes);
  const slice = { bytes, start: 0, end: bytes.length };
  const fields = readFields(slice, 'the model');
  const graphs = messages(fields, MODEL.graph);
  if (graphs.length !== 1)
    throw new InferenceError({
      code: graphs.length === 0 ? 'no-graph' : 'two-graphs',
      place: 'model',
      found: graphs.length === 0 ? `${bytes.length} bytes without a graph` : `${graphs.length} graphs`,
      expected: 'an ONNX model with one graph',
      fix: 'Pass the .onnx file itself, complete.',
    });
  const opsets = new Map<string, number>();
  for (const part of messages(fields, MODEL.opsetImport)) {
    const opset = readFields(part, 'an operator set');
    opsets.set(text(opset, 1, 'an operator set') || '', int(opset, 2));
  }
  const functions = new Map(messages(fields, MODEL.functions).map(readFunction));
  return { graph: readGraph(graphs[0]!, 0), opsets, functions, slice };
}

function readFunction(slice: Slice): [name: string, nodes: readonly Node[]] {
  const inside = 'a function';
  const fields = readFields(slice, inside);
  const nodes = messages(fields, FUNCTION.node).map((part) => readNode(part, 0));
  return [functionName(text(fields, FUNCTION.domain, inside), text(fields, FUNCTION.name, inside)), nodes];
}

/** How `Model.functions` has the operator of a node. */
export function functionName(domain: string, opType: string): string {
  return `${domain}.${opType}`;
}

function readGraph(slice: Slice, depth: number): Graph {
  if (depth > DEEPEST)
    throw new InferenceError({
      code: 'depth',
      place: `model byte ${slice.start}`,
      found: `graphs nested over ${DEEPEST} deep`,
      expected: 'the branches and loops of a model',
      fix: 'The file is damaged or made to do harm.',
    });
  const fields = readFields(slice, 'a graph');
  const named = <T extends { name: string }>(values: T[]): Map<string, T> =>
    new Map(values.map((v) => [v.name, v]));
  return {
    nodes: messages(fields, GRAPH.node).map((part) => readNode(part, depth)),
    initializers: named(messages(fields, GRAPH.initializer).map(readTensor)),
    inputs: messages(fields, GRAPH.input).map(readValueInfo),
    outputs: messages(fields, GRAPH.output).map(readValueInfo),
    valueInfo: named(messages(fields, GRAPH.valueInfo).map(readValueInfo)),
    slice,
  };
}

function readNode(slice: Slice, depth: number): Node {
  const inside = 'a node';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  let [name, opType, domain] = ['', '', ''];
  for (const field of readFields(slice, inside)) {
    if (field.number === NODE.input) inputs.push(readText(field, inside));
    else if (field.number === NODE.output) outputs.push(readText(field, inside));
    else if (field.number === NODE.name) name = readText(field, inside);
    else if (field.number === NODE.opType) opType = readText(field, inside);
    else if (field.number === NODE.domain) domain = readText(field, inside);
    else if (field.number === NODE.attribute && field.wireType === 2) {
      const attribute = readAttribute(field, depth);
      attributes.set(attribute.name, attribute);
    }
  }
  return { name, opType, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes, slice };
}

function readAttribute(slice: Slice, depth: number): Attribute {
  const inside = 'an attribute';
  const ints: number[] = [];
  let [name, i, f] = ['', 0, 0];
  let tensor: TensorInfo | undefined;
  let graph: Graph | undefined;
  for (const field of readFields(slice, inside)) {
    if (field.number === ATTRIBUTE.name) name = readText(field, inside);
    else if (field.number === ATTRIBUTE.i) i = field.value;
    else if (field.number === ATTRIBUTE.f) f = readFloat(field);
    else if (field.number === ATTRIBUTE.ints) for (const value of readInts(field, inside)) ints.push(value);
    else if (field.number === ATTRIBUTE.t && field.wireType === 2) tensor = readTensor(field);
    else if (field.number === ATTRIBUTE.g && field.wireType === 2) graph = readGraph(field, depth + 1);
  }
  return { name, i, f, ints, tensor, graph, whole: slice };
}

function readTensor(slice: Slice): TensorInfo {
  const inside = 'a tensor';
  const fields = readFields(slice, inside);
  return {
    name: text(fields, TENSOR.name, inside),
    dims: fields.filter((field) => field.number === TENSOR.dims).flatMap((field) => readInts(field, inside)),
    dataType: int(fields, TENSOR.dataType),
    external: int(fields, TENSOR.dataLocation) === 1 ? externalLocation(fields) : undefined,
    slice,
  };
}

function externalLocation(fields: readonly Field[]): string {
  for (const part of messages(fields, TENSOR.externalData)) {
    const entry = readFields(part, 'an external tensor');
    if (text(entry, 1, 'an external tensor') === 'location') return text(entry, 2, 'an external tensor');
  }
  return '';
}

function readValueInfo(slice: Slice): ValueInfo {
  const inside = 'a value';
  const fields = readFields(slice, inside);
  const type = messages(fields, 2)[0];
  const tensorType = type && messages(readFields(type, inside), 1)[0];
  const parts = tensorType ? readFields(tensorType, inside) : [];
  const shape = messages(parts, 2)[0];
  return {
    name: text(fields, 1, inside),
    dataType: int(parts, 1),
    dims: shape && messages(readFields(shape, inside), 1).map(readDim),
  };
}

function readDim(slice: Slice): number | string | null {
  const fields = readFields(slice, 'a shape');
  const value = fields.find((field) => field.number === 1);
  return value ? value.value : text(fields, 2, 'a shape') || null;
}

function messages(fields: readonly Field[], number: number): Slice[] {
  return fields.filter((field) => field.number === number && field.wireType === 2);
}

function text(fields: readonly Field[], number: number, inside: string): string {
  const field = fields.find((candidate) => candidate.number === number);
  return field ? readText(field, inside) : '';
}

function int(fields: readonly Field[], number: number): number {
  return fields.find((field) => field.number === number)?.value ?? 0;
}

/** Files met in the place of a model, by how they begin. */
const OTHER_FILES: readonly [begins: string, at: number, what: string, fix: string][] = [
  ['version https://git-lfs', 0, 'a Git LFS pointer', 'Fetch the file it points to: git lfs pull.'],
  ['<', 0, 'a web page', 'The address gave a page, an error perhaps, in the place of the model.'],
  ['{', 0, 'JSON', 'The address gave a message in the place of the model.'],
  ['GGUF', 0, 'a GGUF file', 'Look for the onnx folder of the model.'],
  ['PK\u0003\u0004', 0, 'a zip archive', 'Unpack it first.'],
  ['ORTM', 4, "onnxruntime's own .ort format", 'Pass the .onnx file it was made from.'],
];

function refuseOtherFiles(bytes: Uint8Array): void {
  const head = String.fromCharCode(...bytes.subarray(0, 32));
  const other = OTHER_FILES.find(([begins, at]) => head.startsWith(begins, at));
  if (!other && bytes.length > 0) return;
  throw new InferenceError({
    code: 'not-onnx',
    place: 'model',
    found: other ? other[2] : 'no bytes',
    expected: 'an ONNX model',
    fix: other ? other[3] : 'The download or the file is empty.',
  });
}
