export {
  createHeatmapLayer,
  type Causal,
  type HeatmapLayer,
  type HeatmapOptions,
  type HeatmapProps,
  type ReadingProgress,
} from './layer.js';
