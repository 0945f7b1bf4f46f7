import type { GroupShares } from '../analysis/index.js';
import { headColors } from '../render/colors/index.js';
import type { GroupScene } from '../scene/group-scene.js';
import type { Rect } from '../scene/rect.js';
import { formatLift, shortName } from '../views/group-view/readout.js';
import type { GroupViewOptions } from '../views/group-view/options.js';
import { formatValue } from '../views/kit/numbers.js';
import { chromeColors } from '../views/kit/palette.js';
import { valueInks } from '../views/kit/value-colors.js';
import { captionOf, runNote, type Shown } from './caption.js';
import { isRightToLeft } from './escape.js';
import { makeFigure, type Figure, type Ink, type Mark, type TextMark } from './figure.js';
import { groupTextMarks } from './group-text.js';
import { figureScale } from './heatmap-figure.js';
import { inksOf, textMark } from './marks.js';
import { wrapped } from './wrap.js';

/** A run of groups, `end` exclusive. */
type Run = { start: number; end: number };

/** A group view to make a figure of. */
export interface GroupsShown extends Shown {
  scene: GroupScene;
  shares: GroupShares;
  options: GroupViewOptions;
  /** What the weights of heads are called; empty where there are none. */
  weightLabel: string;
  /** The group of each side that is looked at, and whether it was chosen, by index. */
  query: number;
  key: number;
  chosenQuery: number | null;
  chosenKey: number | null;
  /** What removing each group of keys changed, where that is known, and its rank correlation with the shares. */
  changes?: readonly number[];
  agreement?: number;
  /** The heads whose mean is shown, and those that were chosen, as indices of the shares' heads. */
  among: readonly number[];
  chosen: readonly number[];
  /** Which groups are shown. Default: all. */
  rows?: { query: Run; key: Run };
  widthPx: number;
}

const sizePx = 12.5;
const linePx = 18;
const padPx = 8;
const barPx = 14;
/** Shares, lifts and changes beside the groups of keys. */
const numberPx = 56;
const swatchPx = 10;
/** From this width on the three parts stand beside each other, as on the screen. */
const besidePx = 860;
const paneGapPx = 28;
const mostCellPx = 19;
const leastCellPx = 5;
/** Few heads are named, more counted. */
const namedHeads = 6;

/** The figure of a group view: bars of the groups that look, the text of those looked at, and the heads. */
export function groupFigure(shown: GroupsShown): Figure {
  const { labels, stream, options, scene, shares, query, key, rows, among, chosen, weightLabel } = shown;
  const widths = shown.widthPx >= besidePx ? besideWidths(shown.widthPx) : undefined;
  const panes = [queryPane, keyPane, headPane];
  const marks: Mark[] = [];
  let [x, y] = [0, 0];
  for (const [i, pane] of panes.entries()) {
    const made = pane(shown, widths?.[i] ?? shown.widthPx);
    marks.push({ kind: 'group', at: { x, y }, marks: made.marks });
    if (widths) x += widths[i]! + paneGapPx;
    else y += made.heightPx + paneGapPx / 2;
  }
  const places = chosen.map((index) =>
    labels.shortPlace(shares.heads[index]!.layer, shares.heads[index]!.head),
  );
  const heads =
    places.length > 0 && places.length <= namedHeads
      ? labels.chosenHeadsNamed(places)
      : labels.meanOfHeads(among.length);
  const looked = labels.pair(
    shortName(shares.queryGroups[query]!.name),
    shortName(shares.keyGroups[key]!.name),
  );
  const scaleName = showsWeights(shown) ? weightLabel : labels.share;
  return makeFigure(marks, {
    scales: [figureScale(scaleName, stream, scene.heads)],
    caption: captionOf(shown, heads, { ...options, granularity: 'token' }, [
      looked,
      weightLabel && options.weighted ? labels.weightedBy(weightLabel) : '',
      runNote(labels.queryGroups, rows?.query, scene.bars.length, labels),
      runNote(labels.keyGroups, rows?.key, scene.keys.length, labels),
    ]),
  });
}

