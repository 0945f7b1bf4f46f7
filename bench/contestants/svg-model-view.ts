import { select } from 'd3-selection';
import { headColors } from '../../src/lib/render/colors/index.js';
import { drawLines } from './svg-lines.js';
import { sizePx, type Contestant } from './contestant.js';

/** A grid of layers and heads as notebook tools draw it: an `<svg>`, a small panel a head in it, a `<line>` a weight. */
export function svgModelView(): Contestant {
  let host: HTMLElement;
  let tokens: number;
  let layers: readonly (readonly Uint8Array[])[];

  function draw(): void {
    const panelPx = sizePx / layers.length;
    const colors = headColors(layers.length, 'light');
    const rows = select(host)
      .selectAll<SVGSVGElement, null>('svg')
      .data([null])
      .join('svg')
      .attr('width', sizePx)
      .attr('height', sizePx)
      .selectAll<SVGGElement, readonly Uint8Array[]>('g.layer')
      .data(layers)
      .join('g')
      .attr('class', 'layer')
      .attr('transform', (_, layer) => `translate(0 ${layer * panelPx})`);
    const panels = rows
      .selectAll<SVGGElement, Uint8Array>('g.head')
      .data((heads) => heads)
      .join('g')
      .attr('class', 'head')
      .attr('transform', (_, head) => `translate(${head * panelPx} 0)`);
    drawLines(panels, tokens, {
      left: panelPx * 0.1,
      right: panelPx * 0.9,
      rowPx: panelPx / tokens,
      opacity: 1,
      color: (head) => colors[layers.findIndex((heads) => heads.includes(head))]!,
      named: false,
    });
  }

  return {
    prepare(task) {
      host = task.host;
      tokens = 4;
      layers = [[new Uint8Array(16)]];
      draw();
      host.replaceChildren();
      tokens = task.attention.tokens;
      layers = task.attention.weights;
    },
    first: draw,
    steps: () => [],
  };
}
