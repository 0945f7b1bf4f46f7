import { diverging, headColors, toUnit } from '../render/colors/index.js';
import { cutMiddle } from '../scene/label-width.js';
import type { Rect } from '../scene/rect.js';
import { rowPx } from '../scene/rows.js';
import type { Token } from '../trace/index.js';
import type { QueryKey } from '../analysis/query-key/index.js';
import { formatWeight } from '../views/kit/numbers.js';
import { signColors } from '../views/head-view/head-palette.js';
import { chromeColors } from '../views/kit/palette.js';
import { valueInks } from '../views/kit/value-colors.js';
import type { Compared } from '../views/neuron-view/compared.js';
import { stripTopPx, type NeuronLayout, type Span } from '../views/neuron-view/layout.js';
import { formatNumber, placeOfScore } from '../views/neuron-view/numbers.js';
import { sees, type OpenQuery } from '../views/neuron-view/open-query.js';
import type { NeuronViewOptions } from '../views/neuron-view/options.js';
import { keyPanels, queryPanel } from '../views/neuron-view/panels.js';
import { captionOf, quantityName, type Shown } from './caption.js';
import { makeFigure, type CellsMark, type Figure, type Ink, type Mark, type TextMark } from './figure.js';
import { figureScale } from './heatmap-figure.js';
import { focusMarks, inksOf, textMark } from './marks.js';
import { deflatedRows } from './png.js';
import { mostCells } from './read-cells.js';

/** A line of the view: from a row at the left to a row at the right. */
interface NeuronLine {
  from: number;
  to: number;
  opacity: number;
  widthPx: number;
  negative: boolean;
  standsOut: boolean;
}

/** What stands over a column. */
export interface NeuronColumn {
  name: string;
  range: string;
  span: Span;
  align: 'start' | 'end';
}

/** A neuron view to make a figure of. */
export interface NeuronShown extends Shown {
  place: string;
  head: number;
  options: NeuronViewOptions;
  layout: NeuronLayout;
  vectors: QueryKey;
  open?: OpenQuery;
  columns: readonly NeuronColumn[];
  shared: string;
  /** In rows; of an opened query keys are in its order. */
  rows: { start: number; end: number };
  lines: readonly NeuronLine[];
  /** In CSS pixels: how far the rows are scrolled, and the box that is seen; without it all rows are shown. */
  seen?: { top: number; left: number; width: number; height: number };
  /** Where the query's own vector is, from the first row. */
  stripY: number;
  /** What was recorded for a key of the opened query, where a column marks it. */
  markIn: (column: Compared, key: number) => number | undefined;
  /** That of the lines: signed numbers are drawn in two hues. */
  range: readonly [number, number];
  lookOf: (side: 'query' | 'key', position: number) => TokenMark;
  notes: readonly string[];
}

/** How a token is marked, and the bar behind it. */
export interface TokenMark {
  mark?: 'focused' | 'partner';
  faint?: boolean;
  bar?: { opacity: number; negative: boolean };
  number?: string;
}

/** The figure of a neuron view: tokens and lines, or an opened query's table. */
export async function neuronFigure(shown: NeuronShown): Promise<Figure> {
  const { layout, open, seen, rows, stream, columns, shared, options, place, notes, range, labels } = shown;
  const at = { x: -(seen?.left ?? 0), y: layout.headPx - (seen?.top ?? 0) };
  const body: Mark[] = [];
  const showsQueries = !(open && layout.narrow);
  body.push(...lineMarks(shown));
  if (open) body.push(...(await cellMarks(shown)));
  for (let row = rows.start; row < rows.end; row++) {
    if (showsQueries && row < stream.queryTokens.length) body.push(...tokenMarks(shown, 'query', row, row));
    if (open && row < open.order.keys.length) body.push(...tableRow(shown, open, row));
    else if (!open && row < stream.keyTokens.length) body.push(...tokenMarks(shown, 'key', row, row));
  }
  const head: Mark[] = columns.flatMap(({ name, range, span, align }) => {
    const x = align === 'end' ? span.x + span.width : span.x;
    return [
      textMark(name, { x, y: 13, anchor: align, sizePx: 12.5 }),
      ...(range ? [textMark(range, { x, y: 29, anchor: align, sizePx: 11 })] : []),
    ];
  });
  if (shared)
    head.push(textMark(shared, { x: open ? layout.key.x : layout.tokens.x, y: 48, ink: chromeColors.ink }));
  const clip = seen && { x: 0, y: layout.headPx, width: seen.width, height: seen.height - layout.headPx };
  const moved: Mark = { kind: 'group', at, marks: body };
  return makeFigure(
    [
      { kind: 'group', at: { x: at.x, y: 0 }, marks: head },
      clip ? { kind: 'group', clip, marks: [moved] } : moved,
    ],
    {
      scales: open || range[0] >= 0 ? [] : [figureScale(quantityName(stream, labels), stream, { range })],
      caption: captionOf(shown, place, {}, [
        options.sort === 'contribution' && open ? labels.sorted : '',
        ...notes,
      ]),
    },
  );
}

