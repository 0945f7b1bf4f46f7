import type { Token } from '../trace/index.js';

/** The width of a letter at 12.5 px, the size of tokens; letters of wide scripts take about twice as much. */
const charPx = 7.3;
const wideCharPx = 13;
/** Letters of scripts whose letters are twice as wide. */
export const wide =
  /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{1f000}-\u{3ffff}]/u;

/** No label has room for more characters than this: the rest is not measured. */
const mostChars = 400;

const charWidthPx = (char: string): number => (wide.test(char) ? wideCharPx : charPx);

/** The approximate width of a label, in CSS pixels: exact measuring would need a document. */
export function labelWidthPx(label: string): number {
  let width = 0;
  for (const char of label.slice(0, mostChars)) width += charWidthPx(char);
  return width;
}

/** The same for a title, which is smaller. */
export function titleWidthPx(title: string): number {
  return labelWidthPx(title) * 0.92;
}

/** The widest label of a sequence, no more than `maxPx`. Long sequences are sampled. */
export function widestLabelPx(tokens: readonly Token[], maxPx: number): number {
  const step = Math.max(1, Math.floor(tokens.length / 2000));
  let widest = 0;
  for (let i = 0; i < tokens.length && widest < maxPx; i += step)
    widest = Math.max(widest, labelWidthPx(tokens[i]!.label));
  return Math.min(widest, maxPx);
}

/**
 * Cuts a label in its middle if it is wider than its room: "answer sentence 1" and "answer sentence 2" differ at their ends. Letters keep
 * their accents.
 */
export function cutMiddle(label: string, roomPx: number): string {
  if (labelWidthPx(label) <= roomPx) return label;
  const letters = (text: string): string[] =>
    Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  const head = letters(label.slice(0, mostChars));
  const tail = letters(label.slice(-mostChars));
  const half = (roomPx - charPx) / 2;
  const fitting = (from: readonly string[]): number => {
    let width = 0;
    const beyond = from.findIndex((letter) => (width += labelWidthPx(letter)) > half);
    return beyond < 0 ? from.length : beyond;
  };
  const last = fitting(tail.toReversed());
  return `${head.slice(0, fitting(head)).join('')}…${last > 0 ? tail.slice(-last).join('') : ''}`;
}
