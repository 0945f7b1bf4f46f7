import type { Stream } from '../../trace/index.js';
import { mustStackLayers, notDerivable, streamOfLayers, type DerivedOptions } from '../derivation.js';
import { flowFrom } from './max-flow.js';
import { mixing } from './rollout.js';

/** Options of attention flow. */
export interface FlowOptions extends DerivedOptions {
  /** Longer inputs are refused. Default 32. */
  mostTokens?: number;
  /** Called after each query of a matrix. */
  onProgress?: (done: number, total: number) => void;
}

/** About what can be computed in a second or two. */
const defaultMostTokens = 32;

/**
 * Attention flow: the maximum flow from a token at layer n down to each input token, through a network whose edges are the weights;
 * capacities are the Ã of `rollout`. The same layers and one head, 0. In [0, 1]; rows need not sum to 1. Descriptive.
 *
 * Caveat: it ignores values and the feed-forward layers. A layer takes T² maximum flows, so it is for short inputs alone: more than 32
 * tokens are refused, unless `mostTokens` says otherwise.
 *
 * Source: Abnar & Zuidema 2020, arXiv:2005.00928, §3.
 *
 * @throws TraceError `derivation` for more than `mostTokens` tokens, and like `quantity` and the signal's reason as `rollout` does
 */
export function flow(stream: Stream, options: FlowOptions = {}): Stream {
  mustStackLayers(stream, 'flow');
  const { name = 'flow', mostTokens = defaultMostTokens, signal, onProgress } = options ?? {};
  const size = stream.keyTokens.length;
  if (size > mostTokens)
    throw notDerivable(
      'flow',
      `${size} tokens`,
      `at most ${mostTokens}`,
      'A layer takes a maximum flow for each pair of tokens: take a shorter input or rollout, or allow more with mostTokens.',
    );
  const quantity = {
    name: 'flow',
    range: [0, 1],
    evidence: 'descriptive',
    caveat: 'It ignores values and feed-forward layers, and is for short inputs alone.',
  } as const;
  return streamOfLayers(stream, { name, quantity }, signal, async (layer, pause) => {
    const upTo = stream.layers.slice(0, stream.layers.indexOf(layer) + 1).reverse();
    const steps: Float32Array[] = [];
    for (const one of upTo) steps.push(await mixing(stream, one, pause));
    const out = new Float32Array(size * size);
    for (let query = 0; query < size; query++) {
      // A flow over 1 is rounding, as rows sum to 1.
      const flows = (await flowFrom(steps, size, query, pause)).map((most) => Math.min(1, most));
      out.set(flows, query * size);
      onProgress?.(query + 1, size);
    }
    return out;
  });
}
