import { hatchColors } from '../../src/lib/render/colors/index.js';
import {
  createHeatmapLayer,
  createSurface,
  type HeatmapLayer,
  type Surface,
} from '../../src/lib/render/index.js';
import type { Trace } from '../../src/lib/index.js';
import type { Viewport } from '../../src/lib/scene/viewport.js';
import { generateAttention } from '../page/data.js';
import { nextFrame } from '../page/frames.js';
import { traceOf } from './attentrace-trace.js';
import { canvasIn, sizePx, zoomPath, type Contestant } from './contestant.js';

/** Our heatmap's picture without the view around it: no toolbar, labels or overview, but the same cells from the same tiles. */
export function attentracePicture(): Contestant {
  let surface: Surface;
  let layer: HeatmapLayer;
  let reading = false;
  let trace: Trace;
  const tokens = () => trace.stream().queryTokens.length;

  function show(number: number, viewport: Viewport): void {
    layer.setProps({ matrix: trace.stream().matrix(number, 0), viewport });
    surface.drawNow();
  }
  const whole = (): Viewport => ({ query: 0, key: 0, queries: tokens(), keys: tokens() });
  async function drawn(): Promise<boolean> {
    while (reading) await nextFrame();
    return true;
  }

  return {
    async prepare({ host, attention }) {
      surface = createSurface(canvasIn(host), {
        onError(error) {
          throw error;
        },
      });
      surface.resize(sizePx, sizePx, 1);
      await surface.ready;
      layer = createHeatmapLayer(surface, { onReading: (progress) => (reading = progress !== null) });
      layer.setProps({
        rect: { x: 0, y: 0, width: sizePx, height: sizePx },
        causal: { enabled: true, offset: 0, ...hatchColors.light },
      });
      trace = traceOf(generateAttention(64, {}));
      show(0, whole());
      await drawn();
      trace = traceOf(attention);
    },
    first: () => show(0, whole()),
    exact: drawn,
    steps: () => zoomPath(tokens()).map((viewport) => () => show(0, viewport)),
    async layer(number) {
      show(number, whole());
      await drawn();
    },
  };
}
