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
import {
  makeFigure,
  type CellsMark,
  type Figure,
  type Ink,
  type LineMark,
  type Mark,
  type TextMark,
} from './figure.js';
import { figureScale } from './heatmap-figure.js';
import { mostCells } from './read-cells.js';
import { deflatedRows } from './png.js';

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
    const text = { kind: 'text', x, anchor: align, ink: chromeColors.muted } as const;
    return [
      { ...text, text: name, y: 13, sizePx: 12.5 },
      ...(range ? [{ ...text, text: range, y: 29, sizePx: 11 } as const] : []),
    ];
  });
  if (shared)
    head.push({ ...note(shared, open ? layout.key.x : layout.tokens.x, 48), ink: chromeColors.ink });
  const clip = seen && { x: 0, y: layout.headPx, width: seen.width, height: seen.height - layout.headPx };
  const moved: Mark = { kind: 'group', at, marks: body };
  return makeFigure(
    [
      { kind: 'group', at: { x: at.x, y: 0 }, marks: head },
      clip ? { kind: 'group', clip, marks: [moved] } : moved,
    ],
    {
      scales: open || range[0] >= 0 ? [] : [signedScale(shown)],
      caption: captionOf(shown, place, {}, [
        options.sort === 'contribution' && open ? labels.sorted : '',
        ...notes,
      ]),
    },
  );
}

function signedScale({ stream, labels, range }: NeuronShown) {
  const tables = [diverging.light, diverging.dark] as const;
  return figureScale(quantityName(stream, labels), stream, { range, scale: 'linear' }, tables);
}

const note = (text: string, x: number, y: number): TextMark => ({
  kind: 'text',
  text,
  ...{ x, y },
  anchor: 'start',
  sizePx: 11.5,
  ink: chromeColors.muted,
});

const headInk = (head: number): Ink => [
  headColors(head + 1, 'light')[head]!,
  headColors(head + 1, 'dark')[head]!,
];

/** What lines and bars have for a colour: that of the head, or of signed numbers that of the sign. */
function inkOfNumber({ head, range }: NeuronShown, negative: boolean): Ink {
  if (range[0] >= 0) return headInk(head);
  const index = negative ? 0 : 1;
  return [signColors('light')[index]!, signColors('dark')[index]!];
}

function lineMarks(shown: NeuronShown): Mark[] {
  const { layout, open, lines, stripY } = shown;
  if (open && layout.stripAbove) return [];
  const left = layout.sheet.x;
  const right = open ? layout.key.x : layout.sheet.x + layout.sheet.width;
  const drawn = lines.map(
    ({ from, to, opacity, widthPx, negative, standsOut }): LineMark & { standsOut: boolean } => ({
      kind: 'line',
      from: { x: left, y: open ? stripY + rowPx / 2 : (from + 0.5) * rowPx },
      to: { x: right, y: (to + 0.5) * rowPx },
      horizontal: false,
      ink: inkOfNumber(shown, negative),
      opacity,
      widthPx,
      standsOut,
    }),
  );
  return [...drawn.filter((line) => !line.standsOut), ...drawn.filter((line) => line.standsOut)].map(
    ({ standsOut: _, ...line }) => line,
  );
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
  if (look.mark === 'focused')
    marks.push({ kind: 'box', rect: box, fill: chromeColors['accent-soft'], radiusPx: 3 });
  if (look.mark === 'partner')
    marks.push({ kind: 'box', rect: box, line: chromeColors.accent, linePx: 1.5, radiusPx: 3 });
  marks.push({
    ...tokenText(token, side === 'query' ? box.x + box.width - 7 : box.x + 7, row, box.width - 14),
    anchor: side === 'query' ? 'end' : 'start',
    ink: look.mark === 'focused' ? chromeColors.accent : look.faint ? chromeColors.faint : inkOf(token),
    bold: look.mark === 'focused',
  });
  if (look.number)
    marks.push({ ...note(look.number, span.x + span.width, (row + 0.5) * rowPx), anchor: 'end' });
  return marks;
}

const inkOf = ({ special }: Token): Ink => (special ? chromeColors.muted : chromeColors.ink);

const tokenText = ({ label }: Token, x: number, row: number, roomPx: number): TextMark => ({
  kind: 'text',
  text: cutMiddle(label, roomPx),
  x,
  y: (row + 0.5) * rowPx,
  anchor: 'start',
  sizePx: 12.5,
  ink: chromeColors.ink,
});

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
  const marks: Mark[] = [];
  if (mark) {
    const rect = { x: layout.tableX, y: top, width: layout.width - layout.tableX, height: rowPx };
    marks.push({ kind: 'box', rect, fill: chromeColors.tile, opacity: 0.5 });
  }
  marks.push({
    ...tokenText(token, layout.tokens.x + 7, row, layout.tokens.width - 14),
    ink: mark ? chromeColors.accent : sees(open, key) ? inkOf(token) : chromeColors.faint,
    bold: Boolean(mark),
  });
  if (!sees(open, key)) {
    const width = layout.weight.x + layout.weight.width - layout.key.x;
    const rect = { x: layout.key.x, y: top + 3, width, height: rowPx - 6 };
    return [{ kind: 'hatch', of: 'impossible', rects: [rect], origin: { x: layout.key.x, y: 0 } }, ...marks];
  }
  const full = open.ranges.score;
  const { background, ink } = valueInks(open.scores[key]!, [-full, full]);
  const score = { x: layout.score.x, y: top + 3, width: layout.score.width, height: rowPx - 6 };
  marks.push(
    { kind: 'box', rect: score, fill: background, radiusPx: 2 },
    {
      ...note(formatNumber(open.scores[key]!), score.x + score.width / 2, middle),
      anchor: 'middle',
      ink,
    },
  );
  const recordedScore = shown.markIn('score', key);
  if (recordedScore !== undefined) {
    const at = (of: number): number => score.x + placeOfScore(of, full) * score.width;
    const [from, to] = [0, open.scores[key]!].map(at).sort((a, b) => a - b) as [number, number];
    const y = score.y + score.height;
    marks.push(
      { kind: 'box', rect: { x: from, y, width: to - from, height: 2 }, fill: chromeColors.muted },
      {
        kind: 'box',
        rect: { x: at(recordedScore) - 1, y: y - 3, width: 2, height: 6 },
        fill: chromeColors.ink,
      },
    );
  }
  const track = { x: layout.weight.x, width: layout.weight.width - (layout.narrow ? 0 : numberPx) };
  const share = (of: number): number => (open.ranges.weight > 0 ? Math.min(1, of / open.ranges.weight) : 0);
  const bar: Rect = {
    x: track.x + 1,
    y: top + 3,
    width: Math.max(1, share(open.weights[key]!) * (track.width - 1)),
    height: rowPx - 6,
  };
  marks.push(
    { kind: 'box', rect: { x: track.x, y: top + 3, width: 1, height: rowPx - 6 }, fill: chromeColors.line },
    { kind: 'box', rect: bar, fill: headInk(head), opacity: layout.narrow ? 0.35 : 1 },
  );
  const recorded = shown.markIn('weight', key);
  if (recorded !== undefined)
    marks.push({
      kind: 'box',
      rect: { x: track.x + share(recorded) * track.width - 1, y: top + 1, width: 2, height: rowPx - 2 },
      fill: chromeColors.ink,
    });
  marks.push({
    ...note(formatWeight(open.weights[key]!), layout.weight.x + layout.weight.width - 4, middle),
    anchor: 'end',
    ink: layout.narrow || mark ? chromeColors.ink : chromeColors.muted,
  });
  return marks;
}
