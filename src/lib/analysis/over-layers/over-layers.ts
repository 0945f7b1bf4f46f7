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
 * The sum, the mean or the maximum of each head over the layers up to one: layer n holds that of the layers up to n which have the head,
 * so the last holds that of all. The same layers and heads, and the evidence of the stream; a mean or a maximum keeps its quantity.
 *
 * Caveat: a head of one layer has nothing to do with that of the same number in another; combine the heads first where none is meant.
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

/** A sum has no largest value, and its name says what it is of. */
function summed(quantity: Quantity): Quantity {
  return {
    ...quantity,
    name: `summed ${quantity.name}`,
    range: [isSigned(quantity) ? -Infinity : 0, Infinity],
  };
}
