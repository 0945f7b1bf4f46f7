import { layerColors, packColors, type Scale } from '../../render/colors/index.js';
import type { ThumbnailsProps } from '../../render/index.js';
import { colorTables } from '../kit/value-colors.js';
import type { ModelViewState } from './model-view-state.svelte.js';

/** One scale for all heads, so that thumbnails can be compared; its root lifts the small weights of long texts. */
export const thumbnailScale: Scale = 'sqrt';

/** What thumbnails of every size have in common. */
export function thumbnailLook(
  { view, range }: ModelViewState,
  dark: boolean,
): Pick<ThumbnailsProps, 'stream' | 'kind' | 'colors' | 'table' | 'scale' | 'range'> {
  const theme = dark ? 'dark' : 'light';
  const stream = view.stream!;
  // A layer keeps its colour when others are filtered out.
  const layers = stream.layers.at(-1)! + 1;
  return {
    stream,
    kind: view.options.thumbnail,
    colors: packColors(layerColors(layers, theme)),
    table: colorTables(range)[theme],
    scale: thumbnailScale,
    range,
  };
}
