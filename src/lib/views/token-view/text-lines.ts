/** The height of a line of text, as in TokenText's style, in CSS pixels. */
export const linePx = 29;

/** Where the lines of a text begin: so far as they are measured exactly, beyond by how many tokens a line has had so far. */
export class TextLines {
  /** How many lines are measured. */
  readonly #known: number;
  readonly #tokensALine: number;

  /**
   * @param starts the first token of each line measured, ascending; it may grow afterwards
   * @param tokens how many the text has
   * @param complete whether those are all lines
   */
  constructor(
    private readonly starts: readonly number[],
    readonly tokens: number,
    readonly complete: boolean,
  ) {
    this.#known = starts.length;
    this.#tokensALine = Math.max(1, starts.at(-1)! / Math.max(1, starts.length - 1));
  }

  /** How much of the text is measured, from 0 to 1. */
  get share(): number {
    return this.complete ? 1 : this.starts[this.#known - 1]! / this.tokens;
  }

  get count(): number {
    if (this.complete) return this.#known;
    const left = this.tokens - this.starts[this.#known - 1]!;
    return this.#known - 1 + Math.ceil(left / this.#tokensALine);
  }

  /** The first token of a line; the number of tokens for a line after the last. */
  startOf(line: number): number {
    if (line < this.#known) return this.starts[line]!;
    if (this.complete) return this.tokens;
    const beyond = (line - this.#known + 1) * this.#tokensALine;
    return Math.min(this.tokens, this.starts[this.#known - 1]! + Math.floor(beyond));
  }

  /** The line that a token is in. */
  lineOf(position: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.startOf(middle) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Which tokens to show, and the line the first of them starts. */
export interface TextWindow {
  line: number;
  start: number;
  end: number;
}

/**
 * The tokens of the lines in sight, and of so many sixths of the height before and after, so that scrolling shows no hole. It
 * moves on by a sixth: few tokens are new at a time.
 */
export function textWindow(lines: TextLines, scrollPx: number, heightPx: number, around: number): TextWindow {
  const stepPx = Math.max(heightPx / 6, linePx);
  const topPx = (Math.floor(scrollPx / stepPx) - around) * stepPx;
  let line = Math.min(Math.max(0, Math.floor(topPx / linePx)), lines.count - 1);
  // Blank lines start with the token after them: the text must begin at the first line that this token starts.
  const start = lines.startOf(line);
  while (line + 1 < lines.count && lines.startOf(line + 1) === start) line++;
  return {
    line,
    start,
    end: lines.startOf(Math.ceil((topPx + heightPx + (2 * around + 1) * stepPx) / linePx)),
  };
}