/** Whether the grid has the weights of heads in place of their shares. */
const showsWeights = ({ weightLabel, options }: GroupsShown): boolean =>
  weightLabel !== '' && options.headGrid === 'weight';

function besideWidths(widthPx: number): number[] {
  const room = widthPx - 2 * paneGapPx;
  const heads = Math.max(150, (room * 5) / 30);
  return [((room - heads) * 11) / 25, ((room - heads) * 14) / 25, heads];
}

interface Pane {
  marks: Mark[];
  heightPx: number;
}

function text(of: string, x: number, y: number, rest: Partial<TextMark> = {}): TextMark {
  return textMark(of, { x, y, sizePx, ink: chromeColors.ink, ...rest });
}

/** Lines of a name, at the side that it is read from. */
function lines(
  of: readonly string[],
  x: number,
  roomPx: number,
  top: number,
  rest: Partial<TextMark>,
): Mark[] {
  return of.map((line, i) => {
    const leftward = isRightToLeft(of.join(' '));
    const y = top + (i + 0.5) * linePx;
    return text(line, leftward ? x + roomPx : x, y, { anchor: leftward ? 'end' : 'start', ...rest });
  });
}

/** Muted, 14 % of it on the paper. */
const barGround: Ink = ['#e8e9eb', '#232931'];
const heading = { ink: chromeColors.muted, bold: true } as const;

/** What lies behind a group that is looked at, which a colour says is chosen. */
function ground(rect: Rect, chosen: boolean): Mark {
  return { kind: 'box', rect, fill: chromeColors[chosen ? 'accent-soft' : 'tile'], radiusPx: 8 };
}

const groupInks = (count: number): Ink[] => inksOf((theme) => headColors(count, theme));

/** The groups that look, a bar each. */
function queryPane({ scene, labels, query, chosenQuery, rows, stream }: GroupsShown, widthPx: number): Pane {
  const marks: Mark[] = [text(labels.queryGroups, 0, linePx / 2, heading)];
  const inks = groupInks(scene.keys.length);
  const half = (widthPx - 2 * padPx - barPx) / 2;
  let y = linePx + padPx;
  const { start, end } = rows?.query ?? { start: 0, end: scene.bars.length };
  for (let at = start; at < end; at++) {
    const { name, parts } = scene.bars[at]!;
    const isChosen = at === chosenQuery;
    const written = wrapped(name, half, sizePx);
    const height = 2 * padPx + Math.max(1, written.length) * linePx;
    if (at === query) marks.push(ground({ x: 0, y, width: widthPx, height }, isChosen));
    marks.push(
      ...lines(written, padPx, half, y + padPx, isChosen ? { ink: chromeColors.accent, bold: true } : {}),
    );
    const bar = { x: padPx + half + barPx, y: y + (height - barPx) / 2, width: half, height: barPx };
    marks.push({ kind: 'box', rect: bar, fill: barGround, radiusPx: 2 });
    for (const { group, from, to } of parts)
      if (to > from)
        marks.push({
          kind: 'box',
          // A gap between neighbours, so that they are told apart by more than colour.
          rect: { ...bar, x: bar.x + from * half, width: Math.max(0.5, (to - from) * half - 1) },
          fill: inks[group]!,
        });
    y += height;
  }
  const rest = labels.restOfBar(scene.wholeBar < 1 ? formatValue(scene.wholeBar, stream.quantity) : '');
  const note = wrapped(rest, widthPx - 2 * padPx, 11);
  marks.push(...lines(note, padPx, widthPx - 2 * padPx, y + padPx, { sizePx: 11, ink: chromeColors.muted }));
  return { marks, heightPx: y + padPx + note.length * linePx };
}

