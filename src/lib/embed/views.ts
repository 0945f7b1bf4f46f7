import type { Component } from 'svelte';
import BudgetView from '../views/budget-view/BudgetView.svelte';
import { budgetViewOptions } from '../views/budget-view/options.js';
import type { BudgetViewProps } from '../views/budget-view/types.js';
import CompareView from '../views/compare-view/CompareView.svelte';
import { compareViewOptions } from '../views/compare-view/options.js';
import type { CompareViewProps } from '../views/compare-view/types.js';
import EvidenceView from '../views/evidence-view/EvidenceView.svelte';
import { evidenceViewOptions } from '../views/evidence-view/options.js';
import type { EvidenceViewProps } from '../views/evidence-view/types.js';
import Explorer from '../views/explorer/Explorer.svelte';
import { explorerOptions } from '../views/explorer/options.js';
import type { ExplorerProps } from '../views/explorer/types.js';
import GroupView from '../views/group-view/GroupView.svelte';
import { groupViewOptions } from '../views/group-view/options.js';
import type { GroupViewProps } from '../views/group-view/types.js';
import HeadScatter from '../views/head-scatter/HeadScatter.svelte';
import { headScatterOptions } from '../views/head-scatter/options.js';
import type { HeadScatterProps } from '../views/head-scatter/types.js';
import HeadView from '../views/head-view/HeadView.svelte';
import { headViewOptions } from '../views/head-view/options.js';
import type { HeadViewProps } from '../views/head-view/types.js';
import Heatmap from '../views/heatmap/Heatmap.svelte';
import { heatmapOptions } from '../views/heatmap/options.js';
import type { HeatmapProps } from '../views/heatmap/types.js';
import type { OptionRule } from '../views/kit/option-rules.js';
import { boundProps, sharedProps, type OptionProps, type ViewProps } from '../views/kit/types.js';
import ModelView from '../views/model-view/ModelView.svelte';
import { modelViewOptions } from '../views/model-view/options.js';
import type { ModelViewProps } from '../views/model-view/types.js';
import NeuronView from '../views/neuron-view/NeuronView.svelte';
import { neuronViewOptions } from '../views/neuron-view/options.js';
import type { NeuronViewProps } from '../views/neuron-view/types.js';
import TokenView from '../views/token-view/TokenView.svelte';
import { tokenViewOptions } from '../views/token-view/options.js';
import type { TokenViewProps } from '../views/token-view/types.js';
import { sharedRule } from './check-props.js';

/** A view, as what wraps it for a framework needs to know it. `P`: its props. */
export interface ViewKind<P extends object> {
  readonly name: string;
  readonly component: Component<P>;
  /** The names of all its props. */
  readonly props: readonly string[];
  /** What a prop may be, where that is known. */
  ruleOf(prop: string): OptionRule<unknown> | undefined;
}

/** The props of a view that are neither those of all views nor options. */
type Own<P, O> = Exclude<keyof P & string, keyof ViewProps | keyof OptionProps<object> | keyof O>;

const kind =
  <P extends object>() =>
  <O extends object>(
    name: string,
    component: unknown,
    options: O,
    own: Record<Own<P, O>, true>,
  ): ViewKind<P> => ({
    name,
    component: component as Component<P>,
    props: [...boundProps, ...sharedProps, ...Object.keys(options), ...Object.keys(own)],
    ruleOf: (prop) => (options as Record<string, OptionRule<unknown>>)[prop] ?? sharedRule(prop),
  });

export const budgetView = /* @__PURE__ */ kind<BudgetViewProps>()(
  'BudgetView',
  BudgetView,
  budgetViewOptions,
  { groups: true },
);
export const compareView = /* @__PURE__ */ kind<CompareViewProps>()(
  'CompareView',
  CompareView,
  compareViewOptions,
  { a: true, b: true, nameA: true, nameB: true, align: true, match: true, floor: true },
);
export const evidenceView = /* @__PURE__ */ kind<EvidenceViewProps>()(
  'EvidenceView',
  EvidenceView,
  evidenceViewOptions,
  {},
);
export const explorer = /* @__PURE__ */ kind<ExplorerProps>()('Explorer', Explorer, explorerOptions, {});
export const groupView = /* @__PURE__ */ kind<GroupViewProps>()('GroupView', GroupView, groupViewOptions, {
  queryGroups: true,
  keyGroups: true,
  removed: true,
  headWeights: true,
});
export const headScatter = /* @__PURE__ */ kind<HeadScatterProps>()(
  'HeadScatter',
  HeadScatter,
  headScatterOptions,
  {},
);
export const headView = /* @__PURE__ */ kind<HeadViewProps>()('HeadView', HeadView, headViewOptions, {});
export const heatmap = /* @__PURE__ */ kind<HeatmapProps>()('Heatmap', Heatmap, heatmapOptions, {
  colors: true,
  memoryBudget: true,
});
export const modelView = /* @__PURE__ */ kind<ModelViewProps>()('ModelView', ModelView, modelViewOptions, {
  includeLayers: true,
  includeHeads: true,
});
export const neuronView = /* @__PURE__ */ kind<NeuronViewProps>()(
  'NeuronView',
  NeuronView,
  neuronViewOptions,
  {},
);
export const tokenView = /* @__PURE__ */ kind<TokenViewProps>()('TokenView', TokenView, tokenViewOptions, {});
