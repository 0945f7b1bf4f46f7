import type { Stream } from '../trace/index.js';

/** One head of a stream, by the model's numbers. */
export interface HeadPlace {
  readonly layer: number;
  readonly head: number;
}

/**
 * The heads requested, layer by layer; layers without one skip it. A head that no layer has is included, so that reading it throws.
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
