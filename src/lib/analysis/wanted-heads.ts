import type { Stream } from '../trace/index.js';

/** One head of a stream, by the model's numbers. */
export interface HeadPlace {
  readonly layer: number;
  readonly head: number;
}

/**
 * The heads asked for, layer by layer; those that a layer has not are passed over. One that no layer has is among them, so that it is
 * refused when it is read.
 *
 * @throws TraceError `unknown-layer`
 */
export function wantedHeads(
  stream: Stream,
  layers: readonly number[] = stream.layers,
  heads: readonly number[] = stream.heads,
): HeadPlace[] {
  return layers.flatMap((layer) => {
    const has = new Set(stream.headsOf(layer));
    return heads
      .filter((head) => has.has(head) || !stream.heads.includes(head))
      .map((head) => ({ layer, head }));
  });
}
