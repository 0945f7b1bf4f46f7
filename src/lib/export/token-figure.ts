import { hexToRgb, type ColorTable } from '../render/colors/index.js';
import type { Rect } from '../scene/rect.js';
import { isSigned } from '../trace/index.js';
import { chromeColors } from '../views/kit/palette.js';
import type { TokenViewOptions } from '../views/token-view/options.js';
import { strengthOf, type Shade } from '../views/token-view/shades.js';
import { captionOf, type Shown } from './caption.js';
import { makeFigure, type Figure, type FigureScale, type Ink, type Mark, type Tables } from './figure.js';
import { figureScale } from './heatmap-figure.js';
import { textMark } from './marks.js';

/** A run of letters of a token that stands in one line: where its letters lie, in CSS pixels. */
export interface TextPiece {
  position: number;
  text: string;
  /** Whether it stands for what could not be seen, such as a newline. */
  mark: boolean;
  rect: Rect;
}

/** A text of one side, or of both. */
export interface ShownText {
  pieces: readonly TextPiece[];
  shades: readonly Shade[];
  /** Its name, where there are two, and where that begins. */
  title?: { text: string; x: number; y: number };
  /** What is seen of it. */
  clip?: Rect;
  /** How a token is marked: looked at, asked about, left out by the lens; faint where no shade can fall on it. */
  markOf: (position: number) => { focused: boolean; partner: boolean; leftOut: boolean; faint: boolean };
}

/** A token view to make a figure of. */
export interface TokensShown extends Shown {
  texts: readonly ShownText[];
  place: string;
  options: TokenViewOptions;
  notes: readonly string[];
}

const sizePx = 15;
/** Below the letters: a gap, and the line of a shade. */
const linePx = 3;
/** From this fill on, faint text could not be read. */
const leastStrong = 0.15;

/** The figure of a token view: running text, a fill behind each token and a line below it. */
export function tokenFigure(shown: TokensShown): Figure {
  const { texts, options, place, notes } = shown;
  const shades = texts.flatMap((text) => text.shades);
  return makeFigure(
    texts.flatMap((text): Mark[] => {
      const marks = text.pieces.flatMap((piece) => pieceMarks(shown, text, piece));
      const { title, clip } = text;
      const above = title ? [textMark(title.text, { ...title, sizePx: 12.5, bold: true })] : [];
      return [...above, { kind: 'group', clip, marks }];
    }),
    {
      scales: shades
        .filter(({ kind }, i) => shades.findIndex((one) => one.kind === kind) === i)
        .map((shade) => scaleOf(shown, shade)),
      caption: captionOf(shown, place, options, notes),
    },
  );
}

function pieceMarks(
  { options: { scale }, stream }: TokensShown,
  { shades, markOf }: ShownText,
  { position, text, mark, rect }: TextPiece,
): Mark[] {
  const look = markOf(position);
  const fill = shades.find((shade) => shade.mark === 'fill');
  const line = shades.find((shade) => shade.mark === 'line');
  const filled = fill ? strengthOf(fill, position, scale) : 0;
  const lined = line ? strengthOf(line, position, scale) : 0;
  const signed = isSigned(stream.quantity);
  const marks: Mark[] = [];
  const bottom = rect.y + rect.height;
  if (filled !== 0)
    marks.push({ kind: 'box', rect, fill: inkOf(fill!, signed, filled), opacity: Math.abs(filled) });
  if (lined !== 0)
    marks.push({
      kind: 'box',
      rect: { x: rect.x, y: bottom + linePx, width: rect.width, height: linePx },
      fill: inkOf(line!, signed, lined),
      opacity: Math.abs(lined),
    });
  if (look.focused || look.partner) {
    const frame = { x: rect.x - 1, y: rect.y - 1, width: rect.width + 2, height: rect.height + 8 };
    marks.push({ kind: 'box', rect: frame, line: chromeColors.accent, linePx: look.focused ? 2 : 1.5 });
  }
  const strong = Math.abs(filled) >= leastStrong;
  marks.push(
    textMark(text, {
      x: rect.x,
      y: rect.y + rect.height / 2,
      sizePx,
      lengthPx: rect.width,
      ink: !strong && (mark || look.faint) ? chromeColors.muted : chromeColors.ink,
      struck: look.leftOut,
    }),
  );
  return marks;
}

/** The colour of a shade at full strength. */
function inkOf({ kind, mark }: Shade, signed: boolean, value: number): Ink {
  if (value < 0) return chromeColors[mark === 'line' ? 'negative-line' : 'negative'];
  if (signed) return chromeColors[mark === 'line' ? 'positive-line' : 'positive'];
  if (kind === 'sends') return chromeColors.sends;
  return chromeColors[mark === 'line' ? 'receives-line' : 'receives'];
}

/** The colours of a shade on the paper, from none to its full strength. */
function scaleOf({ stream, labels, options: { scale } }: TokensShown, shade: Shade): FigureScale {
  const signed = isSigned(stream.quantity);
  const tables = ([0, 1] as const).map((theme): ColorTable => {
    const paper = hexToRgb(chromeColors.paper[theme]);
    return Uint8Array.from({ length: 256 * 3 }, (_, i) => {
      const unit = Math.floor(i / 3) / 255;
      const value = signed ? 2 * unit - 1 : unit;
      const ink = hexToRgb(inkOf(shade, signed, value)[theme]);
      return Math.round(paper[i % 3]! + (ink[i % 3]! - paper[i % 3]!) * Math.abs(value));
    });
  }) as unknown as Tables;
  const range = [signed ? -shade.full : 0, shade.full] as const;
  const name = labels.list([labels.shades[shade.kind], labels.scales[scale]]);
  return figureScale(name, stream, { range, scale }, tables);
}
