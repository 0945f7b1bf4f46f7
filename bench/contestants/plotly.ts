import Plotly from 'plotly.js-dist-min';
import { paper } from '../../src/lib/render/colors/index.js';
import type { Viewport } from '../../src/lib/scene/viewport.js';
import { diagonal, sizePx, zoomPath, type Contestant } from './contestant.js';

/**
 * plotly's `heatmap` trace; its WebGL one is gone since version 3. Rows are views of the weights, nothing reacts to the pointer
 * until that is measured, and cells are not smoothed: the drawing is then a pixel a cell, scaled by the browser.
 */
export function plotlyHeatmap(): Contestant {
  let host: HTMLElement;
  let tokens: number;
  let layers: Uint8Array[][];

  const trace = (layer: number, hover: boolean) => ({
    type: 'heatmap',
    z: layers[layer],
    zauto: false,
    zmin: 0,
    zmax: 255,
    colorscale,
    showscale: false,
    zsmooth: false,
    hoverinfo: hover ? 'z' : 'skip',
  });
  const ranges = ({ query, key, queries, keys }: Viewport) => ({
    'xaxis.range': [key - 0.5, key + keys - 0.5],
    'yaxis.range': [query + queries - 0.5, query - 0.5],
  });
  const layout = () => ({
    width: sizePx,
    height: sizePx,
    margin: { l: 0, r: 0, t: 0, b: 0 },
    xaxis: { range: [-0.5, tokens - 0.5], visible: false },
    yaxis: { range: [tokens - 0.5, -0.5], visible: false },
  });
  const draw = (layer: number, hover = false) =>
    Plotly.newPlot(host, [trace(layer, hover)], layout(), { staticPlot: !hover, displayModeBar: false });

  return {
    async prepare(task) {
      host = task.host;
      tokens = 8;
      layers = [toRows(new Uint8Array(64), 8)];
      await draw(0);
      Plotly.purge(host);
      tokens = task.attention.tokens;
      layers = task.attention.weights.map((heads) => toRows(heads[0]!, tokens));
    },
    first: () => draw(0),
    steps: () => zoomPath(tokens).map((viewport) => () => Plotly.relayout(host, ranges(viewport))),
    layer: (layer) => Plotly.restyle(host, { z: [layers[layer]] }),
    beforeHover: () => draw(0, true),
    hoverPoints: () => diagonal(0, 0),
  };
}

function toRows(weights: Uint8Array, tokens: number): Uint8Array[] {
  return Array.from({ length: tokens }, (_, row) => weights.subarray(row * tokens, (row + 1) * tokens));
}

/** 17 of the table's colours: more make it slower. */
const colorscale = Array.from({ length: 17 }, (_, i): [number, string] => {
  const at = 3 * Math.round((255 * i) / 16);
  return [i / 16, `rgb(${paper.subarray(at, at + 3).join(',')})`];
});
