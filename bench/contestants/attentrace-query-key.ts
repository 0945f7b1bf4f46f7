import { createTrace } from '../../src/lib/index.js';
import { queryKeyAttention } from '../../src/lib/io/index.js';
import { attentraceHeatmap } from './attentrace-heatmap.js';
import { makeTokens } from './attentrace-trace.js';
import type { Contestant } from './contestant.js';

const dim = 64;
const back = 3;
const length = (wave: number) => 1.35 ** wave;

/**
 * Our heatmap of one causal head whose weights are computed from queries and keys when they are looked at. All weights in sight
 * of the whole take minutes; what is measured is looking about in what there is by then.
 */
export function queryKeyHeatmap(): Contestant {
  return attentraceHeatmap(
    ({ tokens }) => {
      const logSumExp = { dims: [1, 1, tokens], data: sumRows(tokens) };
      const source = { queries: waves(tokens, 0), keys: waves(tokens, back), logSumExp, causal: true };
      return createTrace({ tokens: makeTokens(tokens), attention: queryKeyAttention(source) });
    },
    { waitsForAll: false, layers: false },
  );
}

/** Positions as waves of many lengths: a query matches best the key that stands `back` before it. */
function waves(tokens: number, shift: number) {
  const data = new Float32Array(tokens * dim);
  for (let token = 0; token < tokens; token++)
    for (let i = 0; i < dim / 2; i++) {
      data[token * dim + 2 * i] = 2 * Math.cos((token + shift) / length(i));
      data[token * dim + 2 * i + 1] = 2 * Math.sin((token + shift) / length(i));
    }
  return { dims: [1, 1, tokens, dim], data };
}

/** The log-sum-exp of each row, which a model's kernel returns: here a score depends on the distance of the tokens alone. */
function sumRows(tokens: number): Float32Array {
  let sum = 0;
  return Float32Array.from({ length: tokens }, (_, distance) => {
    let product = 0;
    for (let i = 0; i < dim / 2; i++) product += 4 * Math.cos((distance - back) / length(i));
    sum += Math.exp(product / Math.sqrt(dim));
    return Math.log(sum);
  });
}
