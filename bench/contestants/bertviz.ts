import * as d3 from 'd3';
import jquery from 'jquery';
import { makeTokens, neuronSize, vectorsOf } from './attentrace-trace.js';
import { scrollSteps, sizePx, type Contestant, type Task } from './contestant.js';
import { rowsOf } from './rows-of.js';

const id = 'bertviz';

type Script = 'head_view' | 'model_view' | 'neuron_view';

/** BertViz's own script, run as a notebook runs it: its data written out as numbers, with the d3 and jQuery that it asks for. */
export function bertviz(script: Script): Contestant {
  let host: HTMLElement;
  let run: (data: object) => void;
  let data: object;

  function draw(given: object): void {
    host.innerHTML = `<div id="${id}"><select id="layer"></select><select id="att_head"></select><div id="vis"></div></div>`;
    run(given);
  }

  return {
    async prepare(task) {
      host = task.host;
      host.style.cssText += `inline-size: ${sizePx}px; block-size: ${sizePx}px; overflow: auto`;
      run = await load(script);
      const small = { tokens: 4, weights: [[new Uint8Array(16)]] };
      draw(paramsOf(script, { host, tokens: 4, attention: small }));
      host.replaceChildren();
      data = paramsOf(script, task);
    },
    first: () => draw(data),
    steps: () => (script === 'model_view' ? [] : scrollSteps(host)),
    layer:
      script === 'head_view'
        ? (layer) => void jquery(`#${id} #layer`).val(layer).trigger('change')
        : undefined,
    // Twelve tokens of the left side.
    hoverPoints: () =>
      script === 'model_view' ? [] : Array.from({ length: 12 }, (_, i) => [60, 180 + 45 * i]),
  };
}

async function load(script: Script): Promise<(data: object) => void> {
  const response = await fetch(`bertviz/${script}.js`);
  if (!response.ok) throw new Error('BertViz could not be had.');
  const code = new Function('require', 'requirejs', 'PYTHON_PARAMS', await response.text());
  const requirejs = (_: string[], body: (...modules: unknown[]) => void) => body(jquery, d3);
  return (data) => {
    // Where the neuron view takes it from.
    Object.assign(window, { bertviz_params: data });
    code({ config() {} }, requirejs, data);
  };
}

function paramsOf(script: Script, { tokens, attention: { weights } }: Task): object {
  const attn = weights.map((heads) => heads.map((head) => rowsOf(head, tokens)));
  const texts = { left_text: makeTokens(tokens), right_text: makeTokens(tokens) };
  const shared = { display_mode: 'light', root_div_id: id, layer: null };
  if (script === 'neuron_view') {
    const vectors = vectorsOf(tokens).data;
    const rows = Array.from({ length: tokens }, (_, i) =>
      Array.from(vectors.subarray(i * neuronSize, (i + 1) * neuronSize)),
    );
    const all = { attn, queries: [[rows]], keys: [[rows]], ...texts };
    return { ...shared, attention: { all }, default_filter: 'all', bidirectional: true, head: null };
  }
  return {
    ...shared,
    attention: [{ name: null, attn, ...texts }],
    default_filter: '0',
    heads: null,
    include_layers: weights.map((_, layer) => layer),
    include_heads: weights[0]!.map((_, head) => head),
    total_heads: weights[0]!.length,
  };
}
