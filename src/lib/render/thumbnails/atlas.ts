/** No side is longer: every graphics context takes a texture of this size. */
const longestSide = 4096;

/**
 * An atlas: up to `count` pictures of one size, as many as fit, side by side in one larger picture, `channels` bytes a pixel. Pure: a
 * layer makes it a texture.
 */
export function createAtlas(pictureWidth: number, pictureHeight: number, count: number, channels = 1) {
  const columns = Math.min(count, Math.max(1, Math.floor(longestSide / pictureWidth)));
  const rows = Math.min(Math.ceil(count / columns), Math.max(1, Math.floor(longestSide / pictureHeight)));
  // WebGL wants rows of whole words.
  const width = Math.ceil((columns * pictureWidth) / 4) * 4;
  const height = rows * pictureHeight;
  const data = new Uint8Array(width * height * channels);
  const rowBytes = pictureWidth * channels;
  // In order of last use: a Map keeps the order in which keys were set.
  const places = new Map<string, number>();

  const corner = (place: number) => ({
    x: (place % columns) * pictureWidth,
    y: Math.floor(place / columns) * pictureHeight,
  });

  function freePlace(needed: (key: string) => boolean): number | undefined {
    if (places.size < columns * rows) return places.size;
    for (const [key, place] of places) {
      if (needed(key)) continue;
      places.delete(key);
      return place;
    }
    return undefined;
  }

  return {
    width,
    height,
    /** `[height, width, channels]`. */
    data,
    has: (key: string) => places.has(key),
    /** Where a picture's upper left corner is; undefined where it is not held. It counts as used then. */
    use(key: string) {
      const place = places.get(key);
      if (place === undefined) return undefined;
      places.delete(key);
      places.set(key, place);
      return corner(place);
    },
    /** Puts a picture in place of the longest unused one, where all places are taken, but of none that is `needed`. */
    put(key: string, picture: Uint8Array, needed: (key: string) => boolean) {
      const place = freePlace(needed);
      if (place === undefined) return false;
      places.set(key, place);
      const { x, y } = corner(place);
      for (let row = 0; row < pictureHeight; row++)
        data.set(picture.subarray(row * rowBytes, (row + 1) * rowBytes), ((y + row) * width + x) * channels);
      return true;
    },
  };
}
