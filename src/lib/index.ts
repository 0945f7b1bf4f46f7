export { default as Explorer } from './views/explorer/Explorer.svelte';
export { default as HeadView } from './views/head-view/HeadView.svelte';
export { default as Heatmap } from './views/heatmap/Heatmap.svelte';
export { default as ModelView } from './views/model-view/ModelView.svelte';
export { default as NeuronView } from './views/neuron-view/NeuronView.svelte';
export { default as TokenView } from './views/token-view/TokenView.svelte';
export { parseSelection, serializeSelection } from './explore/serialize-selection.js';
export { createTrace, isSigned, quantities, segmentsFromText, TraceError } from './trace/index.js';

export type { Hover, Selection } from './explore/types.js';
export type { ExplorerProps } from './views/explorer/types.js';
export type { HeadViewProps } from './views/head-view/types.js';
export type { ColorName, HeatmapProps } from './views/heatmap/types.js';
export type { ModelViewProps } from './views/model-view/types.js';
export type { NeuronViewProps } from './views/neuron-view/types.js';
export type { TokenViewProps } from './views/token-view/types.js';
export type { Viewport } from './views/heatmap/viewport.js';
export { defaultLabels, type Labels } from './views/kit/labels.js';
export type { Theme, ViewProps } from './views/kit/types.js';
export type {
  AttentionInput,
  AttentionSource,
  Evidence,
  PresentMask,
  Quantity,
  QuantityName,
  Segment,
  SegmentPlace,
  SideInput,
  Stream,
  StreamName,
  Tensor,
  Token,
  Trace,
  TraceErrorCode,
  TraceInput,
} from './trace/index.js';
