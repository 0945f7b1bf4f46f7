import { halfValue } from '../../trace/weights.js';

/**
 * What is used of onnxruntime, which the user passes in: `onnxruntime-web`, its `/wasm` or `/webgpu` entry, or `onnxruntime-node`.
 * Two copies of it on one page refuse each other's tensors, so none is imported here.
 */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: Record<string, unknown>): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => OnnxTensor;
  readonly env?: {
    readonly wasm?: { proxy?: boolean };
    readonly versions?: { readonly node?: string };
  };
}

export interface OnnxSession {
  run(feeds: never, fetches?: never): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
}

export interface OnnxTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

export type Feeds = Record<string, OnnxTensor>;
export type Results = Readonly<Record<string, OnnxTensor>>;

/** A tensor of the runtime passed; the type's array is the caller's to match. */
export function makeTensor(
  { Tensor }: OnnxRuntime,
  type: string,
  data: unknown,
  dims: readonly number[],
): OnnxTensor {
  return new Tensor(type as never, data as never, dims);
}

/** A result's numbers; float16 comes as bits, or as a `Float16Array` where there is one. */
export function numbersOf({ type, data }: OnnxTensor): ArrayLike<number> {
  return type === 'float16' && data instanceof Uint16Array
    ? Float32Array.from(data, halfValue)
    : (data as ArrayLike<number>);
}
