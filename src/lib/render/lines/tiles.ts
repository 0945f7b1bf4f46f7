import { Container } from 'pixi.js';
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

/** So many tokens are in one picture, where they are a whole number of pixels long. */
const tokensPerTile = 16;
/** How many times what is in sight is kept. */
const kept = 3;
const isWhole = (px: number): boolean => Math.abs(px - Math.round(px)) < 1e-6;

/** What is drawn between tokens, as pictures of some tokens each: each drawn once, and moved where both sides are scrolled together. */
export interface Tiles {
  readonly container: Container;
  /** Shows what is in sight; `draw` is asked for the scene of what there is no picture of yet. */
  show(place: Place, draw: (run: Run) => Container): void;
  hide(): void;
  /** What they show is no longer so. */
  forget(): void;
  destroy(): void;
}

export function createTiles(surface: Surface): Tiles {
  const container = new Container();
  /** By their first query, what was shown last at the end. */
  const pictures = new Map<number, Picture>();
  /** What their size follows from. */
  let taken = '';

  function drop(start: number): void {
    pictures.get(start)!.destroy();
    pictures.delete(start);
  }
  function forget(): void {
    for (const start of [...pictures.keys()]) drop(start);
  }

  return {
    container,
    show({ queryStart, keyStart, horizontal, tokenPx }, draw) {
      const { width, height } = surface.devicePx;
      const surfacePx = horizontal ? width : height;
      const whole = isWhole(tokensPerTile * tokenPx) && isWhole(queryStart * tokenPx);
      // Between pixels there is one picture, of this place alone.
      const lengthPx = whole ? Math.round(tokensPerTile * tokenPx) : surfacePx;
      const scrolledPx = whole ? Math.round(queryStart * tokenPx) : 0;
      const tileSize = horizontal ? { width: lengthPx, height } : { width, height: lengthPx };
      const form = JSON.stringify([tileSize, tokenPx, horizontal]);
      if (form !== taken) forget();
      taken = form;
      const shown = new Set<Picture>();
      for (let i = Math.floor(scrolledPx / lengthPx); i * lengthPx < scrolledPx + surfacePx; i++) {
        const start = whole ? i * tokensPerTile : queryStart;
        const run = { queryStart: start, keyStart: start + keyStart - queryStart, lengthPx };
        const picture = pictures.get(start) ?? takePicture(surface, draw(run), tileSize);
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
    forget,
    destroy() {
      forget();
      container.destroy();
    },
  };
}
