import { rowOf, TraceError, type Stream, type StreamName, type Token, type Trace } from '../trace/index.js';
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
  const named = trace.streams.find((s) => s.name === selection.stream);
  const stream = named ?? trace.stream(start.stream);
  const held: Partial<Selection> = selection.stream && !named ? {} : heldBy(stream, selection);
  const layer = held.layer ?? start.layer ?? stream.layers[0]!;
  const heads = held.heads?.length === selection.heads?.length ? held.heads : undefined;
  const wanted = heads ?? start.heads ?? (start.head === undefined ? stream.heads : [start.head]);
  mustHold(stream.layers, [layer], 'layer');
  mustHold(stream.heads, wanted, 'head');
  return {
    stream: stream.name,
    layer,
    heads: [...wanted].sort((a, b) => a - b),
    ...(held.head !== undefined && { head: held.head }),
    query: held.query ?? null,
    ...(held.group && { group: held.group }),
    key: held.key ?? null,
  };
}

/** The parts of a selection that a stream holds: of the heads those that it has, and a group where it holds all its tokens. */
export function heldBy(stream: Stream, selection: Partial<Selection>): Partial<Selection> {
  const { layers, heads, queryTokens, keyTokens } = stream;
  const among = <T>(value: T | undefined, held: (value: T) => boolean): T | undefined =>
    value !== undefined && held(value) ? value : undefined;
  const isIn = (tokens: readonly Token[], position: number | null): boolean =>
    position !== null && rowOf(tokens, position) !== undefined;
  const held = selection.heads?.filter((head) => heads.includes(head));
  return {
    layer: among(selection.layer, (layer) => layers.includes(layer)),
    heads: held?.length ? held : undefined,
    head: among(selection.head, (head) => heads.includes(head)),
    query: among(selection.query, (query) => isIn(queryTokens, query)),
    key: among(selection.key, (key) => isIn(keyTokens, key)),
    group: among(selection.group, (group) => holdsGroup(stream, group)),
  };
}

function holdsGroup(stream: Stream, { side, positions }: SelectedGroup): boolean {
  const last = (side === 'query' ? stream.queryTokens : stream.keyTokens).at(-1)?.position ?? -1;
  return positions.length > 0 && positions.every((position) => position >= 0 && position <= last);
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
