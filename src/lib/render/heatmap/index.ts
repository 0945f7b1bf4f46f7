export {
  createHeatmapLayer,
  type Causal,
  type HeatmapLayer,
  type HeatmapOptions,
  type HeatmapProps,
  type Reading,
} from './layer.js';
export type { Rect, Viewport } from './window.js';
