import type { GroupScene } from '../scene/group-scene.js';
import { textWidthPx } from '../scene/text-width.js';
import { chromeColors } from '../views/kit/palette.js';
import { isRightToLeft } from './escape.js';
import type { Mark } from './figure.js';
import { textMark } from './marks.js';

/** The text of a group of keys as its scene has it. */
type GroupText = Pick<GroupScene['keys'][number], 'pieces' | 'cutBefore' | 'cutAfter'>;

/** A line of letters, and the parts of it that are shaded. */
interface Line {
  text: string;
  shades: { from: number; to: number; shade: number }[];
}

const sizePx = 12.5;
const linePx = 18;
/** Fainter shades cannot be seen. */
const faintest = 0.02;

const widthOf = (text: string): number => textWidthPx(text, sizePx);

/** Text in lines, a fill behind each token as strong as its shade; from a place on, and no wider than there is room. */
export function groupTextMarks(text: GroupText, x: number, top: number, roomPx: number) {
  const lines = setLines(text, roomPx);
  const leftward = isRightToLeft(lines.map((line) => line.text).join(' '));
  const marks = lines.flatMap(({ text, shades }, i): Mark[] => {
    const y = top + i * linePx;
    return [
      ...shades.map(({ from, to, shade }): Mark => {
        const left = leftward ? x + roomPx - to : x + from;
        const rect = { x: left, y: y + 1, width: to - from, height: linePx - 2 };
        return { kind: 'box', rect, fill: chromeColors.sends, opacity: shade };
      }),
      textMark(text, {
        ...(leftward ? { x: x + roomPx, anchor: 'end' } : { x }),
        y: y + linePx / 2,
        sizePx,
        lengthPx: widthOf(text),
        ink: chromeColors.ink,
      }),
    ];
  });
  return { marks, heightPx: lines.length * linePx };
}

function setLines({ pieces, cutBefore, cutAfter }: GroupText, roomPx: number): Line[] {
  const lines: Line[] = [{ text: '', shades: [] }];
  /** Letters that belong together, with the place of each shade in them. */
  const put = (before: string, word: string, shades: { from: number; to: number; shade: number }[]): void => {
    let line = lines.at(-1)!;
    const gap = line.text === '' ? '' : before;
    if (line.text !== '' && widthOf(line.text + gap + word) > roomPx)
      lines.push((line = { text: '', shades: [] }));
    else line.text += gap;
    const at = line.text.length;
    line.text += word;
    const place = (end: number): number => widthOf(line.text.slice(0, at + end));
    for (const { from, to, shade } of shades) line.shades.push({ from: place(from), to: place(to), shade });
  };
  if (cutBefore) put('', '…', []);
  for (let i = 0; i < pieces.length;) {
    let before = pieces[i]!.before;
    const shades: { from: number; to: number; shade: number }[] = [];
    let word = '';
    if (before.includes('…')) put(' ', '…', []);
    if (before.includes('…') || (i === 0 && cutBefore)) before = ' ';
    // A word is what no space parts, as long as it fits into a line.
    do {
      const { text, shade } = pieces[i]!;
      const from = word.length;
      word += text;
      if (shade > faintest) shades.push({ from, to: word.length, shade });
      i++;
    } while (i < pieces.length && pieces[i]!.before === '' && widthOf(word + pieces[i]!.text) <= roomPx);
    put(before, word, shades);
  }
  if (cutAfter) put(' ', '…', []);
  return lines;
}
