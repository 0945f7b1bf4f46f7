import { flushSync, untrack } from 'svelte';
import { nextTurn } from '../../trace/next-turn.js';
import { rectIn } from '../kit/rect.js';
import { scrollToShow } from '../kit/scroll-to-show.js';
import { measureLines } from './measure-lines.js';
import type { Prose } from './prose.js';
import { linePx, textWindow, type TextLines, type TextWindow } from './text-lines.js';

/** Texts up to this many tokens are in the page whole; of longer ones, only the lines in sight and some around them. */
const mostWhole = 1000;
/** So many tokens are put into the page at a time while a view is made: about what is in sight, and some 30 ms. */
const mostAtOnce = 200;
/** The lines of a long text are found so many milliseconds at a time; then others have their turn. */
const sliceMs = 8;
/** What is found is shown so often. */
const showEveryMs = 100;
/** After a jump only what is in sight is in the page until it was still for so long: all at once would hold up the page. */
const settleMs = 80;

interface Elements {
  /** The box that scrolls. */
  scroller: () => HTMLElement;
  /** The text. */
  flow: () => HTMLElement;
}

/** Which part of a text is in sight. Made while a component is. */
export class TextFlow {
  /** Size of the box that scrolls, and how far it is scrolled, in CSS pixels. */
  width = $state(0);
  height = $state(0);
  scrolled = $state(0);
  /** Undefined where the text is in the page whole. */
  lines = $state.raw<TextLines>();
  /** How much of a long text has its place, from 0 to 1; 1 for a short one. */
  placed = $state(1);

  /** The token that stays where it is while lines are found, and how far the text was scrolled then. */
  #anchor = { token: 0, scrollTop: 0, goneTo: false };
  /** How many tokens of a text that is in the page whole have been put there. */
  #set = $state(mostAtOnce);
  /** Where it was last still. */
  #settled = $state(-Infinity);

  constructor(
    prose: () => Prose,
    private readonly elements: Elements,
  ) {
    $effect(() => {
      const at = this.scrolled;
      const timer = setTimeout(() => (this.#settled = at), settleMs);
      return () => clearTimeout(timer);
    });
    let last: Prose | undefined;
    $effect(() => {
      const now = prose();
      const long = now.length > mostWhole && this.width > 0;
      return untrack(() => {
        if (now !== last || !long) this.lines = undefined;
        this.placed = 1;
        last = now;
        return long ? this.#measure(now) : this.#fill(now.length);
      });
    });
  }

  inSight(tokens: number): TextWindow {
    return this.lines
      ? textWindow(this.lines, this.scrolled, this.height, this.#jumped ? 0 : 2)
      : { line: 0, start: 0, end: Math.min(tokens, tokens > mostWhole ? mostAtOnce : this.#set) };
  }

  /** Whether it was scrolled by more than is in sight just now. */
  get #jumped(): boolean {
    return Math.abs(this.scrolled - this.#settled) > this.height;
  }

  /** Scrolls just so far that a token is in sight; `element` is that token's where it is in the page. */
  reveal(position: number, element: HTMLElement | null, window: TextWindow): void {
    // A text that is not all in the page yet will be, and whoever reveals comes again.
    if (!element) this.#set = Infinity;
    const top = element
      ? rectIn(element, this.elements.flow()).y + window.line * linePx
      : (this.lines?.lineOf(position) ?? 0) * linePx;
    // Told, not read: who reveals is not to follow what is scrolled by hand.
    const scrollTop = this.#bring(top);
    this.#anchor = { token: position, scrollTop, goneTo: true };
  }

  /** Scrolls just so far that the line at `top` is in sight; returns how far it is scrolled then. */
  #bring(top: number): number {
    const scroller = this.elements.scroller();
    scroller.scrollTop = scrollToShow(scroller.scrollTop, this.height, top, top + 2 * linePx, linePx);
    return (this.scrolled = scroller.scrollTop);
  }

  /** Puts the rest of a text into the page. */
  #fill(tokens: number): (() => void) | undefined {
    if (this.#set >= tokens) return undefined;
    this.placed = this.#set / tokens;
    const timer = setInterval(() => {
      this.#set += mostAtOnce;
      if (this.#set >= tokens) {
        this.#set = Infinity;
        clearInterval(timer);
      }
      this.placed = Math.min(1, this.#set / tokens);
    });
    return () => clearInterval(timer);
  }

  /** Finds the lines: the first at once, the others as there is time. Lines of another width stand in until all are found. */
  #measure(prose: Prose): () => void {
    const steps = measureLines(this.elements.flow(), prose);
    const first = this.lines === undefined;
    let found = steps.next().value as TextLines;
    if (first) this.lines = found;
    this.placed = found.share;
    let shown = performance.now();
    let wanted = true;
    const work = (): void => {
      if (!wanted) return;
      const until = performance.now() + sliceMs;
      let done = false;
      while (!done && performance.now() < until) {
        const step = steps.next();
        done = step.done!;
        found = step.value ?? found;
      }
      if (done || performance.now() > shown + showEveryMs) {
        if (first || done) this.#take(found);
        this.placed = found.share;
        shown = performance.now();
      }
      if (!done) nextTurn(work);
    };
    nextTurn(work);
    return () => (wanted = false);
  }

  /** Takes new lines, and scrolls so that a token stays where it is: one gone to, or else the one at the upper edge. */
  #take(lines: TextLines): void {
    const scroller = this.elements.scroller();
    const before = this.lines!;
    // Read before the text changes its height: a shorter one is scrolled back by the browser.
    const { scrollTop } = scroller;
    // The same token for as long as nobody scrolls: one anew each time would be a line further up each time.
    // A text that has become shorter was scrolled back by the browser, to its end.
    const atEnd = scrollTop >= scroller.scrollHeight - scroller.clientHeight - 1;
    if (scrollTop !== this.#anchor.scrollTop && !(atEnd && scrollTop < this.#anchor.scrollTop)) {
      const line = Math.min(Math.floor(scrollTop / linePx), before.count - 1);
      this.#anchor = { token: before.startOf(line), scrollTop, goneTo: false };
    }
    const { token, goneTo } = this.#anchor;
    const moved = lines.lineOf(token) - before.lineOf(token);
    flushSync(() => (this.lines = lines));
    if (moved !== 0) scroller.scrollTop = scrollTop + moved * linePx;
    this.scrolled = scroller.scrollTop;
    // Among lines that were reckoned it may have stood some lines from where it stands now.
    if (goneTo) this.#bring(lines.lineOf(token) * linePx);
    this.#anchor.scrollTop = this.scrolled;
  }
}
