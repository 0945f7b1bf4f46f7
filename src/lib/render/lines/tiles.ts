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
}

/** How many times what is in sight is kept. */
const kept = 3;
const isWhole = (px: number): boolean => Math.abs(px - Math.round(px)) < 1e-6;

export type Tiles = ReturnType<typeof createTiles>;

/** What is drawn between tokens, as pictures of some tokens each: each drawn once, and moved where both sides are scrolled together. */
export function createTiles(surface: Surface) {
  const container = new Container();
  /** By their first query, what was shown last at the end. */
  const pictures = new Map<number, Picture>();
  /** Those that show a part. */
  const parts = new Set<number>();
  /** What their size follows from. */
  let taken = '';

  function drop(start: number): void {
    pictures.get(start)!.destroy();
    pictures.delete(start);
    parts.delete(start);
  }
  const dropAll = (): void => [...pictures.keys()].forEach(drop);

  return {
    container,
    /** Shows what is in sight; `draw` is asked for the scene of what there is no picture of yet: all of it, or a part of it. */
    show(
      { queryStart, keyStart, horizontal, tokenPx }: Place,
      draw: (run: Run) => Container,
      partial = false,
    ) {
      const { width, height } = surface.devicePx;
      const surfacePx = horizontal ? width : height;
      const whole = isWhole(rowsPerTile * tokenPx) && isWhole(queryStart * tokenPx);
      // Between pixels there is one picture, of this place alone.
      const lengthPx = whole ? Math.round(rowsPerTile * tokenPx) : surfacePx;
      const scrolledPx = whole ? Math.round(queryStart * tokenPx) : 0;
      const tileSize = horizontal ? { width: lengthPx, height } : { width, height: lengthPx };
      const form = JSON.stringify([tileSize, tokenPx, horizontal]);
      if (form !== taken) dropAll();
      taken = form;
      const shown = new Set<Picture>();
      for (let i = Math.floor(scrolledPx / lengthPx); i * lengthPx < scrolledPx + surfacePx; i++) {
        const start = whole ? i * rowsPerTile : queryStart;
        const run = { queryStart: start, keyStart: start + keyStart - queryStart, lengthPx };
        const known = pictures.get(start);
        const picture = known ?? takePicture(surface, draw(run), tileSize);
        if (!known && partial) parts.add(start);
        pictures.delete(start);
        pictures.set(start, picture);
        const alongPx = i * lengthPx - scrolledPx;
        picture.moveTo(horizontal ? alongPx : 0, horizontal ? 0 : alongPx);
        shown.add(picture);
      }
      for (const start of [...pictures.keys()]) {
        if (pictures.size <= kept * shown.size) break;
        drop(start);
      }
      container.removeChildren();
      container.addChild(...[...shown].map(({ mesh }) => mesh));
      container.visible = true;
    },
    hide() {
      container.visible = false;
    },
    /** What they show is no longer so. */
    forget: dropAll,
    /** What was drawn in part is to be drawn anew. */
    forgetPartial() {
      [...parts].forEach(drop);
    },
    destroy() {
      dropAll();
      container.destroy();
    },
  };
}
