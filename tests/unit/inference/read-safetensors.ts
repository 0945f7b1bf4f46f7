/** Reads safetensors files, in Node and in a browser, so that what is tested is not tested with itself. */

/** A tensor of a safetensors file. */
export interface Stored {
  dtype: string;
  dims: number[];
  bytes: Uint8Array;
}

export interface Plain {
  dims: readonly number[];
  data: ArrayLike<number>;
}

export function readSafetensors(file: Uint8Array): {
  tensors: Record<string, Stored>;
  metadata: Record<string, string>;
} {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(
    new TextDecoder().decode(file.subarray(8, 8 + length)),
  );
  const tensors: Record<string, Stored> = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries as Record<string, Entry>)) {
    const [from, to] = data_offsets.map((offset) => 8 + length + offset);
    tensors[name] = { dtype, dims: shape, bytes: file.subarray(from, to) };
  }
  return { tensors, metadata };
}

export function floats({ dims, bytes }: Stored): { dims: number[]; data: Float32Array } {
  return { dims, data: new Float32Array(alone(bytes)) };
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** A copy in a buffer of its own: typed arrays of more than a byte must begin where a number begins. */
export function alone(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
