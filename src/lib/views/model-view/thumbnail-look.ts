import { layerColors, packColors, type Range, type Scale } from '../../render/colors/index.js';
import type { ThumbnailsProps } from '../../render/index.js';
import type { Stream } from '../../trace/index.js';
import { colorTables } from '../kit/value-colors.js';

/** One scale for all heads, so that thumbnails can be compared; its root lifts the small weights of long texts. */
export const thumbnailScale: Scale = 'sqrt';

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
    table: colorTables(range)[theme],
    scale: thumbnailScale,
    range,
  };
}
