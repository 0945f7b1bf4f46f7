import { describe, listed } from './describe.js';
import { TraceError } from './errors.js';
import type { Segment } from './types.js';

/**
 * Segments as `createTrace` takes them, in positions of the tokens passed; returned in those of the tokens that are there.
 *
 * @param kept the places of the tokens that are there, where some are not
 * @throws TraceError `segment`
 */
export function parseSegments(
  segments: readonly Segment[],
  tokens: number,
  place: string,
  kept?: readonly number[],
): Segment[] {
  if (!Array.isArray(segments)) throw wrong(place, describe(segments), 'an array of { name, start, end }');
  const names = new Set<string>();
  const parsed = Array.from(segments as readonly Partial<Segment>[], (segment, i) => {
    const at = `${place}[${i}]`;
    const { name, start, end } = segment ?? {};
    if (typeof name !== 'string') throw wrong(`${at}.name`, describe(name), 'a string');
    if (names.has(name)) throw wrong(`${at}.name`, `${describe(name)} again`, 'a name of its own');
    names.add(name);
    const inside = [start, end].every(Number.isInteger) && 0 <= start! && start! < end! && end! <= tokens;
    if (!inside)
      throw wrong(at, `start and end ${listed([start, end])}`, `whole numbers, 0 ≤ start < end ≤ ${tokens}`);
    return { ...segment, name, start: start!, end: end! };
  });
  checkApart(parsed, place);
  return kept ? parsed.map((segment, i) => among(segment, kept, `${place}[${i}]`)) : parsed;
}

/** A token of two segments would be counted in one of them alone. */
function checkApart(segments: readonly Segment[], place: string): void {
  const ordered = segments
    .map((segment, i) => ({ segment, i }))
    .sort((a, b) => a.segment.start - b.segment.start);
  ordered.slice(1).forEach(({ segment, i }, n) => {
    const before = ordered[n]!.segment;
    if (segment.start < before.end)
      throw new TraceError({
        code: 'segment',
        place: `${place}[${i}]`,
        found: `${describe(segment.name)} from ${segment.start}, within ${describe(before.name)}, which ends at ${before.end}`,
        expected: 'segments that do not overlap',
        fix: 'End a segment where the next one starts: a token belongs to one segment.',
      });
  });
}

function among({ name, start, end }: Segment, kept: readonly number[], place: string): Segment {
  const segment = { name, start: firstFrom(kept, start), end: firstFrom(kept, end) };
  if (segment.start < segment.end) return segment;
  throw wrong(
    place,
    `start and end ${listed([start, end])}, of tokens that are not there`,
    'a token that is present',
  );
}

/** The index of the first number that is `from` or more, of ascending ones. */
export function firstFrom(numbers: readonly number[], from: number): number {
  const index = numbers.findIndex((number) => number >= from);
  return index < 0 ? numbers.length : index;
}

function wrong(place: string, found: string, expected: string): TraceError {
  return new TraceError({
    code: 'segment',
    place,
    found,
    expected,
    fix: 'A segment is a run of token positions from 0, its end exclusive: { name: "answer", start: 4, end: 9 }.',
  });
}
