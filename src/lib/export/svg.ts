import { crc32 } from '../io/numpy/crc32.js';
import { hatchColors, hexToRgb, rgbToHex, tableColor } from '../render/colors/index.js';
import type { Rect } from '../scene/rect.js';
import { chromeColors } from '../views/kit/palette.js';
import { escapeXml, isRightToLeft } from './escape.js';
import type { CellsMark, Figure, HatchMark, LineMark, Mark, Tables, TextMark } from './figure.js';
import { furnish } from './furnish.js';
import { dataUri, palettePng } from './png.js';
import { cellsRect, mostCells } from './read-cells.js';

/** How a figure is written. */
export interface SVGOptions {
  /**
   * What the figure lies on; `transparent` leaves it to the page, which should be light.
   * @default 'light'
   */
  background?: 'light' | 'dark' | 'transparent';
  /** How wide it is printed, in millimetres. Without it a CSS pixel is one of the page's. */
  widthMm?: number;
  /**
   * The fonts of its texts, as CSS names them.
   * @default Helvetica, Arial and their kin
   */
  fontFamily?: string;
  /**
   * Whether the line that says what is shown stands below the figure, or a text in place of it.
   * @default true
   */
  caption?: boolean | string;
  /**
   * Whether the colour bar, or the colours of heads, stand below the figure.
   * @default true
   */
  legend?: boolean;
}

const fonts = `"Helvetica Neue", Helvetica, Arial, "Noto Sans", sans-serif`;

/** What the marks are written with. */
interface Pen {
  theme: 0 | 1;
  /** Clips, hatches and gradients, by their content. */
  definitions: Map<string, string>;
  /** Whether cells are written one by one. */
  oneByOne: boolean;
}

/**
 * A figure as SVG: text as text, lines as paths, cells at whole pixels. The same figure gives the same text.
 *
 * @throws RangeError for a width or background that is none
 */
