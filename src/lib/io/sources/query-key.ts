import { describe, either, listed } from '../../trace/describe.js';
import { parseArray } from '../../trace/parse-array.js';
import { checkSameDim, parseVectors, sharedHeads } from '../../trace/vectors.js';
import { parseScoring } from '../../trace/scoring.js';
import type { AttentionSource, ScoringInput, Tensor, VectorsInput } from '../../trace/types.js';
import { makeSource } from './make-source.js';
import { QueryKeyMatrix } from './query-key-matrix.js';
import { checkInput, sourceError, sourceTensor } from './source-error.js';

export interface QueryKeyInput extends ScoringInput {
  /** `[layer, head, token, dim]`, as they enter the product: after rotary embedding where there is one. float16 or float32. */
  queries: VectorsInput;
  /** `[layer, head, token, dim]`; fewer heads than queries have, where equal runs of them share one (grouped-query attention). */
  keys: VectorsInput;
  /** Whether a query sees no key after its own position. Required, as queries and keys do not tell. */
  causal: boolean;
  /** `[layer, head, query]`: log Σ exp of each query's scores, sink included, as fused kernels return it. Default: computed on demand. */
  logSumExp?: Tensor;
}

/**
 * Attention computed from queries and keys on demand: weight = exp(q·k × scale − log Σ exp) (Vaswani et al. 2017, arXiv:1706.03762, eq. 1;
 * the log-sum-exp as in Dao et al. 2022, arXiv:2205.14135). The whole matrix is never in memory: one head of 131,072 tokens and 64
 * dimensions takes 67 MB, not 69 GB. Long computations run in a worker.
 *
 * Without `logSumExp`, the first read of a query computes its scores with all keys. Whatever else the model does to scores must be passed,
 * or the weights are not the model's: `fromConfig` reads it from a config.json, and refuses what it does not know.
 *
 * @throws TraceError `source`, `vectors`, and what `createTrace` throws of queries and keys
 * @example
 * createTrace({ tokens, attention: queryKeyAttention({ queries, keys, ...fromConfig(config) }) });
 */
export function queryKeyAttention(input: QueryKeyInput): AttentionSource {
  checkInput(input, 'queryKeyAttention', '{ queries, keys, causal }');
  const { causal } = input;
  if (typeof causal !== 'boolean')
    throw sourceError(
      'causal',
      describe(causal),
      'true or false',
      'Say whether a query sees no key after its own position: true for decoders, false for encoders.',
    );
  const [layers, heads, rows, dim] = parseArray(input.queries, 'queries', 'head, token, dim').dims;
  const [, keyHeads, cols] = parseArray(input.keys, 'keys', 'head, token, dim').dims;
  const all = Array.from({ length: heads }, (_, head) => head);
  const queries = parseVectors(input.queries, 'queries', { layers, heads: [heads], tokens: rows })!;
  const keys = parseVectors(input.keys, 'keys', { layers, heads: sharedHeads(all), tokens: cols })!;
  checkSameDim(queries, keys, '');
  if (causal && rows !== cols)
    throw sourceError(
      'causal',
      `true, with ${rows} queries and ${cols} keys`,
      'as many of both',
      'Causal attention is within one sequence; record its queries and keys from the same forward pass.',
    );
  const scoring = parseScoring(input, '', { layers, heads, rows, cols, causal });
  const logSumExp = input.logSumExp && parseLogSumExp(input.logSumExp, [layers, heads, rows]);
  return makeSource(
    { dims: [layers, heads, rows, cols], causal, queries: input.queries, keys: input.keys, scoring },
    (layer, head) => {
      const { scale = 1 / Math.sqrt(dim), ...own } = scoring(layer, head);
      return new QueryKeyMatrix({
        queries: (first, count) => queries.vector(layer, head, first, count),
        keys: (first, count) => keys.vector(layer, Math.floor((head * keyHeads) / heads), first, count),
        ...{ rows, cols, dim, causal, scale, ...own },
        logSumExp: logSumExp?.subarray((layer * heads + head) * rows, (layer * heads + head + 1) * rows),
        place: `[${layer}][${head}]`,
      });
    },
  );
}

function parseLogSumExp(tensor: Tensor, wanted: readonly number[]): Float32Array {
  const { dims, data } = sourceTensor(tensor, 'logSumExp');
  if (!(data instanceof Float32Array))
    throw sourceError(
      'logSumExp',
      data.constructor.name,
      either(['Float32Array', 'Float64Array']),
      'Record it in float32: half precision would change each weight by up to a hundredth of itself.',
    );
  if (dims.length !== wanted.length || dims.some((n, axis) => n !== wanted[axis]))
    throw sourceError(
      'logSumExp',
      `dims ${listed(dims)}`,
      `${listed(wanted)}: [layer, head, query]`,
      'One number for each query of each head.',
    );
  return data;
}
