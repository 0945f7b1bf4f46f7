import type { Granularity } from '../../analysis/lens/index.js';
import type { TextPiece } from '../../export/token-figure.js';
import type { Token } from '../../trace/index.js';
import { toProse } from './prose.js';
import { linePx } from './text-lines.js';

/** The tokens that are in the page, each cut where its line ends; places are those of the screen, from the corner of `corner`. */
export function piecesIn(element: HTMLElement, corner: HTMLElement): TextPiece[] {
  const box = corner.getBoundingClientRect();
  /** What is around may be scaled. */
  const scale = box.width / corner.offsetWidth || 1;
  // One for all: the browser keeps every range up to date until it is collected, at each change of the page.
  const range = document.createRange();
  return [...element.querySelectorAll<HTMLElement>('[data-position]')].flatMap((token) => {
    const pieces: TextPiece[] = [];
    const walker = document.createTreeWalker(token, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      for (const { text, rect } of linesOf(node as Text, range)) {
        const at = { x: (rect.x - box.x) / scale, y: (rect.y - box.y) / scale };
        pieces.push({
          position: Number(token.dataset.position),
          text,
          mark: node.parentElement!.tagName === 'I',
          rect: { ...at, width: rect.width / scale, height: rect.height / scale },
        });
      }
    return pieces;
  });
}

/** A text without what is not seen of it. */
const shownOf = (text: string): string => text.replace(/[\n\u200b]/gu, '');

/** The parts of a text that stand in one line each. */
function linesOf(node: Text, range: Range): { text: string; rect: DOMRect }[] {
  range.selectNodeContents(node);
  const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
  if (rects.length < 2) return rects.map((rect) => ({ text: shownOf(node.data), rect }));
  const lines: { text: string; rect: DOMRect }[] = [];
  let at = 0;
  for (const letter of node.data) {
    range.setStart(node, at);
    range.setEnd(node, (at += letter.length));
    const [rect] = range.getClientRects();
    if (!rect || rect.width === 0) continue;
    const last = lines.at(-1);
    if (last && Math.abs(last.rect.y - rect.y) < 2) {
      last.text += shownOf(letter);
      const x = Math.min(last.rect.x, rect.x);
      last.rect = new DOMRect(x, rect.y, Math.max(last.rect.right, rect.right) - x, rect.height);
    } else lines.push({ text: shownOf(letter), rect });
  }
  return lines;
}

/** As on the screen: no line is longer, for a reader's sake. */
const longestLinePx = 640;
const letterHeightPx = 18;

/** Sets a whole text in lines, as it would stand on the screen; letters are as wide as in the fonts of figures. */
export function setText(
  tokens: readonly Token[],
  granularity: Granularity,
  widthPx: number,
  top: number,
): { pieces: TextPiece[]; heightPx: number } {
  const prose = toProse(tokens, granularity);
  const context = document.createElement('canvas').getContext('2d')!;
  context.font = '15px "Helvetica Neue", Helvetica, Arial, "Noto Sans", sans-serif';
  const widthOf = (text: string): number => context.measureText(text).width;
  const most = Math.min(longestLinePx, widthPx);
  const space = widthOf(' ');
  const pieces: TextPiece[] = [];
  let [x, line] = [0, 0];
  for (let position = 0; position < tokens.length; position++) {
    const { before, parts } = prose.at(position);
    if (before.includes('\n')) [x, line] = [0, line + 1];
    else if (before && x > 0) x += space;
    const width = parts.reduce((sum, { text }) => sum + widthOf(shownOf(text)), 0);
    if (x > 0 && x + width > most) [x, line] = [0, line + 1];
    const leftward = prose.runsLeft(position);
    for (const { text, mark } of parts) {
      const shown = shownOf(text);
      const length = widthOf(shown);
      const y = top + line * linePx + (linePx - letterHeightPx) / 2;
      const left = leftward ? most - x - length : x;
      const rect = { x: left, y, width: length, height: letterHeightPx };
      if (shown) pieces.push({ position, text: shown, mark, rect });
      x += length;
      if (text.endsWith('\n')) [x, line] = [0, line + 1];
    }
  }
  return { pieces, heightPx: (line + 1) * linePx };
}
