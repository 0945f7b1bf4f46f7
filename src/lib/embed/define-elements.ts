import { elementOf } from './element.js';
import {
  budgetView,
  compareView,
  evidenceView,
  explorer,
  groupView,
  headScatter,
  headView,
  heatmap,
  modelView,
  neuronView,
  tokenView,
} from './views.js';

/** Defines the elements, those that nobody has defined. On a server there are none. */
export function defineElements(): void {
  if (typeof customElements === 'undefined') return;
  // The explorer first: those inside look for one around.
  const elements = {
    'attentrace-explorer': elementOf(explorer),
    'attentrace-budget-view': elementOf(budgetView),
    'attentrace-compare-view': elementOf(compareView),
    'attentrace-evidence-view': elementOf(evidenceView),
    'attentrace-group-view': elementOf(groupView),
    'attentrace-head-scatter': elementOf(headScatter),
    'attentrace-head-view': elementOf(headView),
    'attentrace-heatmap': elementOf(heatmap),
    'attentrace-model-view': elementOf(modelView),
    'attentrace-neuron-view': elementOf(neuronView),
    'attentrace-token-view': elementOf(tokenView),
  };
  for (const [tag, element] of Object.entries(elements))
    if (!customElements.get(tag)) customElements.define(tag, element);
}
