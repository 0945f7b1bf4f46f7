import { Heatmap, type HeatmapProps, type Trace } from '../../src/lib/index.js';
import { generateAttention } from '../page/data.js';
import { nextFrame } from '../page/frames.js';
import { traceOf } from './attentrace-trace.js';
import { diagonal, sizePx, zoomPath, type Contestant, type Task } from './contestant.js';
import { firstPicture, mountView, viewDrawn, type MountedView } from './mount-view.svelte.js';

/** Titles of one length: the usual ones say how many labels there was room for, and the plot gives way to them. */
const labels = { queryAxis: () => 'query ↓', keyAxis: () => 'key →' };

/**
 * Our heatmap with its defaults but for the titles of its axes, toolbar, labels and overview included; its plot is of the common size.
 *
 * @param options `waitsForAll`: until every weight in sight is in the picture; `layers`: whether there is another to change to
 */
export function attentraceHeatmap(
  makeTrace = ({ attention }: Task): Trace => traceOf(attention),
  { waitsForAll = true, layers = true } = {},
): Contestant {
  let host: HTMLElement;
  let trace: Trace;
  let view: MountedView<HeatmapProps>;
  const tokens = () => trace.stream().queryTokens.length;

  async function changeLayer(layer: number): Promise<void> {
    view.set({ layer, viewport: undefined });
    await nextFrame();
    await viewDrawn(host);
  }

  return {
    async prepare(task) {
      host = task.host;
      const small = traceOf(generateAttention(64, {}));
      await keepContext(small);
      await fitPlot(host, small);
      trace = makeTrace(task);
    },
    first() {
      view = mountView(Heatmap, host, { trace, labels, viewport: undefined, layer: 0 }, [
        'viewport',
        'layer',
      ]);
      return firstPicture(host);
    },
    exact: async () => {
      mustHaveCommonSize(host);
      if (waitsForAll) await viewDrawn(host);
      return waitsForAll;
    },
    steps: () => zoomPath(tokens()).map((viewport) => () => view.set({ viewport })),
    layer: layers ? changeLayer : undefined,
    hoverPoints() {
      const { x, y } = plotOf(host).getBoundingClientRect();
      return diagonal(x, y);
    },
  };
}

/** A small view out of sight keeps the page's context warm, as a page has that shows another view. */
export async function keepContext(trace: Trace): Promise<void> {
  const elsewhere = document.createElement('div');
  elsewhere.style.cssText = 'position: absolute; left: 3000px; inline-size: 500px; block-size: 400px';
  document.body.append(elsewhere);
  mountView(Heatmap, elsewhere, { trace });
  await viewDrawn(elsewhere);
}

const plotOf = (host: HTMLElement) => host.querySelector<HTMLCanvasElement>('.plot canvas')!;

/**
 * Gives the host the size at which the plot has the common one. Labels of the same words take the same room at any number of tokens.
 */
async function fitPlot(host: HTMLElement, trace: Trace): Promise<void> {
  host.style.inlineSize = '1400px';
  host.style.setProperty('--attentrace-height', '1000px');
  const view = mountView(Heatmap, host, { trace, labels });
  await viewDrawn(host);
  // Room for labels depends on the width.
  for (let [wide, high, tries] = [1400, 1000, 0]; tries < 4; tries++) {
    const { width, height } = plotOf(host);
    host.style.inlineSize = `${(wide += sizePx - width)}px`;
    host.style.setProperty('--attentrace-height', `${(high += sizePx - height)}px`);
    await nextFrame();
    await nextFrame();
  }
  mustHaveCommonSize(host);
  view.destroy();
}

function mustHaveCommonSize(host: HTMLElement): void {
  const { width, height } = plotOf(host);
  if (width !== sizePx || height !== sizePx)
    throw new Error(`The plot is ${width} × ${height}, not ${sizePx} × ${sizePx} pixels.`);
}
