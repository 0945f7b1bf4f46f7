import { describe, TraceError, type Stream } from '../../trace/index.js';
import { count } from '../../trace/describe.js';
import type { HeadValue } from '../measure.js';
import { mustBeStream } from '../must.js';
import { wantedHeads, type HeadPlace } from '../wanted-heads.js';

/** A weight for each head of a stream, worked out elsewhere: such as those that AT2 learns for a model. */
export interface HeadWeights {
  /** What they are called. */
  readonly label: string;
  /**
   * Finite numbers, below 0 too, but not all 0: `[layer][head]` in the order of the stream's layers and their heads, or
   * `{ layer, head, value }` for each of its heads, by the model's numbers.
   */
  readonly values: readonly ArrayLike<number>[] | readonly HeadValue[];
}

/**
 * The weight of each of some heads of a stream.
 *
 * @throws TraceError `head-weights` where there is not one for each head of the stream
 */
export function weightsOfHeads(
  given: HeadWeights,
  stream: Stream,
  heads?: readonly HeadPlace[],
  place = 'headWeights',
): number[] {
  mustBeStream(stream, 'weightsOfHeads');
  const { label, values } = (given ?? {}) as Partial<HeadWeights>;
  if (typeof label !== 'string' || !label)
    throw wrong(`${place}.label`, describe(label), 'what the weights are called');
  if (!Array.isArray(values)) throw wrong(`${place}.values`, describe(values), shapeOf(stream));
  const isTable = (values as unknown[]).every((row) => Array.isArray(row) || ArrayBuffer.isView(row));
  const all = isTable ? fromTable(values, stream, place) : (values as readonly HeadValue[]);
  const every = wantedHeads(stream);
  const weights = new Map(
    every.map((head) => {
      const value = all.find((one) => one?.layer === head.layer && one.head === head.head)?.value;
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw wrong(
          `${place}.values`,
          `${describe(value)} for head ${head.head} of layer ${head.layer}`,
          'a finite number',
        );
      return [keyOf(head), value];
    }),
  );
  if ([...weights.values()].every((weight) => weight === 0))
    throw wrong(`${place}.values`, 'nothing but 0', 'a weight other than 0');
  return (heads ?? every).map((head) => weights.get(keyOf(head))!);
}

const keyOf = ({ layer, head }: HeadPlace): string => `${layer} ${head}`;

const shapeOf = ({ layers, heads }: Stream): string =>
  `${layers.length} × ${heads.length} finite numbers, [layer][head]`;

function fromTable(rows: readonly ArrayLike<number>[], stream: Stream, place: string): HeadValue[] {
  const { layers } = stream;
  if (rows.length !== layers.length)
    throw wrong(
      `${place}.values`,
      count(rows.length, 'layer'),
      `${layers.length}, as many as the ${stream.name} stream has`,
    );
  return layers.flatMap((layer, l) => {
    const heads = stream.headsOf(layer);
    if (rows[l]!.length !== heads.length)
      throw wrong(
        `${place}.values[${l}]`,
        count(rows[l]!.length, 'head'),
        `${heads.length}, as many as layer ${layer} has`,
      );
    return heads.map((head, h) => ({ layer, head, value: rows[l]![h]! }));
  });
}

function wrong(place: string, found: string, expected: string): TraceError {
  return new TraceError({
    code: 'head-weights',
    place,
    found,
    expected,
    fix: 'Pass { label: "AT2", values: [[0.2, 0.7], [0, 0.1]] }, a number for each head that the stream holds, layer by layer.',
  });
}
