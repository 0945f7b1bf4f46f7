import { Container } from 'pixi.js';
import { rowsPerTile } from '../../scene/rows.js';
import { takePicture, type Picture } from '../picture.js';
import type { Surface } from '../surface.js';

/** A run of tokens, as of its first query and its first key. */
export interface Run {
  queryStart: number;
  keyStart: number;
  /** Its length in device pixels. */
  lengthPx: number;
}

/** Where a surface is, and how it is laid out. */
interface Place {
  queryStart: number;
  keyStart: number;
  horizontal: boolean;
  /** Device pixels from one token to the next. */
  tokenPx: number;
  /** What of the surface can be seen, in device pixels along the tokens. */
  sight: { start: number; end: number };
}

/** What is kept: the picture of some tiles on end, `end` exclusive, counted from the first token. */
interface Kept {
  start: number;
  end: number;
  picture: Picture;
  /** Whether some of it was missing. */
  partial: boolean;
}

/** How many times what the surface shows is kept. */
const mostKept = 3;
/** A picture may be as large as the surface, which can be drawn; and as this, which every WebGL 2 can. */
const surelyPx = 2048;
const isWhole = (px: number): boolean => Math.abs(px - Math.round(px)) < 1e-6;

export type Tiles = ReturnType<typeof createTiles>;

/**
 * What is drawn between tokens, as pictures that are moved where both sides are scrolled together. What is not in one yet is drawn at once,
 * as a picture of all these tokens: a line that crosses many is drawn once.
 */
export function createTiles(surface: Surface) {
  const container = new Container();
  /** No two are of the same tokens; what was shown last is at the end. */
  let kept: Kept[] = [];
  /** What pictures are to be alike in. */
  let taken = '';

  function drop(which: (each: Kept) => boolean): void {
    for (const each of kept) if (which(each)) each.picture.destroy();
    kept = kept.filter((each) => !which(each));
  }
  const dropAll = (): void => drop(() => true);

  return {
    container,
    /**
     * Shows what there is on the surface; `draw` is asked for the scene of what has no picture yet: what can be seen, or `all`. Returns whether
     * some has none still.
     */
    show(
      { queryStart, keyStart, horizontal, tokenPx, sight }: Place,
      draw: (run: Run) => Container,
      { all, partial }: { all: boolean; partial: boolean },
    ): boolean {
      const { width, height } = surface.devicePx;
      const surfacePx = horizontal ? width : height;
      const whole = isWhole(rowsPerTile * tokenPx) && isWhole(queryStart * tokenPx);
      // Between pixels there is one picture, of this place alone.
      const tilePx = whole ? Math.round(rowsPerTile * tokenPx) : surfacePx;
      const scrolledPx = whole ? Math.round(queryStart * tokenPx) : 0;
      const form = JSON.stringify([width, height, tokenPx, horizontal, whole || queryStart]);
      if (form !== taken) dropAll();
      taken = form;

      const first = Math.floor(scrolledPx / tilePx);
      const end = Math.ceil((scrolledPx + surfacePx) / tilePx);
      const most = Math.max(1, Math.floor(Math.max(surfacePx, surelyPx) / tilePx));
      const tileAt = (px: number): number =>
        Math.min(Math.max(first, Math.floor((scrolledPx + px) / tilePx)), end - 1);
      const [from, to] = all ? [first, end] : [tileAt(sight.start), tileAt(sight.end - 1) + 1];
      for (const gap of gapsBetween(kept, from, to, most)) {
        const lengthPx = (gap.end - gap.start) * tilePx;
        const start = whole ? gap.start * rowsPerTile : queryStart;
        const run = { queryStart: start, keyStart: start + keyStart - queryStart, lengthPx };
        const size = horizontal ? { width: lengthPx, height } : { width, height: lengthPx };
        kept.push({ ...gap, picture: takePicture(surface, draw(run), size), partial });
      }

      const isSeen = (each: Kept): boolean => each.start < end && each.end > first;
      const seen = kept.filter(isSeen);
      kept = [...kept.filter((each) => !isSeen(each)), ...seen];
      let tiles = kept.reduce((sum, each) => sum + each.end - each.start, 0);
      const excess = new Set<Kept>();
      for (const each of kept.slice(0, -seen.length)) {
        if (tiles <= mostKept * (end - first)) break;
        tiles -= each.end - each.start;
        excess.add(each);
      }
      drop((each) => excess.has(each));

      for (const { start, picture } of seen) {
        const alongPx = start * tilePx - scrolledPx;
        picture.moveTo(horizontal ? alongPx : 0, horizontal ? 0 : alongPx);
      }
      container.removeChildren();
      container.addChild(...seen.map(({ picture }) => picture.mesh));
      container.visible = true;
      return gapsBetween(kept, first, end, most).length > 0;
    },
    hide() {
      container.visible = false;
    },
    /** What they show is no longer so. */
    forget: dropAll,
    /** What was drawn in part is to be drawn anew. */
    forgetPartial() {
      drop(({ partial }) => partial);
    },
    destroy() {
      dropAll();
      container.destroy();
    },
  };
}

/** What is not covered between two tiles, `end` exclusive, in pieces of so many tiles at most. */
function gapsBetween(kept: readonly Kept[], first: number, end: number, most: number) {
  const gaps: { start: number; end: number }[] = [];
  for (let at = first; at < end;) {
    const here = kept.find((each) => each.start <= at && each.end > at);
    if (here) {
      at = here.end;
      continue;
    }
    const next = Math.min(end, at + most, ...kept.map(({ start }) => start).filter((start) => start > at));
    gaps.push({ start: at, end: next });
    at = next;
  }
  return gaps;
}
