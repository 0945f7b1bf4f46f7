import {
  diverging,
  layerColors,
  night,
  packColors,
  paper,
  type ColorTable,
  type Range,
  type Scale,
} from '../../render/colors/index.js';
import type { ThumbnailsProps } from '../../render/index.js';
import { isSigned, type Stream } from '../../trace/index.js';

/** One scale for all heads, so that thumbnails can be compared; its root lifts the small weights of long texts. */
export const thumbnailScale: Scale = 'sqrt';

/** The colours of thumbnails' cells, and of lines where numbers may be negative. */
export function thumbnailTable({ quantity }: Stream, theme: 'light' | 'dark'): ColorTable {
  if (isSigned(quantity)) return diverging[theme];
  return theme === 'dark' ? night : paper;
}

/** What thumbnails of every size have in common. */
export function thumbnailLook(
  stream: Stream,
  kind: ThumbnailsProps['kind'],
  range: Range,
  dark: boolean,
): Pick<ThumbnailsProps, 'stream' | 'kind' | 'colors' | 'table' | 'scale' | 'range'> {
  const theme = dark ? 'dark' : 'light';
  // A layer keeps its colour when others are filtered out.
  const layers = stream.layers.at(-1)! + 1;
  return {
    stream,
    kind,
    colors: packColors(layerColors(layers, theme)),
    table: thumbnailTable(stream, theme),
    scale: thumbnailScale,
    range,
  };
}
