import {
  deriveStream,
  TraceError,
  type Evidence,
  type NestedNumbers,
  type Stream,
  type Tensor,
} from '../../trace/index.js';
import { listed } from '../../trace/describe.js';
import { HeldAttention } from '../../trace/held-attention.js';
import { nestedDims } from '../../trace/parse-nested.js';
import { parseQuantity } from '../../trace/parse-quantity.js';
import { isTensor } from '../../trace/parse-tensor.js';
import { notDerivable } from '../derivation.js';
import { mustBeStream } from '../must.js';

/** What must be said of attributions beside their numbers. */
export interface AttributionOptions {
  /** The method, such as `gradient × attention`, `integrated gradients`, `LRP` or `AT2`: the name of the stream and of a number. */
  name: string;
  /** What can be concluded from them: gradients and relevance are contributions; only the result of an intervention is causal. */
  evidence: Evidence;
  /** For attributions `[key]`: the position of the token they explain, or of the last token before the output. */
  query?: number;
  /** The least and the largest possible value. Default: no limits, drawn in two hues. */
  range?: readonly [least: number, largest: number];
  unit?: string;
  /** What a reader must know of them, such as which output they explain. */
  caveat?: string;
}

/**
 * A stream of attributions that were computed elsewhere, beside the attention they belong to: `[layer, head, query, key]`, `[query, key]`
 * (one layer, the last, and one head, 0) or `[key]` (the same, of one query). Arrays in memory, viewed and not copied; float16 or float32,
 * signed or not.
 *
 * @throws TraceError `derivation` where the shape does not fit the stream, or `query` is missing; `quantity`; what `createTrace` throws
 * of arrays, as `not-a-number` and `out-of-range`
 * @example
 * const trace = traceOf(recorded, attributions(recorded.stream(), relevance, { name: 'LRP', evidence: 'contribution' }));
 */
export function attributions(
  stream: Stream,
  input: Tensor | NestedNumbers,
  options: AttributionOptions,
): Stream {
  mustBeStream(stream, 'attributions');
  const { name, evidence, query, range = [-Infinity, Infinity], unit, caveat } = options ?? {};
  const place = 'attributions';
  const quantity = parseQuantity({ name, evidence, range, unit, caveat }, place);
  const dims = isTensor(input) ? Array.from(input.dims, Number) : nestedDims(input);
  const whole = dims.length === 4;
  const held = new HeldAttention(
    { attention: inFourAxes(input, dims) as never, causal: false },
    place,
    false,
    quantity,
  );
  const base = dims.length === 1 ? ofOneQuery(stream, query) : stream;
  const wanted = [
    whole ? stream.layers.length : 1,
    whole ? stream.heads.length : 1,
    base.queryTokens.length,
    base.keyTokens.length,
  ];
  if (String(held.dims) !== String(wanted))
    throw notDerivable(
      place,
      `dims ${listed(dims)}`,
      `${listed(whole ? wanted : wanted.slice(dims.length === 1 ? 3 : 2))}, as the ${stream.name} stream has`,
      'Attributions belong to the tokens, layers and heads of the stream: [layer, head, query, key], [query, key] or [key].',
    );
  held.check();
  return deriveStream(base, {
    ...{ name, quantity },
    layers: whole ? stream.layers : stream.layers.slice(-1),
    ...(!whole && { heads: [0] }),
    matrix: (layer, head) =>
      whole ? held.matrix(stream.layers.indexOf(layer), stream.heads.indexOf(head)) : held.matrix(0, 0),
  });
}

function inFourAxes(input: Tensor | NestedNumbers, dims: readonly number[]): Tensor | NestedNumbers {
  if (dims.length === 3 || dims.length === 0 || dims.length > 4)
    throw new TraceError({
      code: 'dims',
      place: 'attributions',
      found: `${dims.length} axes, dims ${listed([...dims])}`,
      expected: '4, 2 or 1: [layer, head, query, key], [query, key] or [key]',
      fix: 'Say of which layer and head they are, or add them up over heads and layers first.',
    });
  if (isTensor(input))
    return { dims: [...Array<number>(4 - dims.length).fill(1), ...dims], data: input.data };
  let nested: NestedNumbers = input;
  for (let axes = dims.length; axes < 4; axes++) nested = [nested];
  return nested;
}

/** The stream with the row of one query only. */
function ofOneQuery(stream: Stream, query: number | undefined): Stream {
  const token = stream.queryTokens.find(({ position }) => position === query);
  if (!token)
    throw notDerivable(
      'query',
      query === undefined ? 'nothing' : String(query),
      'the position of the query that attributions [key] explain',
      'Say which: the last token before the output that was explained, or [CLS] of a classifier.',
    );
  return { ...stream, queryTokens: [token], querySegments: [], causal: false };
}
