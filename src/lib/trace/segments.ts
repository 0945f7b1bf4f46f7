import { axisValue, isAxis } from './axis-label.js';
import { describe, listed } from './describe.js';
import { errorsOf } from './errors.js';
import type { PatchGrid, PositionAxis, Segment, Token } from './types.js';

const wrong = errorsOf(
  'segment',
  'A segment is a run of token positions from 0, its end exclusive: { name: "answer", start: 4, end: 9 }.',
);

/**
 * Checks segments as `createTrace` takes them, and moves them from positions of the tokens passed to those of the tokens present.
 *
 * @param kept the indices of the tokens present, where some are not
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
    checkPlaces(segment, end! - start!, at);
    return { ...segment, name, start: start!, end: end! };
  });
  checkApart(parsed, place);
  return kept ? parsed.map((segment, i) => among(segment, kept, `${place}[${i}]`)) : parsed;
}

/** Segments must not overlap: a token in two would be counted in one alone. */
function checkApart(segments: readonly Segment[], place: string): void {
  const ordered = segments
    .map((segment, i) => ({ segment, i }))
    .sort((a, b) => a.segment.start - b.segment.start);
  ordered.slice(1).forEach(({ segment, i }, n) => {
    const before = ordered[n]!.segment;
    if (segment.start < before.end)
      throw wrong(
        `${place}[${i}]`,
        `${describe(segment.name)} from ${segment.start}, within ${describe(before.name)}, which ends at ${before.end}`,
        'segments that do not overlap',
        'End a segment where the next one starts: a token belongs to one segment.',
      );
  });
}

/** A picture must have a patch for each token; an axis must say its step. */
function checkPlaces({ image, axis }: Partial<Segment>, tokens: number, place: string): void {
  if (image !== undefined) {
    const { src, rows, cols } = (image ?? {}) as Partial<PatchGrid>;
    if (typeof src !== 'string') throw wrong(`${place}.image.src`, describe(src), 'the address of a picture');
    if (![rows, cols].every((n) => Number.isInteger(n) && n! > 0) || rows! * cols! !== tokens)
      throw wrong(
        `${place}.image`,
        [rows, cols].map((n) => (typeof n === 'number' ? String(n) : describe(n))).join(' × '),
        `rows × columns that make as many patches as the segment has tokens, ${tokens}`,
        'Give the grid as the model has it after its patches are merged, and a segment to each tile; tokens that separate rows belong to none.',
      );
  }
  if (axis === undefined) return;
  if (!isAxis(axis))
    throw wrong(
      `${place}.axis`,
      describe(axis),
      "{ unit: 's', step: 0.02 }, its start 0 unless it is said; of dates { start: '2024-03-01', step: 1, unit: 'day' }, or hour, week, month, year",
    );
}

/** A segment that is a picture. */
export type PictureSegment = Segment & { image: PatchGrid };

/** The segments that are whole pictures. Where tokens are merged, or only some were recorded, patches are missing and there is none. */
export function picturesIn(segments: readonly Segment[]): readonly PictureSegment[] {
  const found = segments.filter(
    (one): one is PictureSegment =>
      one.image !== undefined && one.image.rows * one.image.cols === one.end - one.start,
  );
  return found.length > 0 ? found : noPictures;
}

/** Always the same object, so that what is derived from it is not recomputed. */
const noPictures: readonly PictureSegment[] = [];

/** The picture that a token is a patch of. */
export function pictureAt<S extends Segment>(pictures: readonly S[], position: number): S | undefined {
  return pictures.find(({ start, end }) => start <= position && position < end);
}

/** Tokens labelled by what their places stand for: the row and column of a patch, from 1, or the value on an axis. */
export function tokensInPlace(tokens: readonly Token[], segments: readonly Segment[]): readonly Token[] {
  const named = segments.filter(({ image, axis }) => image ?? axis);
  if (named.length === 0) return tokens;
  const placed = [...tokens];
  for (const { start, end, image, axis } of named)
    for (let at = start; at < end; at++) {
      const token = tokens[at]!;
      const i = at - start;
      placed[at] = image
        ? // What is in a picture is no marker, whatever the vocabulary calls it.
          { ...token, special: false, label: `r${Math.floor(i / image.cols) + 1} c${(i % image.cols) + 1}` }
        : { ...token, label: axisLabel(token, axis!, i) };
    }
  return placed;
}

function axisLabel({ raw, label, position }: Token, axis: PositionAxis, i: number): string {
  const value = axisValue(axis, i);
  // Where no tokens were passed, labels are positions: the value replaces them.
  return raw === String(position) ? value : `${label} ${value}`;
}

function among(segment: Segment, kept: readonly number[], place: string): Segment {
  const { start, end, image, axis } = segment;
  const moved = movedTo(kept, segment);
  const length = moved.end - moved.start;
  if (length === 0)
    throw wrong(
      place,
      `start and end ${listed([start, end])}, of tokens that are not there`,
      'a token that is present',
    );
  if (length < end - start && (image ?? axis))
    throw wrong(
      place,
      'a picture or an axis of which some tokens are not there',
      'all of its tokens present',
    );
  return moved;
}

/** A segment in indices of ascending positions, of which there are some; empty where it holds none of them. */
export function movedTo(positions: readonly number[], segment: Segment): Segment {
  const indexOf = (from: number): number => {
    const index = positions.findIndex((position) => position >= from);
    return index < 0 ? positions.length : index;
  };
  return { ...segment, start: indexOf(segment.start), end: indexOf(segment.end) };
}
