export {
  createHeatmapLayer,
  type Causal,
  type HeatmapLayer,
  type HeatmapLayerOptions,
  type HeatmapLayerProps,
  type ReadingProgress,
} from './layer.js';
