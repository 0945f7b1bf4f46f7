/**
 * Drawing with Pixi: surfaces to draw on, and the layers that draw. Browser only, and heavy: views load what they draw with when they are
 * mounted, `await import('../../render/heatmap/index.js')`. Colours and scales are in `colors/`, for the server too.
 */
import { contextCount } from './stage.js';
import { surfaceCount } from './surface.js';
import { textureCount } from './textures.js';

export { RenderError, type RenderErrorCode } from './errors.js';
export * from './heatmap/index.js';
export type { Layer } from './layer.js';
export * from './lines/index.js';
export * from './thumbnails/index.js';
export * from './signed/index.js';
export { createSurface, type Surface, type SurfaceOptions } from './surface.js';

/** What is alive on the page, for tests and for finding leaks. */
export function stageInfo(): { contexts: number; surfaces: number; textures: number } {
  return { contexts: contextCount(), surfaces: surfaceCount(), textures: textureCount() };
}
