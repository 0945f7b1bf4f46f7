import { numberPx, paddingPx } from '../scene/head-layout.js';
import { lineEnds, lineStyle, tokenRect, type HeadScene, type Side } from '../scene/head-scene.js';
import { cutMiddle } from '../scene/label-width.js';
import type { Point, Rect } from '../scene/rect.js';
import { rowPx } from '../scene/rows.js';
import { written } from '../scene/written.js';
import { isSigned } from '../trace/index.js';
import { lineColors } from '../views/head-view/head-palette.js';
import type { HeadViewOptions } from '../views/head-view/options.js';
import type { HeadTokenLook } from '../views/head-view/head-token-look.js';
import { formatValue, formatWeight } from '../views/kit/numbers.js';
import { chromeColors } from '../views/kit/palette.js';
import { captionOf, quantityName, runNote, type Shown } from './caption.js';
import { makeFigure, type Figure, type FigureKey, type Ink, type LineMark, type Mark } from './figure.js';
import { figureScale } from './heatmap-figure.js';
import { focusMarks, inksOf, textMark } from './marks.js';

/** Which tokens of each side a figure shows, `end` exclusive. */
type Rows = Readonly<Record<Side, { start: number; end: number }>>;

/** A head view to make a figure of. */
export interface HeadShown extends Shown {
  scene: HeadScene;
  layer: number;
  heads: readonly number[];
  options: HeadViewOptions;
  /** From which magnitude on numbers have lines. */
  threshold: number;
  rows: Rows;
  /** How far each side is scrolled, and the box that is seen, in CSS pixels. Without it all rows are shown, none scrolled. */
  seen?: { scrolledPx: Readonly<Record<Side, number>>; width: number; height: number };
  lookOf: (side: Side, position: number) => HeadTokenLook;
}

/** More lines are no figure: neither is there ink for them nor a reader. */
const mostLines = 100_000;
/** Nobody sees a fainter one. */
const faintest = 1 / 512;

/** Tokens stand this far from their edge. */
const insetPx = 7;

/**
 * The figure of a head view: tokens, lines, and what stands beside the tokens.
 *
 * @throws RangeError where there are over 100,000 lines
 */
export function headFigure(shown: HeadShown): Figure {
  const { scene, rows, labels, stream, options } = shown;
  const signed = isSigned(stream.quantity);
  const marks: Mark[] = [
    { kind: 'group', clip: clipOf(shown), marks: linesOf(shown) },
    ...(['query', 'key'] as const).flatMap((side) => {
      const marks: Mark[] = [];
      for (let position = rows[side].start; position < rows[side].end; position++)
        marks.push(...tokenMarks(shown, side, position));
      return marks;
    }),
  ];
  return makeFigure(marks, {
    scales: signed ? [figureScale(quantityName(stream, labels), stream, scene.look)] : [],
    keys: signed || options.combine !== 'none' ? undefined : keysOf(shown),
    caption: captionOf(shown, placeOf(shown), options, notesOf(shown)),
  });
}

const lineInks = ({ stream }: HeadShown): Ink[] => inksOf((theme) => lineColors(stream, theme));

function keysOf(shown: HeadShown): FigureKey[] {
  const inks = lineInks(shown);
  return shown.heads.map((head) => ({ name: shown.labels.headNamed(head), ink: inks[head]! }));
}

function placeOf({ labels, layer, heads, stream, options: { combine } }: HeadShown): string {
  if (combine !== 'none') return labels.placeOf(layer, labels.combinedHeads(combine, heads.length));
  return labels.placeOf(layer, labels.headsNamed(heads, heads.length === stream.headsOf(layer).length));
}

function notesOf({ options, threshold, stream, labels, rows, seen }: HeadShown): string[] {
  const { edges, top, share, querySegment, keySegment } = options;
  const lines = {
    threshold: () => labels.linesFrom(formatValue(threshold, stream.quantity)),
    top: () => labels.linesTop(top),
    share: () => labels.linesShare(formatWeight(share)),
  };
  const segments = querySegment ?? keySegment;
  return [
    lines[edges](),
    segments === null
      ? ''
      : labels.pair(querySegment ?? labels.allSegments, keySegment ?? labels.allSegments),
    runNote(labels.queries, seen && rows.query, stream.queryTokens.length, labels),
    runNote(labels.keys, seen && rows.key, stream.keyTokens.length, labels),
  ];
}

/** A place of the scene, as far as its side is scrolled. */
function scrolled({ scene, seen }: HeadShown, side: Side, { x, y }: Point): Point {
  const px = seen?.scrolledPx[side] ?? 0;
  return scene.horizontal ? { x: x - px, y } : { x, y: y - px };
}

