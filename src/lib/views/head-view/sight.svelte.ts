import { tick, untrack } from 'svelte';
import { scrollToShow } from '../kit/scroll-to-show.js';
import { rowsPerTile } from '../../scene/rows.js';
import { rowPx, rowWindow } from '../kit/rows.js';
import type { SideToken } from '../kit/token-focus.svelte.js';
import { has, type LineWindow, type TokenRange } from './head-lines.js';
import { paddingPx } from '../../scene/head-layout.js';

type Side = SideToken['side'];

/** How far the tokens of one side are scrolled, and which of them that shows. */
class SideSight {
  /** How far they are scrolled, along whichever axis they run. */
  px = $state(0);
  /** What scrolls when the sides are scrolled apart. */
  track = $state.raw<HTMLElement>();
  /** The list of tokens, to give it focus. */
  list = $state.raw<HTMLElement>();

  constructor(private readonly inputs: () => { count: number; viewPx: number }) {}

  get count(): number {
    return this.inputs().count;
  }

  #window = $derived.by(() => rowWindow(this.px, this.inputs().viewPx, this.count));
  // Numbers, so that what follows from them follows when they change and not with every pixel.
  #start = $derived.by(() => this.#window.start);
  #end = $derived.by(() => this.#window.end);
  /** The tokens that are in the page: those in sight, and some around them. */
  window: TokenRange = $derived.by(() => ({ start: this.#start, end: this.#end }));

  #inSight = $derived.by(() => rowsInSight(this.px, this.inputs().viewPx, this.count));
  #first = $derived.by(() => this.#inSight.start);
  #last = $derived.by(() => this.#inSight.end);
  /** The tokens whose middle is in sight. */
  inSight: TokenRange = $derived.by(() => ({ start: this.#first, end: this.#last }));

  get lengthPx(): number {
    return this.count * rowPx + 2 * paddingPx;
  }

  /** Whether there are tokens out of sight. */
  get overflows(): boolean {
    return this.lengthPx > this.inputs().viewPx;
  }
}

/** The rows whose middle a scrolled box shows. */
function rowsInSight(scrollPx: number, heightPx: number, rows: number): TokenRange {
  const at = (px: number): number => Math.min(rows, Math.max(0, Math.ceil((px - paddingPx) / rowPx - 0.5)));
  return { start: at(scrollPx), end: at(scrollPx + heightPx) };
}

interface SightInputs {
  queries: number;
  keys: number;
  horizontal: boolean;
  apart: boolean;
  /** Whose place stays when what was scrolled apart is scrolled together. */
  leads: Side;
  setApart: (apart: boolean) => void;
}

/** Which tokens are in sight: of both sides the same where they are scrolled together. */
export class Sight {
  widthPx = $state(0);
  heightPx = $state(0);
  /** What scrolls when the sides are scrolled together. */
  scroller = $state.raw<HTMLElement>();
  readonly query: SideSight;
  readonly key: SideSight;

  constructor(private readonly inputs: () => SightInputs) {
    this.query = new SideSight(() => ({ count: inputs().queries, viewPx: this.viewPx }));
    this.key = new SideSight(() => ({ count: inputs().keys, viewPx: this.viewPx }));
    // What scrolls is another element then, at its beginning.
    $effect(() => {
      if (this.#mode) untrack(() => this.#takePlaces());
    });
  }

  #mode = $derived.by(() => `${this.apart} ${this.horizontal}`);

  get apart(): boolean {
    return this.inputs().apart;
  }

  get horizontal(): boolean {
    return this.inputs().horizontal;
  }

  /** The length of what is seen, along the tokens. */
  get viewPx(): number {
    return (this.horizontal ? this.widthPx : this.heightPx) || 600;
  }

  /** The length of all tokens of the longer side. */
  get lengthPx(): number {
    return Math.max(this.query.lengthPx, this.key.lengthPx);
  }

  /** The rows of a side that are in the page: scrolled together those of the longer side, whether a token stands in each or not. */
  rows(side: Side): TokenRange {
    if (this.apart) return this[side].window;
    return this.query.count > this.key.count ? this.query.window : this.key.window;
  }

  /**
   * Where lines are drawn. Scrolled together: what crosses the rows in the page, and some more, between tokens that can be in sight
   * at once, so that what is drawn at a place does not depend on how far one has scrolled. Apart: between the tokens in the page.
   */
  readonly lineWindow: LineWindow = $derived.by(() => {
    if (this.apart) return { query: this.query.window, key: this.key.window, span: Infinity };
    const span = Math.ceil(this.viewPx / rowPx);
    const { start, end } = this.rows('key');
    const around = { start: start - span - rowsPerTile, end: end + span + rowsPerTile };
    return { query: around, key: around, span };
  });

  /** How many tokens fit in sight. */
  get page(): number {
    return Math.max(1, Math.floor(this.viewPx / rowPx) - 1);
  }

  /** Takes over how far the page has scrolled a side. */
  follow(side: Side): void {
    const at = this.#element(side)?.[this.#axis] ?? 0;
    for (const one of this.apart ? [side] : (['query', 'key'] as const)) this[one].px = at;
  }

  /** Scrolls a side; both, where they are scrolled together. */
  scrollTo(side: Side, px: number): void {
    const { lengthPx } = this.apart ? this[side] : this;
    const at = Math.max(0, Math.min(px, lengthPx - this.viewPx));
    for (const one of this.apart ? [side] : (['query', 'key'] as const)) this[one].px = at;
    this.place();
  }

  /** Scrolls as little as brings a token into sight. */
  show({ side, position }: SideToken): void {
    const { px } = this[side];
    const start = position * rowPx;
    const to = scrollToShow(px, this.viewPx, start, start + 2 * rowPx, rowPx);
    if (to !== px) this.scrollTo(side, to);
  }

  /** Brings a token that is out of sight into the middle. */
  center({ side, position }: SideToken): void {
    if (!has(this[side].inSight, position)) this.scrollTo(side, this.#centered(position));
  }

  /** Brings two tokens of different sides into sight; scrolls apart where they are too far from each other. */
  async showPair(stays: SideToken, moves: SideToken): Promise<void> {
    if (this.apart || Math.abs(stays.position - moves.position) + 2 > this.page) {
      if (!this.apart) this.inputs().setApart(true);
      await tick();
      this.scrollTo(moves.side, this.#centered(moves.position));
      this.center(stays);
    } else this.scrollTo(stays.side, this.#centered((stays.position + moves.position) / 2));
  }

  /** Puts the page's scrolled elements where this says they are. */
  place(): void {
    for (const side of ['query', 'key'] as const) {
      const element = this.#element(side);
      if (element) element[this.#axis] = this[side].px;
    }
  }

  #takePlaces(): void {
    const { leads } = this.inputs();
    if (this.apart) this.place();
    else this.scrollTo(leads, this[leads].px);
  }

  get #axis(): 'scrollLeft' | 'scrollTop' {
    return this.horizontal ? 'scrollLeft' : 'scrollTop';
  }

  #centered(position: number): number {
    return (position + 0.5) * rowPx + paddingPx - this.viewPx / 2;
  }

  #element(side: Side): HTMLElement | undefined {
    return this.apart ? this[side].track : this.scroller;
  }
}
