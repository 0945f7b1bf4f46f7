export { default as BudgetView } from './views/budget-view/BudgetView.svelte';
export { default as CompareView } from './views/compare-view/CompareView.svelte';
export { default as EvidenceView } from './views/evidence-view/EvidenceView.svelte';
export { default as Explorer } from './views/explorer/Explorer.svelte';
export { default as GroupView } from './views/group-view/GroupView.svelte';
export { default as HeadScatter } from './views/head-scatter/HeadScatter.svelte';
export { default as HeadView } from './views/head-view/HeadView.svelte';
export { default as Heatmap } from './views/heatmap/Heatmap.svelte';
export { default as ModelView } from './views/model-view/ModelView.svelte';
export { default as NeuronView } from './views/neuron-view/NeuronView.svelte';
export { default as TokenView } from './views/token-view/TokenView.svelte';
export { createExploration, type Exploration } from './explore/exploration.svelte.js';
export { createView, type View } from './embed/create-view.js';
export { parseSelection, serializeSelection } from './explore/serialize-selection.js';
export {
  createTrace,
  deriveStream,
  isSigned,
  isTraceError,
  quantities,
  segmentsFromImages,
  segmentsFromText,
  TraceError,
  traceOf,
} from './trace/index.js';
export { budgetViewOptions, type BudgetViewOptions } from './views/budget-view/options.js';
export { compareViewOptions, type CompareViewOptions } from './views/compare-view/options.js';
export { evidenceViewOptions, type EvidenceViewOptions } from './views/evidence-view/options.js';
export { explorerOptions, type ExplorerOptions } from './views/explorer/options.js';
export { groupViewOptions, type GroupViewOptions } from './views/group-view/options.js';
export { headScatterOptions, type HeadScatterOptions } from './views/head-scatter/options.js';
export { headViewOptions, type HeadViewOptions } from './views/head-view/options.js';
export { heatmapOptions, type HeatmapOptions } from './views/heatmap/options.js';
export { defaultLabels, type Labels } from './views/kit/labels/index.js';
export { parseOptions, serializeOptions } from './views/kit/serialize-options.js';
export { modelViewOptions, type ModelViewOptions } from './views/model-view/options.js';
export { neuronViewOptions, type NeuronViewOptions } from './views/neuron-view/options.js';
export { tokenViewOptions, type TokenViewOptions } from './views/token-view/options.js';

export type { Granularity, Hide, Lens } from './analysis/lens/index.js';
export type {
  Align,
  Group,
  HeadPair,
  HeadPlace,
  HeadWeights,
  Match,
  MeasureName,
  NamedMeasure,
  HeadValue,
  NamedValues,
} from './analysis/index.js';
export type { Drawn, PlainProps, ViewDrawings, ViewHandle } from './embed/types.js';
export type { Hover, SelectedGroup, Selection } from './explore/types.js';
export type { ColorTable, Scale } from './render/colors/index.js';
export type { BudgetViewProps } from './views/budget-view/types.js';
export type { CompareViewProps } from './views/compare-view/types.js';
export type { EvidenceViewProps } from './views/evidence-view/types.js';
export type { ExplorerProps } from './views/explorer/types.js';
export type { GroupViewProps, RemovedGroup } from './views/group-view/types.js';
export type { HeadScatterProps } from './views/head-scatter/types.js';
export type { Edges, HeadViewProps } from './views/head-view/types.js';
export type { ColorName, HeatmapProps, Normalization } from './views/heatmap/types.js';
export type { Fact, Readout } from './views/kit/readout.js';
export type { SvelteProps, ViewSnippets } from './views/kit/svelte-props.js';
export type { Look, Theme, ViewAttributes, ViewProps } from './views/kit/types.js';
export type { ModelViewProps } from './views/model-view/types.js';
export type { NeuronViewProps } from './views/neuron-view/types.js';
export type { TokenViewProps } from './views/token-view/types.js';
export type { Viewport } from './scene/viewport.js';
export type {
  AttentionInput,
  AttentionSource,
  Derivation,
  Evidence,
  ImageInput,
  Matrix,
  PatchGrid,
  PositionAxis,
  PresentMask,
  Quantity,
  QuantityName,
  Segment,
  SegmentPlace,
  SideInput,
  Stream,
  StreamKind,
  StreamName,
  Tensor,
  Token,
  Trace,
  TraceErrorCode,
  TraceInput,
} from './trace/index.js';
