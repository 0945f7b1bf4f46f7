import { Deck, OrthographicView, type Device } from '@deck.gl/core';
import { BitmapLayer } from '@deck.gl/layers';
import type { Viewport } from '../../src/lib/scene/viewport.js';
import { diagonal, sizePx, zoomPath, type Contestant } from './contestant.js';
import { colorCells } from './put-image-data.js';

/**
 * deck.gl's BitmapLayer: cells coloured before the clock starts, in a texture without mipmaps, which it would make otherwise.
 * One layer holds one texture, so 8,192 tokens are the most in software.
 */
export function deckHeatmap(): Contestant {
  let deck: Deck;
  let device: Device;
  let tokens: number;
  let images: ImageData[];
  let picked = false;

  const layer = (index: number) =>
    new BitmapLayer({
      id: `layer-${index}-${tokens}`,
      bounds: [0, tokens, tokens, 0],
      pickable: picked,
      image: device.createTexture({
        data: images[index]!.data,
        width: tokens,
        height: tokens,
        format: 'rgba8unorm',
        mipLevels: 1,
        sampler: { minFilter: 'nearest', magFilter: 'nearest' },
      }),
    });
  const viewState = ({ query, key, queries, keys }: Viewport) => ({
    target: [key + keys / 2, query + queries / 2, 0],
    zoom: Math.log2(sizePx / keys),
  });
  const draw = (index: number) => {
    deck.setProps({
      viewState: viewState({ query: 0, key: 0, queries: tokens, keys: tokens }),
      layers: [layer(index)],
    });
    return drawn();
  };
  const drawn = () => new Promise<void>((resolve) => deck.setProps({ onAfterRender: () => resolve() }));

  return {
    async prepare({ host, attention }) {
      await new Promise<void>((resolve) => {
        deck = new Deck({
          parent: host,
          width: sizePx,
          height: sizePx,
          useDevicePixels: 1,
          controller: false,
          views: new OrthographicView({ flipY: true }),
          viewState: { target: [0, 0, 0], zoom: 0 },
          getTooltip: (info) => (info.picked ? 'weight' : null),
          onDeviceInitialized: (started) => (device = started),
          onLoad: resolve,
        });
      });
      tokens = 64;
      images = [colorCells(new Uint8Array(64 * 64), 64)];
      await draw(0);
      tokens = attention.tokens;
      images = attention.weights.map((heads) => colorCells(heads[0]!, tokens));
    },
    first: () => draw(0),
    steps: () => zoomPath(tokens).map((viewport) => () => deck.setProps({ viewState: viewState(viewport) })),
    layer: draw,
    beforeHover() {
      picked = true;
      return draw(0);
    },
    hoverPoints: () => diagonal(0, 0),
  };
}
