import { select } from 'd3-selection';
import { headColors } from '../../src/lib/render/colors/index.js';
import { makeTokens } from './attentrace-trace.js';
import { drawLines } from './svg-lines.js';
import { scrollSteps, sizePx, type Contestant } from './contestant.js';

const rowPx = 22;
const columnPx = 110;

/** The lines of all heads of a layer as notebook tools draw them: a `<line>` a weight, tokens as `<text>`. */
export function svgHeadView(): Contestant {
  let host: HTMLElement;
  let tokens: string[];
  let layers: readonly (readonly Uint8Array[])[];

  function draw(layer: number): void {
    const count = tokens.length;
    const heads = layers[layer]!;
    const colors = headColors(heads.length, 'light');
    const svg = select(host)
      .selectAll<SVGSVGElement, number>('svg')
      .data([count])
      .join('svg')
      .attr('width', sizePx - 20)
      .attr('height', (n) => n * rowPx);
    const groups = svg
      .selectAll<SVGGElement, Uint8Array>('g.head')
      .data(heads)
      .join('g')
      .attr('class', 'head');
    drawLines(groups, count, {
      left: columnPx,
      right: sizePx - 20 - columnPx,
      rowPx,
      opacity: 1 / heads.length,
      color: (head) => colors[heads.indexOf(head)]!,
      named: true,
    });
    for (const side of ['query', 'key'] as const)
      svg
        .selectAll<SVGTextElement, string>(`text.${side}`)
        .data(tokens)
        .join('text')
        .attr('class', side)
        .attr('x', side === 'query' ? columnPx - 8 : sizePx - 20 - columnPx + 8)
        .attr('y', (_, i) => (i + 0.7) * rowPx)
        .attr('text-anchor', side === 'query' ? 'end' : 'start')
        .text((token) => token)
        .on('mouseenter', (event: Event) => {
          const texts = [...host.querySelectorAll(`text.${side}`)];
          focus(texts.indexOf(event.currentTarget as Element));
        });
  }
  /** Shows the lines of one query. */
  function focus(query: number): void {
    select(host)
      .selectAll('g.query')
      .attr('visibility', (_, i) => (i % tokens.length === query ? 'visible' : 'hidden'));
  }

  return {
    prepare(task) {
      host = task.host;
      host.style.cssText += `inline-size: ${sizePx}px; block-size: ${sizePx}px; overflow: auto`;
      tokens = makeTokens(4);
      layers = [[new Uint8Array(16)]];
      draw(0);
      host.replaceChildren();
      tokens = makeTokens(task.attention.tokens);
      layers = task.attention.weights;
    },
    first: () => draw(0),
    steps: () => scrollSteps(host),
    layer: draw,
    hoverPoints: () => Array.from({ length: 4 }, (_, i) => [columnPx - 16, 180 + 3 * rowPx * i + rowPx / 2]),
  };
}
