import { isTensor } from './parse-tensor.js';
import { parseVectors, type VectorShape } from './vectors.js';
import type { SublayerInput, Sublayer, SublayerPart, Tensor, Vectors, VectorsInput } from './types.js';

/** The parts of the attention sublayer that may be recorded beside attention, and their axes between layer and hidden dimension. */
export const sublayerParts = {
  outputMatrix: 'head',
  outputBias: 'layer',
  residual: 'token',
  normWeight: 'layer',
  normBias: 'layer',
  blockOutput: 'token',
} as const satisfies Record<SublayerPart, 'head' | 'layer' | 'token'>;

export const sublayerPartNames = Object.keys(sublayerParts) as SublayerPart[];

/** The shapes that a stream's sublayer must have. */
interface SublayerShape extends Pick<VectorShape, 'layers' | 'gaps' | 'kept'> {
  heads: number;
  queries: number;
  values: Vectors | undefined;
}

/**
 * The recorded parts of the attention sublayer; undefined where there is none.
 *
 * @throws TraceError `vectors` where a shape does not fit the stream, and all that `parseVectors` throws
 */
export function parseSublayer(
  input: Partial<SublayerInput>,
  prefix: string,
  { layers, gaps, heads, queries, kept, values }: SublayerShape,
): Sublayer | undefined {
  const parts: Partial<Record<SublayerPart, Vectors>> = {};
  for (const [part, axis] of Object.entries(sublayerParts) as [SublayerPart, string][]) {
    const given = input[part];
    if (given === undefined || given === null) continue;
    parts[part] = parseVectors(
      axis === 'head' ? given : withHeads(given, axis === 'layer'),
      `${prefix}${part}`,
      {
        ...{ layers, gaps },
        heads: [axis === 'head' ? heads : 1],
        tokens: axis === 'head' ? (values?.dim ?? dimOf(given)) : axis === 'token' ? queries : 1,
        kept: axis === 'token' ? kept : undefined,
      },
    );
  }
  const { normEpsilon } = input;
  if (Object.keys(parts).length === 0) return undefined;
  return { ...parts, normEpsilon: normEpsilon ?? 1e-12 };
}

/** `[layer, token, hidden]` as `[layer, 1, token, hidden]`, and `[layer, hidden]` as `[layer, 1, 1, hidden]`. */
function withHeads(given: VectorsInput, noTokens: boolean): VectorsInput {
  const ones = noTokens ? [1, 1] : [1];
  if (isTensor(given)) {
    const [layers, ...rest] = Array.from(given.dims, Number);
    return { dims: [layers!, ...ones, ...rest], data: given.data };
  }
  if (!Array.isArray(given)) return given;
  return given.map((layer: unknown) => {
    if (isTensor(layer)) return { dims: [...ones, ...Array.from(layer.dims, Number)], data: layer.data };
    if (layer === null || layer === undefined) return layer;
    return noTokens ? [[layer]] : [layer];
  }) as VectorsInput;
}

/** The dimension of a head by the output matrix, where no values tell it. */
function dimOf(given: VectorsInput): number {
  if (isTensor(given)) return Number((given as Tensor).dims[2]);
  const first = (given as readonly unknown[])[0];
  if (isTensor(first)) return Number((first as Tensor).dims[1]);
  return (first as readonly ArrayLike<unknown>[] | undefined)?.[0]?.length ?? NaN;
}
