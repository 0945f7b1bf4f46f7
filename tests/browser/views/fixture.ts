import { fixtureUrls, type FixtureName } from '../../../src/stories/fixtures.js';

/** Weights as the bytes of a fixture have them, read here so that what is drawn is compared with the file itself. */
export interface Weights {
  layers: number;
  heads: number;
  queries: number;
  keys: number;
  at(layer: number, head: number, query: number, key: number): number;
  /** The largest weight of a head. */
  most(layer: number, head: number): number;
}

const decoders: Record<string, { bytes: number; read: (view: DataView, at: number) => number }> = {
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) / 255 },
  F16: { bytes: 2, read: (view, at) => fromHalf(view.getUint16(at, true)) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
};

/** Reads one attention tensor `[layer, head, query, key]` of a fixture. */
export async function readWeights(name: FixtureName, tensor = 'attention'): Promise<Weights> {
  const bytes = await (await fetch(fixtureUrls[name])).arrayBuffer();
  const headerLength = Number(new DataView(bytes).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, headerLength)));
  const { dtype, shape, data_offsets: offsets } = header[tensor];
  const [layers, heads, queries, keys] = shape as [number, number, number, number];
  const view = new DataView(bytes, 8 + headerLength + offsets[0]);
  const { bytes: size, read } = decoders[dtype]!;
  const at: Weights['at'] = (layer, head, query, key) =>
    read(view, (((layer * heads + head) * queries + query) * keys + key) * size);
  return {
    layers,
    heads,
    queries,
    keys,
    at,
    most(layer, head) {
      let most = 0;
      for (let query = 0; query < queries; query++)
        for (let key = 0; key < keys; key++) most = Math.max(most, at(layer, head, query, key));
      return most;
    },
  };
}

function fromHalf(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A weight as a reader is told it, for weights of 0.001 and more that are not on the border between two forms. */
export const shown = (weight: number): string => weight.toFixed(weight < 0.1 ? 3 : 2);
