import { describe } from '../../trace/describe.js';
import {
  TraceError,
  type HeadScoring,
  type Segment,
  type Stream,
  type SublayerPart,
  type Token,
  type Trace,
  type Vectors,
  type WeightArray,
  type WeightType,
} from '../../trace/index.js';
import { sublayerParts } from '../../trace/sublayer.js';
import { weightQuantity, type Quantity } from '../../trace/quantity.js';
import { weightArrays } from '../../trace/weights.js';
import { toFloat16 } from '../float-bits.js';

/** A tensor to be written: its bytes in parts, one per matrix or vector, in order. */
interface WrittenTensor {
  name: string;
  type: WeightType;
  dims: number[];
  chunks: WeightArray[];
}

const dtypes = { uint8: 'U8', float16: 'F16', float32: 'F32' } as const;
const bytesPer = (type: WeightType): number => weightArrays[type].BYTES_PER_ELEMENT;

/**
 * Writes a trace as a safetensors file that `loadSafetensors`, and Python's safetensors, read back: attention, queries, keys
 * and values in the type they have, with tokens, segments, layer and head numbers, quantity, scoring, model and text among the metadata.
 * Reads every matrix whole.
 *
 * @throws TraceError `dtype` where the matrices of a stream are of several types, `stream-name` for a derived stream with a name of its own
 * @example
 * const bytes = await writeSafetensors(trace);
 * link.href = URL.createObjectURL(new Blob([bytes]));
 */
export async function writeSafetensors(trace: Trace): Promise<Uint8Array<ArrayBuffer>> {
  if (!Array.isArray((trace as Partial<Trace> | null | undefined)?.streams) || trace.streams.length === 0)
    throw new TraceError({
      code: 'missing-attention',
      place: 'writeSafetensors',
      found: describe(trace),
      expected: 'a trace',
      fix: 'Pass what createTrace or a reader returned.',
    });
  const parts: WrittenTensor[] = [];
  const metadata: Record<string, string> = {};
  if (trace.model !== undefined) metadata.model = trace.model;
  if (trace.text !== undefined) metadata.text = trace.text;
  const addSide = (prefix: string, tokens: readonly Token[], segments: readonly Segment[]) => {
    metadata[`${prefix}tokens`] = JSON.stringify(tokens.map((token) => token.raw));
    if (segments.length > 0) metadata[`${prefix}segments`] = JSON.stringify(segments);
    const special = new Set(tokens.filter((token) => token.special).map((token) => token.raw));
    if (special.size > 0) metadata[`${prefix}specialTokens`] = JSON.stringify([...special]);
  };
  for (const stream of trace.streams) {
    if (stream.name !== stream.kind) throw notRecorded(stream.name);
    const prefix = stream.name === 'self' ? '' : `${stream.name}.`;
    parts.push(...(await attentionParts(stream, `${prefix}attention`)));
    for (const kind of ['queries', 'keys', 'values'] as const) {
      const vectors = stream[kind];
      if (vectors) parts.push(vectorsPart(vectors, `${prefix}${kind}`));
    }
    for (const [part, axis] of Object.entries(sublayerParts) as [SublayerPart, string][]) {
      const vectors = stream.sublayer?.[part];
      if (vectors) parts.push(sublayerTensor(vectors, `${prefix}${part}`, axis));
    }
    const { scoring, bias } = writtenScoring(stream, `${prefix}scoring.bias`);
    if (scoring) metadata[`${prefix}scoring`] = JSON.stringify(scoring);
    if (bias) parts.push(bias);
    if (stream.sublayer) metadata[`${prefix}normEpsilon`] = JSON.stringify(stream.sublayer.normEpsilon);
    const { queryTokens, keyTokens } = stream;
    addSide(stream.name === 'cross' ? 'encoder.' : prefix, keyTokens, stream.keySegments);
    // Cross attention alone has the decoder's tokens in its rows; otherwise the decoder's stream has written them.
    if (stream.name === 'cross' && !('decoder.tokens' in metadata))
      addSide('decoder.', queryTokens, stream.querySegments);
    else if (queryTokens.some(({ position }, row) => position !== row))
      metadata[`${prefix}queryPositions`] = JSON.stringify(queryTokens.map(({ position }) => position));
    const { quantity = weightQuantity } = stream as { quantity?: Quantity };
    // null for a range without a limit, as JSON has no infinity.
    if (quantity.name !== weightQuantity.name) metadata[`${prefix}quantity`] = JSON.stringify(quantity);
    metadata[`${prefix}layers`] = JSON.stringify(stream.layers);
    metadata[`${prefix}heads`] = JSON.stringify(
      sameHeads(stream) ? stream.heads : stream.layers.map((layer) => stream.headsOf(layer)),
    );
    metadata[`${prefix}causal`] = JSON.stringify(stream.causal);
  }
  return encode(parts, metadata);
}

function notRecorded(name: string): TraceError {
  return new TraceError({
    code: 'stream-name',
    place: 'writeSafetensors',
    found: `the derived stream '${name}'`,
    expected: 'streams called self, encoder, decoder or cross',
    fix: 'Write the trace it was made of, and derive it again; or write it alone, derived under the name of its base.',
  });
}