const headInk = (head: number): Ink => inksOf((theme) => headColors(head + 1, theme))[head]!;

/** What lines and bars have for a colour: that of the head, or of signed numbers that of the sign. */
function inkOfNumber({ head, range }: NeuronShown, negative: boolean): Ink {
  if (range[0] >= 0) return headInk(head);
  return inksOf(signColors)[negative ? 0 : 1]!;
}

function lineMarks(shown: NeuronShown): Mark[] {
  const { layout, open, lines, stripY } = shown;
  if (open && layout.stripAbove) return [];
  const left = layout.sheet.x;
  const right = open ? layout.key.x : layout.sheet.x + layout.sheet.width;
  const inOrder = lines.toSorted((a, b) => Number(a.standsOut) - Number(b.standsOut));
  return inOrder.map(({ from, to, opacity, widthPx, negative }) => ({
    kind: 'line',
    from: { x: left, y: open ? stripY + rowPx / 2 : (from + 0.5) * rowPx },
    to: { x: right, y: (to + 0.5) * rowPx },
    horizontal: false,
    ink: inkOfNumber(shown, negative),
    opacity,
    widthPx,
  }));
}

/** The query's numbers, those of the keys, and their products. */
async function cellMarks({ vectors, open, layout, rows, stripY }: NeuronShown): Promise<Mark[]> {
  const query = queryPanel(vectors, open!, layout);
  const strip = layout.stripAbove ? stripTopPx(layout) - layout.headPx : stripY;
  const panels = [
    { ...query, at: { x: layout.query.x, y: strip } },
    ...keyPanels(vectors, open!, layout, rows).map((panel) => ({
      ...panel,
      at: { x: layout.sheet.x + panel.rect.x, y: rows.start * rowPx },
    })),
  ];
  return Promise.all(
    panels.map(async ({ values, rows: count, cols, rect, range, gapPx, at }): Promise<Mark> => {
      const cellPx = rect.width / cols;
      const [across, between] = gapPx ?? [0, 0];
      // Keys that the query cannot see hold no numbers.
      const possible = Uint32Array.from({ length: count }, (_, row) =>
        Number.isNaN(values[row * cols]!) ? 0 : cols,
      );
      const places = Uint8Array.from(values, (value) =>
        Number.isNaN(value) ? 0 : Math.round(toUnit(value, 'linear', range as [number, number]) * 255),
      );
      const cells: CellsMark = {
        kind: 'cells',
        rect: { x: at.x, y: at.y, width: rect.width, height: count * rowPx },
        x: { startPx: at.x, cellPx, count: cols, gapPx: across },
        y: { startPx: at.y, cellPx: rowPx, count, gapPx: between, beforePx: between },
        places,
        possible,
        tables: [diverging.light, diverging.dark],
      };
      if (count * cols > mostCells / 4) cells.picture = await deflatedRows(places, cols);
      return cells;
    }),
  );
}

function tokenMarks(shown: NeuronShown, side: 'query' | 'key', position: number, row: number): Mark[] {
  const { layout, stream, lookOf } = shown;
  const span = side === 'query' ? layout.queries : layout.tokens;
  const token = (side === 'query' ? stream.queryTokens : stream.keyTokens)[position]!;
  const look = lookOf(side, position);
  const besidePx = side === 'query' ? 15 : 42;
  const y = (row + 0.5) * rowPx;
  const box = {
    x: side === 'query' ? span.x + besidePx : span.x,
    y: row * rowPx + 1,
    width: span.width - besidePx,
    height: rowPx - 2,
  };
  const marks: Mark[] = [];
  if (look.bar?.opacity)
    marks.push({
      ...{ kind: 'box', rect: box, radiusPx: 3 },
      fill: inkOfNumber(shown, look.bar.negative),
      opacity: look.bar.opacity,
    });
  marks.push(
    ...focusMarks(look.mark, box),
    tokenText(token, box.width - 14, {
      x: side === 'query' ? box.x + box.width - 7 : box.x + 7,
      y,
      anchor: side === 'query' ? 'end' : 'start',
      ink: look.mark === 'focused' ? chromeColors.accent : look.faint ? chromeColors.faint : inkOf(token),
      bold: look.mark === 'focused',
    }),
  );
  if (look.number) marks.push(textMark(look.number, { x: span.x + span.width, y, anchor: 'end' }));
  return marks;
}

