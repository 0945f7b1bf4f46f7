import { textWidthPx } from '../scene/text-width.js';

/** A text in lines that are no wider than there is room, cut between words, and within those that are too long for a line. */
export function wrapped(text: string, roomPx: number, sizePx: number): string[] {
  const fits = (line: string): boolean => textWidthPx(line, sizePx) <= roomPx;
  const lines: string[] = [];
  for (const word of text.split(/\s+/u).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && fits(`${last} ${word}`)) lines[lines.length - 1] = `${last} ${word}`;
    else if (fits(word)) lines.push(word);
    else {
      let line = '';
      for (const { segment } of new Intl.Segmenter().segment(word)) {
        if (line && !fits(line + segment)) {
          lines.push(line);
          line = '';
        }
        line += segment;
      }
      lines.push(line);
    }
  }
  return lines;
}
