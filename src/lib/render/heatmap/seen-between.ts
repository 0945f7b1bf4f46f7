import { intersection, union, without, type Rect } from '../../scene/rect.js';
import type { Viewport } from '../../scene/viewport.js';
import type { Tile } from './tiles.js';

/** A tile, and the part of it that is drawn, in cells of the matrix. */
export interface TilePart {
  tile: Tile;
  /** @default all */
  part?: Rect;
}

/**
 * Of tiles below others, bottom to top, those that show between the ones above them, and the least rectangle of each that holds what shows:
 * what is covered costs as much to draw.
 */
export function seenBetween(
  below: readonly Tile[],
  above: readonly Tile[],
  { query, key, queries, keys }: Viewport,
): TilePart[] {
  let open: Rect[] = [{ x: key, y: query, width: keys, height: queries }];
  const cover = (rect: Rect): void => void (open = open.flatMap((left) => without(left, rect)));
  for (const tile of above) cover(placeOf(tile));
  const seen: TilePart[] = [];
  for (const tile of [...below].reverse()) {
    const place = placeOf(tile);
    const shows = open
      .map((left) => intersection(left, place))
      .filter(({ width, height }) => width * height > 0);
    if (shows.length === 0) continue;
    seen.unshift({ tile, part: union(shows) });
    cover(place);
  }
  return seen;
}

/** In cells of the matrix. */
function placeOf({ firstRow, firstCol, rows, cols, rowLevel, colLevel }: Tile): Rect {
  const [height, width] = [2 ** rowLevel, 2 ** colLevel];
  return { x: firstCol * width, y: firstRow * height, width: cols * width, height: rows * height };
}
