import { count } from '../../trace/describe.js';
import { describe, TraceError, type Stream } from '../../trace/index.js';
import type { HeadPlace } from '../wanted-heads.js';

/** A head of a, and the head of b it is compared with. */
export interface HeadPair {
  readonly a: HeadPlace;
  readonly b: HeadPlace;
  /**
   * For heads matched by likeness: how much greater the divergence to the next best head of b is than to the one chosen. At or below 0
   * another head fits as well, and the match means little.
   */
  readonly margin?: number;
}

/** `'number'`: heads of the same layer and number; `'likeness'`: within each layer, those that attend most alike; or pairs. */
export type Match = 'number' | 'likeness' | readonly HeadPair[];

/**
 * Pairs heads of the same numbers.
 *
 * @throws TraceError `different-models` where the two streams do not hold the same layers and heads
 */
export function pairsByNumber(a: Stream, b: Stream): HeadPair[] {
  const shape = (stream: Stream): string =>
    stream.layers.map((layer) => `${layer}:${stream.headsOf(layer).join(',')}`).join(' ');
  if (shape(a) !== shape(b)) throw otherModel(a, b);
  return a.layers.flatMap((layer) =>
    a.headsOf(layer).map((head) => ({ a: { layer, head }, b: { layer, head } })),
  );
}

/**
 * Checks pairs that were given.
 *
 * @throws TraceError `different-models` if it is not a list of pairs, or a head of a is in two; `unknown-layer`, `unknown-head`
 */
export function givenHeadPairs(pairs: readonly HeadPair[], a: Stream, b: Stream): HeadPair[] {
  if (!Array.isArray(pairs) || pairs.length === 0)
    throw malformed(describe(pairs), "'number', 'likeness' or pairs of heads");
  const seen = new Set<string>();
  for (const pair of pairs as readonly HeadPair[]) {
    a.matrix(pair?.a?.layer, pair?.a?.head);
    b.matrix(pair.b?.layer, pair.b?.head);
    const name = `layer ${pair.a.layer}, head ${pair.a.head}`;
    if (seen.has(name)) throw malformed(`${name} of a twice`, 'each head of a once');
    seen.add(name);
  }
  return [...pairs];
}

/** The error for streams whose layers or heads differ. */
export function otherModel(a: Stream, b: Stream): TraceError {
  const shape = ({ layers, heads }: Stream): string =>
    `${count(layers.length, 'layer')} (${layers[0]}–${layers.at(-1)}) of ${count(heads.length, 'head')}`;
  return new TraceError({
    code: 'different-models',
    place: `the ${b.name} stream of b`,
    found: shape(b) === shape(a) ? 'other layers and heads' : shape(b),
    expected: `${shape(a)}, as in a`,
    fix: 'Layers and heads of another model are other things. Say which belong together: match: [{ a: { layer: 3, head: 1 }, b: { layer: 5, head: 0 } }].',
  });
}

function malformed(found: string, expected: string): TraceError {
  return new TraceError({
    code: 'different-models',
    place: 'match',
    found,
    expected,
    fix: 'A pair is { a: { layer: 3, head: 1 }, b: { layer: 3, head: 2 } }.',
  });
}
