import type { Stream, Trace, Vectors } from '../trace/index.js';

/** Which layers and heads of a trace, by the model's numbers; without a list all. */
export interface Picked {
  layers?: readonly number[];
  heads?: readonly number[];
}

/**
 * A trace of some layers and heads only, which keep their numbers. Queries, keys and values go where some heads do that share them.
 *
 * @throws RangeError where a stream has none of them
 */
export function pickTrace(trace: Trace, picked: Picked): Trace {
  if (!picked.layers && !picked.heads) return trace;
  const streams = trace.streams.map((stream) => pickStream(stream, picked));
  return { ...trace, streams, stream: (name) => streams[trace.streams.indexOf(trace.stream(name))]! };
}

function pickStream(stream: Stream, { layers, heads }: Picked): Stream {
  const keep = (held: readonly number[], wanted: readonly number[] | undefined) =>
    wanted ? held.filter((number) => wanted.includes(number)) : held;
  const [keptLayers, keptHeads] = [keep(stream.layers, layers), keep(stream.heads, heads)];
  if (keptLayers.length === 0 || keptHeads.length === 0)
    throw new RangeError(
      `Of the stream ${stream.name} nothing is left: it holds layers ${stream.layers.join(', ')} and heads ${stream.heads.join(', ')}.`,
    );
  const indices = (held: readonly number[], kept: readonly number[]) =>
    kept.map((number) => held.indexOf(number));
  const vectors = (of: Vectors | undefined): Vectors | undefined => {
    if (!of || (of.heads !== stream.heads.length && keptHeads.length < stream.heads.length)) return undefined;
    const shared = of.heads !== stream.heads.length;
    const [layerAt, headAt] = [indices(stream.layers, keptLayers), indices(stream.heads, keptHeads)];
    return {
      ...of,
      layers: keptLayers.length,
      heads: shared ? of.heads : keptHeads.length,
      vector: (layer, head, token, count) =>
        of.vector(layerAt[layer]!, shared ? head : headAt[head]!, token, count),
    };
  };
  return {
    ...stream,
    layers: keptLayers,
    heads: keptHeads,
    headsOf: (layer) => keep(stream.headsOf(layer), heads),
    get causal() {
      return stream.causal;
    },
    queries: vectors(stream.queries),
    keys: vectors(stream.keys),
    values: vectors(stream.values),
  };
}
