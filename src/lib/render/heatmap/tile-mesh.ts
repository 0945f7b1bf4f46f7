import { Geometry, Mesh, State, type Shader, UniformGroup, type TextureSource } from 'pixi.js';
import { createShader, quadAttributes, quadVertex } from '../mesh.js';
import { heatmapFragment, type Variant } from './heatmap.glsl.js';

/** What all tiles of a layer share. */
export function createViewUniforms() {
  return new UniformGroup({
    uScale: { value: 0, type: 'f32' },
    uRange: { value: new Float32Array(2), type: 'vec2<f32>' },
    uGap: { value: new Float32Array(2), type: 'vec2<f32>' },
  });
}

export type ViewUniforms = ReturnType<typeof createViewUniforms>;

/** One quad with a tile's texture. */
export interface TileMesh {
  readonly mesh: Mesh<Geometry, Shader>;
  readonly uniforms: {
    uQuad: Float32Array;
    uCells: Float32Array;
    uLast: Float32Array;
    uCausal: Float32Array;
    uHatch: Float32Array;
  };
  /** Shows a texture of weights, with the program of a variant. */
  setWeights(weights: TextureSource, variant: Variant): void;
  /** Shows nothing, and holds no texture but the table. */
  clear(): void;
  destroy(): void;
}

/** A mesh that draws nothing sensible until `setWeights`: it holds the colour table in place of weights. */
export function createTileMesh(view: ViewUniforms, table: TextureSource): TileMesh {
  const tile = new UniformGroup({
    uQuad: { value: new Float32Array(4), type: 'vec4<f32>' },
    uCells: { value: new Float32Array(4), type: 'vec4<f32>' },
    uLast: { value: new Float32Array(2), type: 'vec2<f32>' },
    uCausal: { value: new Float32Array(3), type: 'vec3<f32>' },
    uHatch: { value: new Float32Array(2), type: 'vec2<f32>' },
  });
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
  const geometry = new Geometry({
    attributes: quadAttributes(),
    topology: 'triangle-strip',
  });
  const state = new State();
  // A pixel belongs to one cell: it replaces what a coarser level drew there.
  state.blend = false;
  const mesh = new Mesh({ geometry, shader: shaderOf({ bytes: true, causal: false, gap: false }), state });
  const release = () => (mesh.shader!.resources.uWeights = table);
  return {
    mesh,
    uniforms: tile.uniforms as TileMesh['uniforms'],
    setWeights(weights, variant) {
      const shader = shaderOf(variant);
      if (mesh.shader !== shader) release();
      shader.resources.uWeights = weights;
      mesh.shader = shader;
    },
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