/** Where lines are drawn. */
function clipOf({ scene, seen }: HeadShown): Rect {
  const { columns, horizontal, tokens } = scene;
  const across = columns.margin + columns.query;
  const all = 2 * paddingPx + rowPx * Math.max(tokens.query.length, tokens.key.length);
  return horizontal
    ? { x: 0, y: across, width: seen?.width ?? all, height: columns.lines }
    : { x: across, y: 0, width: columns.lines, height: seen?.height ?? all };
}

function linesOf(shown: HeadShown): LineMark[] {
  const { scene } = shown;
  const { lines, horizontal } = scene;
  const clip = clipOf(shown);
  if (lines.count > mostLines)
    throw new RangeError(
      `${written(lines.count)} lines are too many for a figure, which holds 100,000: choose fewer heads, a higher threshold, or edges: 'top'.`,
    );
  const inks = lineInks(shown);
  const rest: LineMark[] = [];
  const focused: LineMark[] = [];
  for (let i = 0; i < lines.count; i++) {
    const { color, opacity, widthPx, standsOut } = lineStyle(scene, i);
    const ends = lineEnds(scene, i);
    const [from, to] = [scrolled(shown, 'query', ends.from), scrolled(shown, 'key', ends.to)];
    if (opacity < faintest || isBeyond(from, to, clip)) continue;
    const mark: LineMark = { kind: 'line', from, to, horizontal, ink: inks[color]!, opacity, widthPx };
    (standsOut ? focused : rest).push(mark);
  }
  return [...rest, ...focused];
}

/** Whether both ends are on the same side of what is seen. */
function isBeyond(from: Point, to: Point, clip: Rect): boolean {
  return (
    Math.max(from.y, to.y) < clip.y ||
    Math.min(from.y, to.y) > clip.y + clip.height ||
    Math.max(from.x, to.x) < clip.x ||
    Math.min(from.x, to.x) > clip.x + clip.width
  );
}

/** A token's label, with the bars behind and the number beside it. */
function tokenMarks(shown: HeadShown, side: Side, position: number): Mark[] {
  const { scene } = shown;
  const { columns, horizontal } = scene;
  const whole = tokenRect(scene, side, position);
  const place = scrolled(shown, side, whole);
  const acrossPx = columns[side];
  // In narrow views queries have no numbers, and no room for them.
  const numbered = side === 'key' || acrossPx - numberPx >= 48;
  const labelPx = acrossPx - (numbered ? numberPx : 0);
  const look = shown.lookOf(side, position);
  const token = scene.tokens[side][position]!;
  /** A part of the row: where it begins across, and how long it is. */
  const part = (start: number, length: number): Rect =>
    horizontal
      ? { x: place.x + 1, y: place.y + start, width: rowPx - 2, height: length }
      : { x: place.x + start, y: place.y + 1, width: length, height: rowPx - 2 };
  const at = (across: number): Point =>
    horizontal
      ? { x: place.x + rowPx / 2, y: place.y + across }
      : { x: place.x + across, y: place.y + rowPx / 2 };
  const labelStart = side === 'query' ? acrossPx - labelPx : 0;
  const box = part(labelStart, labelPx);
  const marks: Mark[] = (look.bars ?? []).map(({ color, strength }, i, { length }) => ({
    kind: 'box',
    rect: part(labelStart + (i * labelPx) / length, labelPx / length),
    fill: lineInks(shown)[color]!,
    opacity: strength,
  }));
  marks.push(
    ...focusMarks(look.mark, box),
    textMark(cutMiddle(token.label, labelPx - 2 * insetPx), {
      ...at(side === 'query' ? acrossPx - insetPx : insetPx),
      anchor: side === 'query' ? 'end' : 'start',
      sizePx: 12.5,
      ink: inkOf(look, token.special),
      bold: look.mark === 'focused',
      struck: look.leftOut,
      vertical: horizontal,
      halo: look.bars ? chromeColors.paper : undefined,
    }),
  );
  if (look.number && numbered) {
    const end = side === 'query' ? at(0) : { ...at(acrossPx), anchor: 'end' as const };
    marks.push(textMark(look.number, { ...end, vertical: horizontal }));
  }
  return marks;
}

function inkOf({ mark, bars, faint, leftOut }: HeadTokenLook, special: boolean): Ink {
  if (mark === 'focused') return chromeColors.accent;
  if (faint || leftOut) return chromeColors.faint;
  return special && !bars ? chromeColors.muted : chromeColors.ink;
}
