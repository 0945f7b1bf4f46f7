export type { Lines } from '../../scene/head-scene.js';
export { createLinesLayer, type LinesLayer, type LinesProps } from './layer.js';
