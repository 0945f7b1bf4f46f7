import { DOMAdapter, getMaxFragmentPrecision } from 'pixi.js';

let known = false;

/**
 * Tells Pixi that shaders can compute in high precision, as they can wherever there is WebGL 2 (GLSL ES 3.00, 4.5.4). It would make a second
 * context to ask, and keep it: browsers stop at about 16. What answers here says that it is lost, so that whatever else Pixi asks is asked
 * of a real one.
 */
export function tellPrecision(): void {
  if (known) return;
  known = true;
  const context = { getShaderPrecisionFormat: () => ({ precision: 23 }), isContextLost: () => true };
  const adapter = DOMAdapter.get();
  DOMAdapter.set({ ...adapter, createCanvas: () => ({ getContext: () => context }) as never });
  try {
    getMaxFragmentPrecision();
  } finally {
    DOMAdapter.set(adapter);
  }
}
