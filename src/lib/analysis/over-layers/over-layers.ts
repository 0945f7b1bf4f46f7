import {
  combineMatrices,
  deriveStream,
  isSigned,
  type Combination,
  type Quantity,
  type Stream,
} from '../../trace/index.js';
import { mustBeStream } from '../must.js';

/**
 * The running sum, mean or maximum of each head over layers: layer n holds that of all layers up to n with this head, so the last layer
 * holds that of all. The same layers, heads and evidence; a mean or a maximum keeps the quantity.
 *
 * Caveat: heads of the same number in different layers are unrelated; combine the heads first unless a particular one is meant.
 *
 * @throws TraceError `unknown-layer`, `unknown-head` when a matrix is asked for that the stream has not
 * @example
 * const most = overLayers(stream, 'max').matrix(stream.layers.at(-1), 0);
 */
export function overLayers(stream: Stream, how: Combination, options: { name?: string } = {}): Stream {
  mustBeStream(stream, 'overLayers');
  const { name } = options ?? {};
  return deriveStream(stream, {
    name: name ?? `${how} over layers`,
    quantity: how === 'sum' ? summed(stream.quantity) : stream.quantity,
    matrix: (layer, head) =>
      combineMatrices(
        stream.layers
          .filter((one) => one <= layer && stream.headsOf(one).includes(head))
          .map((one) => stream.matrix(one, head)),
        how,
      ),
  });
}

/** The quantity of a sum: without a largest value, and named by what is summed. */
function summed(quantity: Quantity): Quantity {
  return {
    ...quantity,
    name: `summed ${quantity.name}`,
    range: [isSigned(quantity) ? -Infinity : 0, Infinity],
  };
}
