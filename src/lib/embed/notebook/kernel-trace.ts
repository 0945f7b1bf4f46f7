import {
  createTrace,
  type AttentionSource,
  type Quantity,
  type StreamName,
  type Tensor,
  type Trace,
  type TraceInput,
} from '../../trace/index.js';
import type { Ask } from './channel.js';
import { KernelMatrix } from './kernel-matrix.js';
import type { Side, StreamInKernel, TraceInKernel } from './types.js';

/**
 * A trace whose weights stay in the kernel, and come a head or a block at a time. Queries, keys and values come whole, before the
 * trace is there, where the view needs them.
 *
 * @param onProgress told which share of them has come
 * @throws TraceError what `createTrace` throws, and what the kernel refuses
 */
export async function kernelTrace(
  about: TraceInKernel,
  ask: Ask,
  onProgress: (share: number) => void,
): Promise<Trace> {
  const vectors = await allVectors(about.streams, ask, onProgress);
  const streams = new Map(
    about.streams.map((stream) => [stream.name, streamInput(stream, ask, vectors.get(stream.name))]),
  );
  const more = { model: about.model ?? undefined, text: about.text ?? undefined };
  const self = about.streams.find(({ name }) => name === 'self');
  if (self) return createTrace({ ...more, ...sideInput(self.key), ...streams.get('self') } as TraceInput);
  const cross = about.streams.find(({ name }) => name === 'cross');
  const side = (name: 'encoder' | 'decoder') => {
    const own = about.streams.find((stream) => stream.name === name);
    const given = own?.key ?? (name === 'encoder' ? cross?.key : cross?.query);
    return given && { ...sideInput(given), ...streams.get(name) };
  };
  return createTrace({
    ...more,
    encoder: side('encoder'),
    decoder: side('decoder'),
    cross: streams.get('cross'),
  } as TraceInput);
}

function sideInput({ tokens, segments, present, specialTokens }: Side) {
  return { tokens, segments, present: present ?? undefined, specialTokens: specialTokens ?? undefined };
}

function streamInput(
  stream: StreamInKernel,
  ask: Ask,
  vectors: Record<string, Tensor[]> | undefined,
): object {
  const [least, largest] = stream.quantity.range;
  const quantity = { ...stream.quantity, range: [least ?? -Infinity, largest ?? Infinity] as const };
  return {
    ...vectors,
    attention: sourceOf(stream, ask, quantity),
    layers: stream.layers,
    heads: stream.heads,
    causal: stream.causal,
    quantity,
    queryPositions: stream.queryPositions ?? undefined,
  };
}

function sourceOf(stream: StreamInKernel, ask: Ask, quantity: Quantity): AttentionSource {
  const matrices = new Map<number, KernelMatrix>();
  const packs = new Map<string, Promise<Uint8Array | Uint16Array | Float32Array>>();
  return {
    dims: stream.dims,
    headCounts: stream.headCounts,
    causal: stream.causal,
    quantity,
    matrix(layer, head) {
      const index = layer * stream.dims[1] + head;
      const known = matrices.get(index);
      if (known) return known;
      const made = new KernelMatrix({ stream, layer, head, ask, packs, signed: quantity.range[0] < 0 });
      matrices.set(index, made);
      return made;
    },
  };
}

async function allVectors(
  streams: readonly StreamInKernel[],
  ask: Ask,
  onProgress: (share: number) => void,
): Promise<Map<StreamName, Record<string, Tensor[]>>> {
  const found = new Map<StreamName, Record<string, Tensor[]>>();
  const wanted = streams.flatMap(({ name, vectors, layers }) =>
    Object.keys(vectors).flatMap((what) => layers.map((_, layer) => ({ name, what, layer }))),
  );
  let done = 0;
  for (const { name, what, layer } of wanted) {
    onProgress(done++ / wanted.length);
    const { data, dims } = await ask({ kind: 'vectors', stream: name, what, layer });
    if (!found.has(name)) found.set(name, {});
    (found.get(name)![what] ??= []).push({ dims, data });
  }
  return found;
}
