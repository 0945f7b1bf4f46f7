/**
 * What `attentrace` is where Svelte is not compiled, as in a script of Node: all that needs no browser, and views that say, when
 * they are used, what they need. Apps that render views on a server take index.ts, by the condition `svelte`.
 */
export { parseSelection, serializeSelection } from './explore/serialize-selection.js';
export {
  createTrace,
  deriveStream,
  isSigned,
  isTraceError,
  quantities,
  segmentsFromText,
  TraceError,
  traceOf,
} from './trace/index.js';
export { explorerOptions } from './views/explorer/options.js';
export { headViewOptions } from './views/head-view/options.js';
export { heatmapOptions } from './views/heatmap/options.js';
export { defaultLabels } from './views/kit/labels/index.js';
export { parseOptions, serializeOptions } from './views/kit/serialize-options.js';
export { modelViewOptions } from './views/model-view/options.js';
export { neuronViewOptions } from './views/neuron-view/options.js';
export { tokenViewOptions } from './views/token-view/options.js';

export const Explorer = component('Explorer');
export const HeadView = component('HeadView');
export const Heatmap = component('Heatmap');
export const ModelView = component('ModelView');
export const NeuronView = component('NeuronView');
export const TokenView = component('TokenView');
export const createExploration = component('createExploration');

function component(name: string): () => never {
  return () => {
    throw new Error(
      `${name} of attentrace is a Svelte component, and nothing here compiles Svelte. Use it in an app whose bundler does ` +
        `and resolves the condition 'svelte', as Vite with its Svelte plugin and SvelteKit do. A script that only needs ` +
        `traces can import from attentrace/trace, which loads anywhere.`,
    );
  };
}
