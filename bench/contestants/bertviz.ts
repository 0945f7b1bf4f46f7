import * as d3 from 'd3';
import jquery from 'jquery';
import type { Attention } from '../page/data.js';
import { makeTokens } from './attentrace-trace.js';
import { scrollSteps, sizePx, type Contestant } from './contestant.js';

/** BertViz's own script, run as a notebook runs it: its data written out as numbers, with the d3 and jQuery that it asks for. */
export function bertviz(script: 'head_view' | 'model_view'): Contestant {
  const id = 'bertviz';
  let host: HTMLElement;
  let run: (data: object) => void;
  let data: object;

  function draw(given: object): void {
    host.innerHTML = `<div id="${id}"><select id="layer"></select><div id="vis"></div></div>`;
    run(given);
  }
  const dataOf = ({ weights }: Attention, tokens: string[]) => ({
    attention: [
      {
        name: null,
        attn: weights.map((heads) => heads.map((head) => rowsOf(head, tokens.length))),
        left_text: tokens,
        right_text: tokens,
      },
    ],
    default_filter: '0',
    display_mode: 'light',
    root_div_id: id,
    layer: null,
    heads: null,
    include_layers: weights.map((_, layer) => layer),
    include_heads: weights[0]!.map((_, head) => head),
    total_heads: weights[0]!.length,
  });

  return {
    async prepare(task) {
      host = task.host;
      host.style.cssText += `inline-size: ${sizePx}px; block-size: ${sizePx}px; overflow: auto`;
      const response = await fetch(`bertviz/${script}.js`);
      if (!response.ok) throw new Error('BertViz could not be had.');
      const code = new Function('require', 'requirejs', 'PYTHON_PARAMS', await response.text());
      const requirejs = (_: string[], body: (...modules: unknown[]) => void) => body(jquery, d3);
      run = (given) => code({ config() {} }, requirejs, given);
      draw(dataOf({ tokens: 4, weights: [[new Uint8Array(16)]] }, makeTokens(4)));
      host.replaceChildren();
      data = dataOf(task.attention, makeTokens(task.attention.tokens));
    },
    first: () => draw(data),
    steps: () => (script === 'head_view' ? scrollSteps(host) : []),
    layer:
      script === 'head_view'
        ? (layer) => void jquery(`#${id} #layer`).val(layer).trigger('change')
        : undefined,
    // Twelve tokens of the left side.
    hoverPoints: () =>
      script === 'head_view' ? Array.from({ length: 12 }, (_, i) => [60, 180 + 45 * i]) : [],
  };
}

function rowsOf(head: Uint8Array, tokens: number): number[][] {
  return Array.from({ length: tokens }, (_, row) =>
    Array.from(head.subarray(row * tokens, (row + 1) * tokens), (weight) => weight / 255),
  );
}