export function toSVG(figure: Figure, options: SVGOptions = {}): string {
  const { background = 'light', widthMm, fontFamily = fonts } = options;
  checkBackground(background);
  if (widthMm !== undefined && !(widthMm > 0 && widthMm < Infinity))
    throw new RangeError(`widthMm is ${widthMm}; a figure is some millimetres wide: 180 for two columns.`);
  const { bounds, marks, caption } = furnish(figure, options);
  const { x, y, width, height } = bounds;
  const pen: Pen = {
    theme: background === 'dark' ? 1 : 0,
    definitions: new Map(),
    oneByOne: cellsIn(marks) <= mostCells,
  };
  const drawn = marks.map((mark) => write(mark, pen)).join('\n');
  const size = widthMm
    ? `width="${round(widthMm)}mm" height="${round((widthMm * height) / width)}mm"`
    : `width="${width}" height="${height}"`;
  const definitions = [...pen.definitions.values()];
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="${x} ${y} ${width} ${height}" role="img" font-family="${escapeXml(fontFamily)}">`,
    ...(caption ? [`<title>${escapeXml(caption)}</title>`] : []),
    ...(definitions.length > 0 ? [`<defs>\n${definitions.join('\n')}\n</defs>`] : []),
    ...(background === 'transparent' ? [] : [rect(bounds, `fill="${chromeColors.paper[pen.theme]}"`)]),
    drawn,
    '</svg>\n',
  ].join('\n');
  // Figures on one page do not share ids unless they are the same.
  return svg.replaceAll(idMark, `at${crc32(new TextEncoder().encode(svg)).toString(36)}`);
}

/** Stands in ids until the whole is known they are made of; no text has it, as XML cannot hold it. */
const idMark = '\uffff';

/** @throws RangeError where it is none */
export function checkBackground(background: unknown): void {
  if (!['light', 'dark', 'transparent'].includes(background as string))
    throw new RangeError(`background is ${String(background)}; it is 'light', 'dark' or 'transparent'.`);
}

function cellsIn(marks: readonly Mark[]): number {
  return marks.reduce((sum, mark) => {
    if (mark.kind === 'cells') return sum + mark.places.length;
    return mark.kind === 'group' ? sum + cellsIn(mark.marks) : sum;
  }, 0);
}

function write(mark: Mark, pen: Pen): string {
  switch (mark.kind) {
    case 'text':
      return writeText(mark, pen);
    case 'box': {
      const { rect: box, fill, opacity = 1, line, linePx = 1, radiusPx = 0 } = mark;
      const ink = fill
        ? `fill="${fill[pen.theme]}"${opacity < 1 ? ` fill-opacity="${round(opacity)}"` : ''}`
        : 'fill="none"';
      const frame = line ? ` stroke="${line[pen.theme]}" stroke-width="${linePx}"` : '';
      return rect(box, `${radiusPx > 0 ? `rx="${radiusPx}" ` : ''}${ink}${frame}`);
    }
    case 'line':
      return writeLine(mark, pen);
    case 'hatch':
      return `<path fill="url(#${hatch(mark, pen)})" d="${mark.rects.map(outline).join('')}"/>`;
    case 'cells':
      return writeCells(mark, pen);
    case 'cover': {
      const { cols, rows, picture, ink } = mark;
      const table = new Uint8Array(256 * 3).map((_, i) => hexToRgb(ink[pen.theme])[i % 3]!);
      const href = dataUri(palettePng(picture, cols, rows, table, allOpacities));
      return `<image ${placed(mark.rect)} preserveAspectRatio="none" href="${href}"/>`;
    }
    case 'color-bar':
      return rect(mark.rect, `fill="url(#${gradient(mark.tables, pen)})"`);
    case 'group': {
      const { clip, at, marks } = mark;
      const inside = marks.map((one) => write(one, pen)).join('\n');
      const cut = clip ? `<g clip-path="url(#${clipPath(clip, pen)})">\n${inside}\n</g>` : inside;
      return at ? `<g transform="translate(${round(at.x)} ${round(at.y)})">\n${cut}\n</g>` : cut;
    }
  }
}

/** The opacity of each place in a table: none to all. */
const allOpacities = Uint8Array.from({ length: 256 }, (_, i) => i);

/** How far below the middle of a line its letters stand, in parts of their size. */
const baseline = 0.35;

function writeText(mark: TextMark, pen: Pen): string {
  const { text, x, y, anchor, angle = 0, sizePx, ink, bold, struck, vertical, halo, lengthPx } = mark;
  // Anchors are where a text starts and ends for who reads it.
  const turned = isRightToLeft(text);
  const start = turned ? 'end' : 'start';
  const written = anchor === 'middle' ? 'middle' : anchor === start ? 'start' : 'end';
  const below = vertical ? 0 : sizePx * baseline;
  const place = angle
    ? `transform="translate(${round(x)} ${round(y)}) rotate(${angle})" y="${round(below)}"`
    : `x="${round(x)}" y="${round(y + below)}"`;
  const style = [
    `font-size="${sizePx}" fill="${ink[pen.theme]}"`,
    ...(written === 'start' ? [] : [`text-anchor="${written}"`]),
    ...(turned ? ['direction="rtl"'] : []),
    ...(bold ? ['font-weight="600"'] : []),
    ...(lengthPx ? [`textLength="${round(lengthPx)}" lengthAdjust="spacingAndGlyphs"`] : []),
    ...(vertical ? ['writing-mode="vertical-rl"'] : []),
    ...(halo
      ? [`stroke="${halo[pen.theme]}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`]
      : []),
    ...(struck ? ['text-decoration="line-through"'] : []),
  ];
  return `<text xml:space="preserve" ${place} ${style.join(' ')}>${escapeXml(text)}</text>`;
}

function writeLine({ from, to, horizontal, ink, opacity, widthPx }: LineMark, pen: Pen): string {
  const [across, along] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  const handles = horizontal
    ? `${round(from.x)} ${round(along)} ${round(to.x)} ${round(along)}`
    : `${round(across)} ${round(from.y)} ${round(across)} ${round(to.y)}`;
  const d = `M${round(from.x)} ${round(from.y)}C${handles} ${round(to.x)} ${round(to.y)}`;
  return `<path d="${d}" fill="none" stroke="${ink[pen.theme]}" stroke-width="${round(widthPx)}" stroke-opacity="${round(opacity, 3)}"/>`;
}

