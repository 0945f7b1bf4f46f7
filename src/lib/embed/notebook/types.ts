import type { Quantity, Segment, StreamName } from '../../trace/index.js';

/** What the kernel says of a sequence of tokens. */
export interface Side {
  tokens: string[];
  segments: Segment[];
  present: number[] | null;
  specialTokens: string[] | null;
}

/** What the kernel says of a stream. */
export interface StreamInKernel {
  name: StreamName;
  dims: [number, number, number, number];
  type: 'uint8' | 'float16' | 'float32';
  layers: number[];
  /** The model's numbers; a list for each layer where layers differ. */
  heads: number[] | number[][];
  /** How many heads each layer has. */
  headCounts: number[];
  causal: boolean;
  quantity: Quantity & { range: [number | null, number | null] };
  queryPositions: number[] | null;
  query: Side;
  key: Side;
  /** Type and dims, without the layers, of the vectors that the view needs. */
  vectors: Partial<Record<'queries' | 'keys' | 'values', [type: string, ...dims: number[]]>>;
}

export interface TraceInKernel {
  model: string | null;
  text: string | null;
  streams: StreamInKernel[];
}
