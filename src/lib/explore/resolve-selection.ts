import { rowOf, TraceError, type Stream, type StreamName, type Trace } from '../trace/index.js';
import type { SelectedGroup, Selection } from './types.js';

/** A view's starting choice, from its props. */
export interface StartingChoice {
  stream?: StreamName;
  layer?: number;
  heads?: readonly number[];
  /** In place of `heads`, for views that show one head. */
  head?: number;
}

/**
 * Completes a selection for a trace. What the selection names and the trace does not hold (it may stem from another trace)
 * falls back to the props, then to the first stream, its first layer and all its heads.
 *
 * @throws TraceError `unknown-stream`, `unknown-layer`, `unknown-head` where the props name what the trace does not hold
 */
export function resolveSelection(
  trace: Trace,
  selection: Partial<Selection>,
  start: StartingChoice,
): Selection {
  const held = trace.streams.find((s) => s.name === selection.stream);
  const stream = held ?? trace.stream(start.stream);
  const same = !selection.stream || held !== undefined;
  const layer =
    keep(selection.layer, same, (n) => stream.layers.includes(n)) ?? start.layer ?? stream.layers[0]!;
  const heads = keep(
    selection.heads,
    same,
    (list) => list.length > 0 && list.every((n) => stream.heads.includes(n)),
  );
  const wanted = heads ?? start.heads ?? (start.head === undefined ? stream.heads : [start.head]);
  mustHold(stream.layers, [layer], 'layer');
  mustHold(stream.heads, wanted, 'head');
  const head = keep(selection.head, same, (n) => stream.heads.includes(n!));
  const group = keep(selection.group, same, (one) => holdsGroup(stream, one!));
  return {
    stream: stream.name,
    layer,
    heads: [...wanted].sort((a, b) => a - b),
    ...(head !== undefined && { head }),
    query:
      keep(selection.query, same, (n) => n !== null && rowOf(stream.queryTokens, n) !== undefined) ?? null,
    ...(group && { group }),
    key: keep(selection.key, same, (n) => n !== null && rowOf(stream.keyTokens, n) !== undefined) ?? null,
  };
}

/** Whether a stream holds all tokens of a group. */
export function holdsGroup(stream: Stream, { side, positions }: SelectedGroup): boolean {
  const last = (side === 'query' ? stream.queryTokens : stream.keyTokens).at(-1)?.position ?? -1;
  return positions.length > 0 && positions.every((position) => position >= 0 && position <= last);
}

function keep<T>(value: T | undefined, same: boolean, holds: (value: T) => boolean): T | undefined {
  return value !== undefined && same && holds(value) ? value : undefined;
}

function mustHold(numbers: readonly number[], wanted: readonly number[], what: 'layer' | 'head'): void {
  const missing = wanted.find((n) => !numbers.includes(n));
  if (missing === undefined && wanted.length > 0) return;
  throw new TraceError({
    code: what === 'layer' ? 'unknown-layer' : 'unknown-head',
    place: what === 'layer' ? 'layer' : 'heads',
    found: missing === undefined ? 'none' : String(missing),
    expected: `${what}s among ${numbers.join(', ')}`,
    fix: `Choose by the model's numbers, which are those the trace was made with.`,
  });
}
