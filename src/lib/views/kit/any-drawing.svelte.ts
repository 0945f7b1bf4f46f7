import type * as Render from '../../render/index.js';
import { Drawing } from './drawing.svelte.js';

/** A `Drawing` whose layer may be any: all are loaded. */
export class AnyDrawing<L extends { destroy(): void }> extends Drawing<L> {
  constructor(make: (render: typeof Render, surface: Render.Surface) => L) {
    super(async () => {
      const render = await import('../../render/index.js');
      return (surface) => make(render, surface);
    });
  }
}
