import type { BudgetViewProps } from '../views/budget-view/types.js';
import type { CompareViewProps } from '../views/compare-view/types.js';
import type { EvidenceViewProps } from '../views/evidence-view/types.js';
import type { ExplorerProps } from '../views/explorer/types.js';
import type { GroupViewProps } from '../views/group-view/types.js';
import type { HeadScatterProps } from '../views/head-scatter/types.js';
import type { HeadViewProps } from '../views/head-view/types.js';
import type { HeatmapProps } from '../views/heatmap/types.js';
import type { ModelViewProps } from '../views/model-view/types.js';
import type { NeuronViewProps } from '../views/neuron-view/types.js';
import type { TokenViewProps } from '../views/token-view/types.js';
import { defineElements } from './define-elements.js';
import type { PropsElement } from './element.js';

declare global {
  interface HTMLElementTagNameMap {
    'attentrace-budget-view': PropsElement<BudgetViewProps>;
    'attentrace-compare-view': PropsElement<CompareViewProps>;
    'attentrace-evidence-view': PropsElement<EvidenceViewProps>;
    'attentrace-explorer': PropsElement<ExplorerProps>;
    'attentrace-group-view': PropsElement<GroupViewProps>;
    'attentrace-head-scatter': PropsElement<HeadScatterProps>;
    'attentrace-head-view': PropsElement<HeadViewProps>;
    'attentrace-heatmap': PropsElement<HeatmapProps>;
    'attentrace-model-view': PropsElement<ModelViewProps>;
    'attentrace-neuron-view': PropsElement<NeuronViewProps>;
    'attentrace-token-view': PropsElement<TokenViewProps>;
  }
}

defineElements();

export type { PropsElement, ViewElement } from './element.js';
