import { wide } from './label-width.js';

/**
 * The widths of Helvetica's characters from the space on, in thousandths of the font size; Arial's are the same.
 * Source: Adobe, Core 14 AFM files, Helvetica.
 */
const widths =
  '278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584'
    .split(' ')
    .map(Number);

/** The same for other characters in labels. */
const signs: Record<string, number> = {
  '…': 1000,
  '—': 1000,
  '→': 1000,
  '·': 278,
  '’': 222,
  '×': 584,
  '−': 584,
};

const noWidth = /\p{Mn}|\p{Me}|[\u200b-\u200f\u2060]/u;

/** The width of a text in the font of figures, without a document to measure it in; approximate for other scripts than Latin. */
export function textWidthPx(text: string, sizePx: number): number {
  let width = 0;
  for (const char of text) {
    const known = widths[char.codePointAt(0)! - 32];
    width += known ?? signs[char] ?? (noWidth.test(char) ? 0 : wide.test(char) ? 1000 : 570);
  }
  return (width * sizePx) / 1000;
}
