import { Container } from 'pixi.js';
import { takeProps } from './props.js';
import type { Surface, SurfaceLayer } from './surface.js';

/** What is drawn on a surface, as plain data: a view hands over props, and the next frame shows them. */
export interface Layer<Props> {
  /** Takes new values for some props. Returns whether a frame is needed, and asks the surface for it. */
  setProps(props: Partial<Props>): boolean;
  /** At any time, also twice. */
  destroy(): void;
}

/** What one kind of layer does of its own. */
interface LayerWork<Props> extends Omit<SurfaceLayer, 'destroy'> {
  /** Told of props that have changed, before the next `prepare`. Returns false where they ask for no frame. */
  changed?(names: readonly (keyof Props)[]): void | false;
  /** Lets go of meshes, then of textures: Pixi warns of a texture destroyed while a shader holds it. */
  release(): void;
}

/**
 * The life that all layers have: props that change mark the surface as out of date, a frame brings what is drawn up to date, and
 * in the end everything is let go, once. `container` is where the layer's meshes go.
 */
export function createLayer<Props extends object>(surface: Surface, props: Props, work: LayerWork<Props>) {
  const container = new Container();
  let destroyed = false;
  const drawn = {
    ...work,
    destroy() {
      if (destroyed) return;
      destroyed = true;
      surface.removeLayer(drawn);
      work.release();
      container.destroy();
    },
  };
  surface.root.addChild(container);
  surface.addLayer(drawn);
  return {
    container,
    setProps(next: Partial<Props>): boolean {
      const changed = destroyed ? [] : takeProps(props, next);
      if (changed.length === 0) return false;
      if (work.changed?.(changed) === false) return false;
      surface.invalidate();
      return true;
    },
    destroy: drawn.destroy,
  };
}
