import { HeatmapChart } from 'echarts/charts';
import {
  DataZoomInsideComponent,
  GridComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from 'echarts/components';
import { init, use, type ECharts } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { paper } from '../../src/lib/render/colors/index.js';
import type { Viewport } from '../../src/lib/scene/viewport.js';
import { diagonal, sizePx, zoomPath, type Contestant } from './contestant.js';

/**
 * echarts' `heatmap` series on a canvas: no animation, no progressive drawing, which takes longer to the whole picture, no
 * emphasis until hover is measured, cells as one flat typed array, and those outside the zoom filtered away.
 */
export function echartsHeatmap(): Contestant {
  let host: HTMLElement;
  let chart: ECharts;
  let tokens: number;
  let layers: Float32Array[];

  const series = (layer: number) => ({
    type: 'heatmap',
    data: layers[layer],
    dimensions: ['key', 'query', 'weight'],
    encode: { x: 'key', y: 'query', value: 'weight' },
    progressive: 0,
    animation: false,
    silent: true,
    emphasis: { disabled: true },
  });
  const draw = (target: ECharts, layer: number) => {
    const positions = Array.from({ length: tokens }, (_, i) => i);
    return drawn(target, () =>
      target.setOption({
        animation: false,
        grid: { left: 0, right: 0, top: 0, bottom: 0 },
        xAxis: { type: 'category', data: positions, show: false },
        yAxis: { type: 'category', data: positions, inverse: true, show: false },
        visualMap: { type: 'continuous', min: 0, max: 255, show: false, inRange: { color: colors } },
        dataZoom: ['xAxisIndex', 'yAxisIndex'].map((axis) => ({ type: 'inside', [axis]: 0, zoomLock: true })),
        tooltip: { show: false },
        series: [series(layer)],
      }),
    );
  };
  const start = () => init(host, null, { renderer: 'canvas', width: sizePx, height: sizePx });
  const zoom = ({ query, key, queries, keys }: Viewport) => {
    const range = (from: number, count: number) => ({
      startValue: Math.floor(from),
      endValue: Math.min(Math.ceil(from + count), tokens) - 1,
    });
    const batch = [range(key, keys), range(query, queries)];
    return drawn(chart, () =>
      chart.dispatchAction({
        type: 'dataZoom',
        batch: batch.map((seen, dataZoomIndex) => ({ dataZoomIndex, ...seen })),
      }),
    );
  };

  return {
    async prepare(task) {
      host = task.host;
      tokens = 8;
      layers = [toCells(new Uint8Array(64), 8)];
      chart = start();
      await draw(chart, 0);
      chart.dispose();
      tokens = task.attention.tokens;
      layers = task.attention.weights.map((heads) => toCells(heads[0]!, tokens));
    },
    first() {
      chart = start();
      return draw(chart, 0);
    },
    steps: () => zoomPath(tokens).map((viewport) => () => zoom(viewport)),
    layer: (layer) => drawn(chart, () => chart.setOption({ series: [series(layer)] })),
    beforeHover: () =>
      drawn(chart, () =>
        chart.setOption({
          tooltip: { show: true },
          series: [{ silent: false, emphasis: { disabled: false } }],
        }),
      ),
    hoverPoints: () => diagonal(0, 0),
  };
}

/** Done when the chart says that all is drawn, at once or in later frames. */
function drawn(chart: ECharts, change: () => void): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      chart.off('finished', done);
      resolve();
    };
    chart.on('finished', done);
    change();
  });
}

/** Column, row, weight of each cell. */
function toCells(weights: Uint8Array, tokens: number): Float32Array {
  const cells = new Float32Array(3 * tokens * tokens);
  for (let row = 0, i = 0; row < tokens; row++)
    for (let col = 0; col < tokens; col++) {
      cells[i++] = col;
      cells[i++] = row;
      cells[i++] = weights[row * tokens + col]!;
    }
  return cells;
}

const colors = Array.from({ length: 17 }, (_, i) => {
  const at = 3 * Math.round((255 * i) / 16);
  return `rgb(${paper.subarray(at, at + 3).join(',')})`;
});

use([
  CanvasRenderer,
  DataZoomInsideComponent,
  GridComponent,
  HeatmapChart,
  TooltipComponent,
  VisualMapContinuousComponent,
]);