/** Whether each layer has all heads. */
function sameHeads({ layers, heads, headsOf }: Stream): boolean {
  return layers.every((layer) => headsOf(layer).length === heads.length);
}

/** One tensor, or one per layer if layers have different heads, as after pruning. */
async function attentionParts(stream: Stream, name: string): Promise<WrittenTensor[]> {
  const { layers, headsOf } = stream;
  const { rows, cols, type } = stream.matrix(layers[0]!, headsOf(layers[0]!)[0]!);
  const parts: WrittenTensor[] = [];
  for (const layer of layers) {
    const heads = headsOf(layer);
    const chunks: WeightArray[] = [];
    for (const head of heads) {
      const block = await stream.matrix(layer, head).block({ row: 0, col: 0, rows, cols });
      if (block.type !== type)
        throw new TraceError({
          code: 'dtype',
          place: `${name}, layer ${layer}, head ${head}`,
          found: block.type,
          expected: `${type}, as in layer ${layers[0]}, head ${headsOf(layers[0]!)[0]}`,
          fix: 'Make the trace from matrices of one type.',
        });
      for (let row = 0; row < rows; row++) {
        const start = block.offset + row * block.stride;
        chunks.push(block.data.subarray(start, start + cols));
      }
    }
    parts.push({ name: `${name}.${layer}`, type, dims: [heads.length, rows, cols], chunks });
  }
  if (!sameHeads(stream)) return parts;
  const dims = [layers.length, stream.heads.length, rows, cols];
  return [{ name, type, dims, chunks: parts.flatMap(({ chunks }) => chunks) }];
}

/** How queries and keys become weights, as `createTrace({ scoring })` takes it; null means no limit. */
function writtenScoring(stream: Stream, name: string): { scoring?: object; bias?: WrittenTensor } {
  const { layers, heads, queryTokens, keyTokens } = stream;
  if (!stream.scoring) return {};
  const of = layers.map((_, layer) => heads.map((_, head) => stream.scoring!(layer, head)));
  const all = of.flat();
  const perHead = (pick: (one: HeadScoring) => number): number[][] => of.map((layer) => layer.map(pick));
  const scoring = {
    scale: of.map(([first]) => first!.scale ?? null),
    softCap: limit(all[0]!.softCap),
    window: of.map(([first]) => limit(first!.window)),
    alibiSlopes: all.some(({ slope }) => slope !== 0) ? perHead(({ slope }) => slope) : undefined,
    sinks: all.some(({ sink }) => sink > -Infinity) ? perHead(({ sink }) => sink) : undefined,
  };
  if (!all.some(({ bias }) => bias)) return { scoring };
  const [rows, cols] = [queryTokens.length, keyTokens.length];
  const chunks = all.flatMap(({ bias }) =>
    Array.from({ length: rows }, (_, row) => Float32Array.from(bias!(row, 0, cols))),
  );
  return {
    scoring,
    bias: { name, type: 'float32', dims: [layers.length, heads.length, rows, cols], chunks },
  };
}

const limit = (number: number): number | null => (number === Infinity ? null : number);

function vectorsPart(vectors: Vectors, name: string): WrittenTensor {
  const { layers, heads, tokens, dim, type } = vectors;
  const chunks: WeightArray[] = [];
  for (let layer = 0; layer < layers; layer++)
    for (let head = 0; head < heads; head++)
      for (let token = 0; token < tokens; token++) {
        const numbers = vectors.vector(layer, head, token);
        chunks.push(type === 'float16' ? toFloat16(numbers) : numbers);
      }
  return { name, type, dims: [layers, heads, tokens, dim], chunks };
}

/** A part of the sublayer, without the axes of length 1 that `Vectors` adds. */
function sublayerTensor(vectors: Vectors, name: string, axis: string): WrittenTensor {
  const written = vectorsPart(vectors, name);
  const [layers, , tokens, dim] = written.dims as [number, number, number, number];
  if (axis === 'head') return written;
  return { ...written, dims: axis === 'token' ? [layers, tokens, dim] : [layers, dim] };
}

function encode(parts: readonly WrittenTensor[], metadata: Record<string, string>): Uint8Array<ArrayBuffer> {
  // The widest types first, after a header of a multiple of 8 bytes: so every tensor is aligned and can be read without a copy.
  const inOrder = [...parts].sort((a, b) => bytesPer(b.type) - bytesPer(a.type));
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const { name, type, dims } of inOrder) {
    const start = end;
    end += dims.reduce((product, n) => product * n, bytesPer(type));
    header[name] = { dtype: dtypes[type], shape: dims, data_offsets: [start, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + end).fill(0x20, 8, 8 + headerLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(json, 8);
  let at = 8 + headerLength;
  for (const chunk of inOrder.flatMap((part) => part.chunks)) {
    file.set(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength), at);
    at += chunk.byteLength;
  }
  return file;
}
