import { textWidthPx } from '../scene/text-width.js';
import { chromeColors } from '../views/kit/palette.js';
import type { Figure, FigureKey, FigureScale, Mark } from './figure.js';
import { textMark } from './marks.js';
import { wrapped } from './wrap.js';

/** A figure with what stands below it among its marks. */
type Furnished = Pick<Figure, 'bounds' | 'marks' | 'caption'>;

const sizePx = 11;
const rowPx = 16;
const gapPx = 14;
const barPx = { width: 132, height: 9 };
const swatchPx = 9;

const widthOf = (text: string): number => textWidthPx(text, sizePx);

/** Puts colour bar, colours of heads and caption below the marks, as marks. */
export function furnish(
  { bounds, marks, scales = [], keys, caption: own }: Figure,
  { legend = true, caption: given = true }: { legend?: boolean; caption?: boolean | string },
): Furnished {
  const caption = typeof given === 'string' ? given : own;
  const shown = given === false ? '' : caption;
  const [left, right] = [bounds.x + 8, bounds.x + bounds.width - 8];
  const below: Mark[] = [];
  let y = bounds.y + bounds.height + 2;
  if (legend)
    for (const scale of scales) {
      below.push(...colorBar(scale, left, y));
      y += 2 * rowPx + 4;
    }
  if (legend && keys && keys.length > 0) {
    const written = keyMarks(keys, left, right, y);
    below.push(...written.marks);
    y = written.endPx;
  }
  if (shown) {
    for (const line of wrapped(shown, Math.max(right - left, 160), sizePx)) {
      y += rowPx / 2;
      below.push(textAt(line, left, y));
      y += rowPx / 2;
    }
  }
  if (below.length === 0) return { bounds, marks, caption };
  const widest = Math.max(...below.map(endOf));
  return {
    bounds: {
      ...bounds,
      width: Math.ceil(Math.max(bounds.width, widest + 8 - bounds.x)),
      height: Math.ceil(y + 8 - bounds.y),
    },
    marks: [...marks, ...below],
    caption,
  };
}

function textAt(text: string, x: number, y: number, anchor: 'start' | 'middle' | 'end' = 'start'): Mark {
  return textMark(text, { x, y, anchor, sizePx });
}

/** How far to the right a mark of the legend reaches. */
function endOf(mark: Mark): number {
  if (mark.kind === 'text') {
    const part = { start: 1, middle: 0.5, end: 0 }[mark.anchor];
    return mark.x + widthOf(mark.text) * part;
  }
  return mark.kind === 'box' || mark.kind === 'color-bar' ? mark.rect.x + mark.rect.width : -Infinity;
}

/** The colours with the values at both ends and in the middle below them, and what they are. */
function colorBar({ name, tables, written }: FigureScale, left: number, top: number): Mark[] {
  const nameEnd = left + widthOf(name) + 8;
  const rect = { x: Math.round(nameEnd + widthOf(written[0]) / 2), y: top + 4, ...barPx };
  const at = (share: number): number => rect.x + share * rect.width;
  return [
    textAt(name, left, rect.y + rect.height / 2),
    { kind: 'color-bar', rect, tables },
    { kind: 'box', rect, line: chromeColors.muted, linePx: 0.5 },
    ...[0, 0.5, 1].map((share): Mark => ({
      kind: 'box',
      rect: { x: at(share) - 0.25, y: rect.y + rect.height, width: 0.5, height: 3 },
      fill: chromeColors.muted,
    })),
    ...written.map((text, i) => textAt(text, at(i / 2), rect.y + rect.height + 10, 'middle')),
  ];
}

/** A swatch and a name each, in as many rows as they need. */
function keyMarks(keys: readonly FigureKey[], left: number, right: number, top: number) {
  const marks: Mark[] = [];
  let [x, y] = [left, top];
  for (const { name, ink } of keys) {
    const width = swatchPx + 5 + widthOf(name);
    if (x > left && x + width > right) [x, y] = [left, y + rowPx];
    const rect = { x, y: y + (rowPx - swatchPx) / 2, width: swatchPx, height: swatchPx };
    marks.push({ kind: 'box', rect, fill: ink, radiusPx: 2 }, textAt(name, x + swatchPx + 5, y + rowPx / 2));
    x += width + gapPx;
  }
  return { marks, endPx: y + rowPx + 4 };
}
