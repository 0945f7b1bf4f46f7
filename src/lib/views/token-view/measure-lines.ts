import type { Prose } from './prose.js';
import { linePx, TextLines } from './text-lines.js';

/** Tokens measured at a time: some milliseconds' work. A line of more makes it more. */
const tokensAStep = 400;

/**
 * Finds the lines of a text as wide as `flow`, whose style it takes, a few at a time. The browser breaks lines greedily, so that a
 * text set from the start of a line on breaks as the whole does: that is what lets it be measured, and shown, in part.
 */
export function* measureLines(flow: HTMLElement, prose: Prose): Generator<TextLines, void> {
  const { length: tokens } = prose;
  const starts = [0];
  for (let step = tokensAStep; ;) {
    const first = starts.at(-1)!;
    const end = Math.min(tokens, first + step);
    const found = lineStarts(flow, prose, first, end);
    if (end === tokens) {
      starts.push(...found);
      return yield new TextLines(starts, tokens, true);
    }
    // The last line may go on. Where it is the only one, so it must.
    step = found.length > 0 ? tokensAStep : 2 * step;
    starts.push(...found);
    yield new TextLines(starts, tokens, false);
  }
}

/** The first token of each line after the one that `first` begins. */
function lineStarts(flow: HTMLElement, prose: Prose, first: number, end: number): number[] {
  const probe = flow.cloneNode(false) as HTMLElement;
  probe.removeAttribute('id');
  probe.style.cssText =
    'position: absolute; inset: 0 0 auto; block-size: auto; visibility: hidden; translate: none';
  const boxes: HTMLElement[] = [];
  for (let position = first; position < end; position++) {
    const { before, parts } = prose.at(position);
    // In the boxes it is shown in: each rounds its width, which can be what breaks a line.
    const box = document.createElement('span');
    box.append(...parts.map(({ text }) => text));
    // A line does not begin with the space that it was broken at.
    if (position > first) probe.append(before);
    probe.append(box);
    boxes.push(box);
  }
  flow.parentElement!.append(probe);

  // Once for all: the page may scale the text.
  const outer = probe.getBoundingClientRect();
  const lineOnPage = (linePx * outer.width) / probe.offsetWidth || linePx;
  const lineOf = (i: number): number => {
    const [rect] = boxes[i]!.getClientRects();
    // Nothing has a place while the view is hidden; what is measured then is measured again when it is shown.
    return rect ? Math.floor((rect.top + rect.height / 2 - outer.top) / lineOnPage) : 0;
  };
  const starts: number[] = [];
  /** Finds the starts of lines after that of token `low`, up to that of token `high`. */
  function search(low: number, lowLine: number, high: number, highLine: number): void {
    if (lowLine === highLine) return;
    if (high - low > 1) {
      const middle = (low + high) >> 1;
      const line = lineOf(middle);
      search(low, lowLine, middle, line);
      search(middle, line, high, highLine);
    } else {
      // A line without a token of its own, as after two newlines, starts with the next token.
      for (let line = lowLine; line < highLine; line++) starts.push(first + high);
    }
  }
  const last = boxes.length - 1;
  if (last > 0) search(0, 0, last, lineOf(last));
  probe.remove();
  return starts;
}
