import type { Attention } from '../page/data.js';
import { nextFrame } from '../page/frames.js';
import { makeTokens } from './attentrace-trace.js';
import { diagonal, scrollSteps, sizePx, type Contestant } from './contestant.js';
import { rowsOf } from './rows-of.js';

const id = 'circuitsvis';

/** What its script leaves in the page; it says nothing of when a picture is drawn. */
interface CircuitsVis {
  render(id: string, element: unknown, props: object): void;
  readonly [element: string]: unknown;
}

/** One head as a heatmap, drawn by Chart.js. */
export const circuitsvisPattern = (): Contestant =>
  circuitsvis('AttentionPattern', ({ tokens, weights }) => ({
    tokens: makeTokens(tokens),
    attention: rowsOf(weights[0]![0]!, tokens),
  }));

/** The heads of a layer as small heatmaps, and the one pointed at as a large one: its answer to a view of heads. */
export const circuitsvisHeads = (): Contestant =>
  circuitsvis('AttentionHeads', ({ tokens, weights }) => ({
    tokens: makeTokens(tokens),
    attention: weights[0]!.map((head) => rowsOf(head, tokens)),
  }));

/** Running text, shaded by what the last token attends to. */
export const circuitsvisTokens = (): Contestant =>
  circuitsvis('ColoredTokens', ({ tokens, weights }) => ({
    tokens: makeTokens(tokens),
    values: Array.from(weights[0]![0]!.subarray(-tokens), (weight) => weight / 255),
  }));

/** CircuitsVis' own script, run as a notebook runs it. */
function circuitsvis(element: string, propsOf: (attention: Attention) => object): Contestant {
  let host: HTMLElement;
  let library: CircuitsVis;
  let props: object;

  async function draw(given: object): Promise<void> {
    host.innerHTML = `<div id="${id}"></div>`;
    library.render(id, library[element], given);
    do await nextFrame();
    while (!isDrawn(host));
  }

  return {
    async prepare(task) {
      host = task.host;
      host.style.cssText += `inline-size: ${sizePx}px; block-size: ${sizePx}px; overflow: auto`;
      library = await load();
      const heads = [new Uint8Array(16), new Uint8Array(16)];
      await draw(propsOf({ tokens: 4, weights: [heads] }));
      host.replaceChildren();
      props = propsOf(task.attention);
    },
    first: () => draw(props),
    steps: () => (element === 'AttentionPattern' ? [] : scrollSteps(host)),
    hoverPoints: () => diagonal(0, 0),
  };
}

/** Charts say by their canvases' style that they are there; tokens are there or are not. */
function isDrawn(host: HTMLElement): boolean {
  const canvases = [...host.querySelectorAll('canvas')];
  return canvases.length > 0
    ? canvases.every(({ style }) => style.display === 'block')
    : host.querySelector('.colored-tokens') !== null;
}

function load(): Promise<CircuitsVis> {
  const script = document.createElement('script');
  script.src = 'circuitsvis/iife.js';
  document.head.append(script);
  return new Promise((resolve, reject) => {
    script.onload = () => resolve((window as unknown as { CircuitsVis: CircuitsVis }).CircuitsVis);
    script.onerror = () => reject(new Error('CircuitsVis could not be had.'));
  });
}