/** The groups that are looked at: name, share, lift and what removing it changed, and the text. */
function keyPane(shown: GroupsShown, widthPx: number): Pane {
  const { scene, labels, key, chosenKey, rows, stream, changes, agreement = NaN } = shown;
  // Numbers with a sign have no lift.
  const hasLift = scene.keys.some(({ lift }) => !Number.isNaN(lift));
  const titles = [labels.share, ...(hasLift ? [labels.lift] : []), ...(changes ? [labels.removed] : [])];
  const ends = titles.map((_, i) => widthPx - padPx - (titles.length - 1 - i) * (numberPx + padPx));
  const end = { anchor: 'end' } as const;
  const marks: Mark[] = [
    text(labels.keyGroups, 0, linePx / 2, heading),
    ...titles.map((title, i) => text(title, ends[i]!, linePx / 2, { ...heading, ...end })),
  ];
  const inks = groupInks(scene.keys.length);
  const left = padPx + swatchPx + padPx;
  const room = ends[0]! - numberPx - padPx - left;
  let y = linePx + padPx;
  const shownRows = rows?.key ?? { start: 0, end: scene.keys.length };
  for (let at = shownRows.start; at < shownRows.end; at++) {
    const { name, share, lift, ...content } = scene.keys[at]!;
    const names = wrapped(name, room, sizePx * 1.06);
    const set = groupTextMarks(content, left, y + padPx + names.length * linePx, room);
    const height = 2 * padPx + names.length * linePx + set.heightPx;
    if (at === key) marks.push(ground({ x: 0, y, width: widthPx, height }, at === chosenKey));
    const middle = y + padPx + linePx / 2;
    const numbers = [
      formatValue(share, stream.quantity),
      ...(hasLift ? [formatLift(lift)] : []),
      ...(changes ? [formatValue(changes[at]!)] : []),
    ];
    const swatch = { x: padPx, y: middle - swatchPx / 2, width: swatchPx, height: swatchPx };
    marks.push(
      { kind: 'box', rect: swatch, fill: inks[at]!, radiusPx: 3 },
      ...lines(names, left, room, y + padPx, { bold: true }),
      ...numbers.map((number, i) => text(number, ends[i]!, middle, end)),
      ...set.marks,
    );
    y += height;
  }
  if (Number.isNaN(agreement)) return { marks, heightPx: y };
  const note = wrapped(labels.agreement(formatValue(agreement)), widthPx - 2 * padPx, 11);
  marks.push(...lines(note, padPx, widthPx - 2 * padPx, y + padPx, { sizePx: 11, ink: chromeColors.muted }));
  return { marks, heightPx: y + padPx + note.length * linePx };
}

/** Layers × heads: what each gives from the group of queries to the group of keys, or its weight. */
function headPane(shown: GroupsShown, widthPx: number): Pane {
  const { scene, shares, labels, key, chosen, weightLabel } = shown;
  const name = showsWeights(shown)
    ? labels.weightsOfHeads(weightLabel)
    : labels.whichHeads(shortName(shares.keyGroups[key]!.name));
  const title = wrapped(name, widthPx, sizePx * 1.06);
  const marks: Mark[] = lines(title, 0, widthPx, 0, heading);
  const { columns, rows, cells, range } = scene.heads;
  const top = title.length * linePx + 10;
  const cellPx = Math.max(leastCellPx, Math.min(mostCellPx, widthPx / columns.length));
  for (const { index, column, row, value } of cells) {
    const rect = { x: column * cellPx, y: top + row * cellPx, width: cellPx - 2, height: cellPx - 2 };
    const fill = valueInks(value, range).background;
    const radiusPx = Math.min(3, cellPx / 5);
    marks.push({ kind: 'box', rect, fill, line: chromeColors.line, linePx: 1, radiusPx });
    if (chosen.includes(index))
      marks.push({ kind: 'box', rect, line: chromeColors.accent, linePx: 2, radiusPx });
  }
  const below = top + rows.length * cellPx + linePx / 2;
  marks.push(text(labels.headGridAxes, 0, below, { sizePx: 11, ink: chromeColors.muted }));
  return { marks, heightPx: below + linePx / 2 };
}
