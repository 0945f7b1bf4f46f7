import * as ort from 'onnxruntime-node';
import { alone, floats, readSafetensors, type Plain, type Stored } from './read-safetensors.js';

export { floats, readSafetensors, type Plain } from './read-safetensors.js';

/** Reads a safetensors file of a case: feeds, the attention expected, how far off it may be. */
export function readCase(file: Uint8Array): {
  feeds: Record<string, ort.Tensor>;
  expected: Record<string, Plain>;
  tolerance: number;
} {
  const { tensors, metadata } = readSafetensors(file);
  const feeds: Record<string, ort.Tensor> = {};
  const expected: Record<string, Plain> = {};
  for (const [name, stored] of Object.entries(tensors))
    if (name.startsWith('feeds.')) feeds[name.slice(6)] = toTensor(stored);
    else expected[name] = floats(stored);
  return { feeds, expected, tolerance: Number(metadata.tolerance) };
}

function toTensor({ dtype, dims, bytes }: Stored): ort.Tensor {
  const buffer = alone(bytes);
  if (dtype === 'I64') return new ort.Tensor('int64', new BigInt64Array(buffer), dims);
  if (dtype === 'BOOL') return new ort.Tensor('bool', new Uint8Array(buffer), dims);
  if (dtype === 'F32') return new ort.Tensor('float32', new Float32Array(buffer), dims);
  throw new Error(`No feed of type ${dtype} was expected.`);
}

/** Runs a tapped model on the CPU. */
export async function runTapped(
  model: Uint8Array,
  feeds: Record<string, ort.Tensor>,
): Promise<ort.InferenceSession.OnnxValueMapType> {
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
  const results = await session.run(feeds);
  await session.release();
  return results;
}

/** How far two tensors are apart at most; float16 is read from its bits. */
export function largestDifference(a: ort.OnnxValue, b: Plain): number {
  const found = toPlain(a).data;
  let largest = found.length === b.data.length ? 0 : Infinity;
  for (let i = 0; i < b.data.length; i++) {
    const difference = Math.abs(found[i]! - b.data[i]!);
    // NaN counts as infinitely far.
    largest = difference <= largest ? largest : Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}

/** A result's numbers, float16 read from its bits. */
export function toPlain({ dims, data, type }: ort.OnnxValue): Plain {
  const numbers = data as ArrayLike<number>;
  return { dims, data: type === 'float16' ? Array.from(numbers, half) : numbers };
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  return sign * (exponent === 0 ? (bits & 1023) * 2 ** -24 : (1024 + (bits & 1023)) * 2 ** (exponent - 25));
}
