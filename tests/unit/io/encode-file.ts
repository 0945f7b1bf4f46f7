/** A safetensors file from its parts, sound or not, so that readers are tested on more than our own writer's output. */
export function encodeFile(
  header: unknown,
  data: Uint8Array | number = 0,
  headerLength?: number,
): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const numbers = typeof data === 'number' ? new Uint8Array(data) : data;
  const file = new Uint8Array(8 + json.length + numbers.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength ?? json.length), true);
  file.set(json, 8);
  file.set(numbers, 8 + json.length);
  return file;
}

/** Float32 tensors, one after another, and metadata. */
export function encodeTensors(
  tensors: Record<string, { dims: number[]; numbers: number[] }>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const numbers: number[] = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    const start = 4 * numbers.length;
    numbers.push(...tensor.numbers);
    header[name] = { dtype: 'F32', shape: tensor.dims, data_offsets: [start, 4 * numbers.length] };
  }
  return encodeFile(header, new Uint8Array(Float32Array.from(numbers).buffer));
}
