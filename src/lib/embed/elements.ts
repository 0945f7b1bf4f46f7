import type { ExplorerProps } from '../views/explorer/types.js';
import type { GroupViewProps } from '../views/group-view/types.js';
import type { HeadViewProps } from '../views/head-view/types.js';
import type { HeatmapProps } from '../views/heatmap/types.js';
import type { ModelViewProps } from '../views/model-view/types.js';
import type { NeuronViewProps } from '../views/neuron-view/types.js';
import type { TokenViewProps } from '../views/token-view/types.js';
import { elementOf, type PropsElement } from './element.js';
import { explorer, groupView, headView, heatmap, modelView, neuronView, tokenView } from './views.js';

declare global {
  interface HTMLElementTagNameMap {
    'attentrace-explorer': PropsElement<ExplorerProps>;
    'attentrace-group-view': PropsElement<GroupViewProps>;
    'attentrace-head-view': PropsElement<HeadViewProps>;
    'attentrace-heatmap': PropsElement<HeatmapProps>;
    'attentrace-model-view': PropsElement<ModelViewProps>;
    'attentrace-neuron-view': PropsElement<NeuronViewProps>;
    'attentrace-token-view': PropsElement<TokenViewProps>;
  }
}

// The explorer first: those inside look for one around.
const elements = {
  'attentrace-explorer': elementOf(explorer),
  'attentrace-group-view': elementOf(groupView),
  'attentrace-head-view': elementOf(headView),
  'attentrace-heatmap': elementOf(heatmap),
  'attentrace-model-view': elementOf(modelView),
  'attentrace-neuron-view': elementOf(neuronView),
  'attentrace-token-view': elementOf(tokenView),
};

if (typeof customElements !== 'undefined')
  for (const [tag, element] of Object.entries(elements))
    if (!customElements.get(tag)) customElements.define(tag, element);

export type { PropsElement, ViewElement } from './element.js';