const inkOf = ({ special }: Token): Ink => (special ? chromeColors.muted : chromeColors.ink);

const tokenText = ({ label }: Token, roomPx: number, rest: Parameters<typeof textMark>[1]): TextMark =>
  textMark(cutMiddle(label, roomPx), { sizePx: 12.5, ...rest });

/** The weight that a number beside a bar is written of takes this much. */
const numberPx = 50;

/** What stands in a row beside the numbers of the vectors: score, softmax and token. */
function tableRow(shown: NeuronShown, open: OpenQuery, row: number): Mark[] {
  const { layout, stream, head, lookOf } = shown;
  const key = open.order.keys[row]!;
  const top = row * rowPx;
  const middle = top + rowPx / 2;
  const token = stream.keyTokens[key]!;
  const { mark } = lookOf('key', key);
  /** A part of the row, not as high as the row by so much above and below. */
  const part = (x: number, width: number, apartPx = 3): Rect => {
    return { x, y: top + apartPx, width, height: rowPx - 2 * apartPx };
  };
  const marks: Mark[] = [];
  if (mark) {
    const rect = part(layout.tableX, layout.width - layout.tableX, 0);
    marks.push({ kind: 'box', rect, fill: chromeColors.tile, opacity: 0.5 });
  }
  marks.push(
    tokenText(token, layout.tokens.width - 14, {
      x: layout.tokens.x + 7,
      y: middle,
      ink: mark ? chromeColors.accent : sees(open, key) ? inkOf(token) : chromeColors.faint,
      bold: Boolean(mark),
    }),
  );
  if (!sees(open, key)) {
    const rect = part(layout.key.x, layout.weight.x + layout.weight.width - layout.key.x);
    return [{ kind: 'hatch', of: 'impossible', rects: [rect], origin: { x: layout.key.x, y: 0 } }, ...marks];
  }
  const full = open.ranges.score;
  const { background, ink } = valueInks(open.scores[key]!, [-full, full]);
  const score = part(layout.score.x, layout.score.width);
  const at = { x: score.x + score.width / 2, y: middle, anchor: 'middle', ink } as const;
  marks.push(
    { kind: 'box', rect: score, fill: background, radiusPx: 2 },
    textMark(formatNumber(open.scores[key]!), at),
  );
  const recordedScore = shown.markIn('score', key);
  if (recordedScore !== undefined) {
    const at = (of: number): number => score.x + placeOfScore(of, full) * score.width;
    const [from, to] = [0, open.scores[key]!].map(at).sort((a, b) => a - b) as [number, number];
    const y = score.y + score.height;
    const recordedAt = { x: at(recordedScore) - 1, y: y - 3, width: 2, height: 6 };
    marks.push(
      { kind: 'box', rect: { x: from, y, width: to - from, height: 2 }, fill: chromeColors.muted },
      { kind: 'box', rect: recordedAt, fill: chromeColors.ink },
    );
  }
  const track = { x: layout.weight.x, width: layout.weight.width - (layout.narrow ? 0 : numberPx) };
  const share = (of: number): number => (open.ranges.weight > 0 ? Math.min(1, of / open.ranges.weight) : 0);
  const bar = part(track.x + 1, Math.max(1, share(open.weights[key]!) * (track.width - 1)));
  marks.push(
    { kind: 'box', rect: part(track.x, 1), fill: chromeColors.line },
    { kind: 'box', rect: bar, fill: headInk(head), opacity: layout.narrow ? 0.35 : 1 },
  );
  const recorded = shown.markIn('weight', key);
  if (recorded !== undefined) {
    const rect = part(track.x + share(recorded) * track.width - 1, 2, 1);
    marks.push({ kind: 'box', rect, fill: chromeColors.ink });
  }
  marks.push(
    textMark(formatWeight(open.weights[key]!), {
      x: layout.weight.x + layout.weight.width - 4,
      y: middle,
      anchor: 'end',
      ink: layout.narrow || mark ? chromeColors.ink : chromeColors.muted,
    }),
  );
  return marks;
}
