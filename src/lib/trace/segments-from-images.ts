import { count, describe, listed } from './describe.js';
import { errorsOf } from './errors.js';
import type { Segment, Token } from './types.js';

const wrong = errorsOf(
  'segment',
  'Give the grid as the processor of the model has it, such as image_grid_thw with merge: 2; of other layouts make segments by hand.',
);

/** A picture that a model read, and the grid of patches it was cut into. */
export interface ImageInput {
  /** Its address; of several frames or tiles, one each, in the order of their tokens. */
  src: string | readonly string[];
  /** Rows and columns; or frames, rows and columns, as a row of `image_grid_thw` has them. */
  grid: readonly [rows: number, cols: number] | readonly [frames: number, rows: number, cols: number];
  /** How many rows and columns of patches are then merged into one token: 2 for Qwen-VL. Default 1. */
  merge?: number;
  /** Default `picture`, `picture 2`, …; frames and tiles are numbered behind it. */
  name?: string;
}

/**
 * A segment for each picture, tile or frame of a prompt: where the tokens that stand for patches are, and how they lie. Tokens between
 * them, such as `<row_1_col_2>` or a frame's time, are in none.
 *
 * @param tokens as passed to `createTrace`, or those of a stream
 * @param placeholder the token of a patch: `<|image_pad|>` of Qwen-VL, `<image>` of LLaVA, `<IMG_CONTEXT>` of InternVL
 * @throws TraceError `segment` where there are more or fewer of these tokens than patches, or others among those of a picture, as of
 * LLaVA-NeXT, which ends each row of the large picture with a token
 * @example
 * // Qwen-VL: image_grid_thw is [[1, 28, 36]], and patches are merged two by two.
 * const segments = segmentsFromImages(tokens, '<|image_pad|>', [{ src: 'photo.jpg', grid: [1, 28, 36], merge: 2 }]);
 */
export function segmentsFromImages(
  tokens: readonly string[] | readonly Token[],
  placeholder: string,
  images: readonly ImageInput[],
): Segment[] {
  if (!Array.isArray(tokens)) throw wrong('tokens', describe(tokens), 'an array of tokens');
  if (!Array.isArray(images)) throw wrong('images', describe(images), 'an array of { src, grid }');
  const places = (tokens as readonly (string | Token)[]).flatMap((token, at) =>
    (typeof token === 'string' ? token : token.raw) === placeholder ? [at] : [],
  );
  const parts = images.flatMap((image: ImageInput, i) => partsOf(image, i));
  const patches = parts.reduce((sum, { image: { rows, cols } }) => sum + rows * cols, 0);
  if (places.length !== patches)
    throw wrong(
      'images',
      `${count(places.length, 'token')} ${placeholder}`,
      `as many as the pictures have patches, ${patches} (${parts.map(({ image: { rows, cols } }) => `${rows} × ${cols}`).join(', ')})`,
    );
  let next = 0;
  return parts.map(({ name, image }) => {
    const [first, size] = [next, image.rows * image.cols];
    next += size;
    const [start, last] = [places[first]!, places[next - 1]!];
    if (last - start + 1 !== size)
      throw wrong(
        `images, ${name}`,
        `other tokens among its ${size}, between ${start} and ${last}`,
        `${size} tokens ${placeholder} that follow each other`,
      );
    return { name, start, end: last + 1, image };
  });
}

type Part = Pick<Segment, 'name'> & { image: NonNullable<Segment['image']> };

/** A picture, or each of its frames or tiles. */
function partsOf(image: ImageInput, i: number): Part[] {
  const { src, grid, merge = 1, name = i === 0 ? 'picture' : `picture ${i + 1}` } = image ?? {};
  const sources: unknown[] = Array.isArray(src) ? src : [src];
  const place = `images[${i}]`;
  const wanted = sources.find((one) => typeof one !== 'string');
  if (sources.length === 0 || wanted !== undefined || src === undefined)
    throw wrong(`${place}.src`, describe(wanted ?? src), 'an address, or one for each tile or frame');
  const whole = Array.isArray(grid) && grid.every((n) => Number.isInteger(n) && n > 0);
  const [rows, cols] = whole ? (grid as number[]).slice(-2).map((n) => n / merge) : [];
  if (!whole || !(grid.length === 2 || grid.length === 3) || ![rows, cols].every(Number.isInteger))
    throw wrong(
      `${place}.grid`,
      `${listed(grid)}${merge === 1 ? '' : `, merged by ${describe(merge)}`}`,
      '[rows, columns] or [frames, rows, columns], whole numbers that the merge divides',
    );
  if (grid.length === 3 && grid[0] !== sources.length)
    throw wrong(
      `${place}.src`,
      count(sources.length, 'address'),
      `one for each of ${count(grid[0]!, 'frame')}`,
    );
  return sources.map((one, n) => ({
    name: sources.length === 1 ? name : `${name} · ${n + 1}`,
    image: { src: one as string, rows: rows!, cols: cols! },
  }));
}
