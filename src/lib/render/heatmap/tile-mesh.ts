import { Geometry, Mesh, State, type Shader, type TextureSource } from 'pixi.js';
import { createShader, createUniforms, quadAttributes, quadVertex } from '../mesh.js';
import { heatmapFragment, type Variant } from './heatmap.glsl.js';

/** What all tiles of a layer share. */
export const createViewUniforms = () => createUniforms({ uScale: 1, uRange: 2, uGap: 2 });

type ViewUniforms = ReturnType<typeof createViewUniforms>;

export type TileMesh = ReturnType<typeof createTileMesh>;

/** One quad with a tile's texture. It draws nothing sensible until `setWeights`: it holds the colour table in place of weights. */
export function createTileMesh(view: ViewUniforms, table: TextureSource) {
  const tile = createUniforms({ uQuad: 4, uCells: 4, uLast: 2, uCausal: 3, uHatch: 2 });
  const shaders = new Map<string, Shader>();
  function shaderOf(variant: Variant): Shader {
    const name = `attentrace-heatmap-${Object.values(variant).map(Number).join('')}`;
    let shader = shaders.get(name);
    if (!shader) {
      const resources = { view, tile, uWeights: table, uTable: table };
      shader = createShader({ name, vertex: quadVertex, fragment: heatmapFragment(variant), resources });
      shaders.set(name, shader);
    }
    return shader;
  }
  const geometry = new Geometry({ attributes: quadAttributes(), topology: 'triangle-strip' });
  const state = new State();
  // A pixel belongs to one cell: it replaces what a coarser level drew there.
  state.blend = false;
  const mesh = new Mesh({ geometry, shader: shaderOf({ bytes: true, causal: false, gap: false }), state });
  const release = () => (mesh.shader!.resources.uWeights = table);
  return {
    mesh,
    uniforms: tile.uniforms,
    /** Shows a texture of weights, with the program of a variant. */
    setWeights(weights: TextureSource, variant: Variant) {
      const shader = shaderOf(variant);
      if (mesh.shader !== shader) release();
      shader.resources.uWeights = weights;
      mesh.shader = shader;
    },
    /** Shows nothing, and holds no texture but the table. */
    clear() {
      release();
      mesh.visible = false;
    },
    destroy() {
      mesh.destroy();
      geometry.destroy(true);
      for (const shader of shaders.values()) shader.destroy();
    },
  };
}