function writeCells(mark: CellsMark, pen: Pen): string {
  const { x, y, places, possible, picture, rect: seen } = mark;
  const table = mark.tables[pen.theme];
  if (picture && !pen.oneByOne) {
    const image = { x: x.startPx, y: y.startPx, width: x.count * x.cellPx, height: y.count * y.cellPx };
    const href = dataUri(palettePng(picture, x.count, y.count, table));
    // Both names: of the two words for it, some readers know one and some the other.
    const style = 'style="image-rendering:-webkit-optimize-contrast;image-rendering:pixelated"';
    const clip = possible.every((count) => count >= x.count) ? clipPath(seen, pen) : stairs(mark, pen);
    return `<g clip-path="url(#${clip})">\n<image ${placed(image)} preserveAspectRatio="none" ${style} href="${href}"/>\n</g>`;
  }
  const rects: string[] = [];
  for (let row = 0; row < y.count; row++) {
    for (let col = 0; col < possible[row]!;) {
      const place = places[row * x.count + col]!;
      let end = col + 1;
      // Cells that touch and look alike are one: there is no seam between them when it is printed.
      if (x.gapPx === 0) while (end < possible[row]! && places[row * x.count + end] === place) end++;
      const { x: left, y: top, width, height } = cellsRect(mark, row, col, end);
      const { beforePx = 0 } = y;
      const cell = {
        x: left,
        y: top + beforePx,
        width: width - x.gapPx,
        height: height - y.gapPx - beforePx,
      };
      if (cell.width > 0 && cell.height > 0)
        rects.push(rect(cell, `fill="${rgbToHex(tableColor(table, place / 255))}"`));
      col = end;
    }
  }
  return `<g shape-rendering="crispEdges">\n${rects.join('\n')}\n</g>`;
}

/** Numbers of a figure need no more digits. */
function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

const placed = ({ x, y, width, height }: Rect): string =>
  `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;

const rect = (box: Rect, style: string): string => `<rect ${placed(box)} ${style}/>`;

const outline = ({ x, y, width, height }: Rect): string =>
  `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`;

/** The id of a definition, which is written once. */
function define(pen: Pen, content: string, write: (id: string) => string): string {
  const id = `${idMark}-${[...pen.definitions.keys()].indexOf(content) + 1 || pen.definitions.size + 1}`;
  if (!pen.definitions.has(content)) pen.definitions.set(content, write(id));
  return id;
}

function clipPath(clip: Rect, pen: Pen): string {
  return define(pen, placed(clip), (id) => `<clipPath id="${id}">${rect(clip, '')}</clipPath>`);
}

/** Cuts a picture where its rows can hold no more values. */
function stairs(mark: CellsMark, pen: Pen): string {
  const rows = [...mark.possible].map((count, row) => cellsRect(mark, row, 0, count));
  const d = rows.map(outline).join('');
  return define(pen, d, (id) => `<clipPath id="${id}"><path d="${d}"/></clipPath>`);
}

/** Diagonals, as the screen has them. */
function hatch({ of, origin }: HatchMark, pen: Pen): string {
  const theme = pen.theme === 1 ? 'dark' : 'light';
  const { color, background } =
    of === 'impossible'
      ? hatchColors[theme]
      : { color: chromeColors.line[pen.theme], background: chromeColors.paper[pen.theme] };
  const period = of === 'impossible' ? 8 : 7;
  const place = `x="${round(origin.x)}" y="${round(origin.y)}" width="${period}" height="${period}"`;
  const lines = `M-1 1L1 -1M0 ${period}L${period} 0M${period - 1} ${period + 1}L${period + 1} ${period - 1}`;
  return define(
    pen,
    `${of} ${place}`,
    (id) =>
      `<pattern id="${id}" patternUnits="userSpaceOnUse" ${place}><rect width="${period}" height="${period}" fill="${background}"/><path d="${lines}" stroke="${color}" stroke-width="1.4"/></pattern>`,
  );
}

function gradient(tables: Tables, pen: Pen): string {
  const table = tables[pen.theme];
  const stops = Array.from({ length: 33 }, (_, i) => rgbToHex(tableColor(table, i / 32)));
  return define(pen, stops.join(), (id) => {
    const written = stops.map((color, i) => `<stop offset="${i / 32}" stop-color="${color}"/>`);
    return `<linearGradient id="${id}">${written.join('')}</linearGradient>`;
  });
}
