import { Geometry, Mesh, Shader, State, UniformGroup, type TextureSource } from 'pixi.js';
import { createPrograms } from '../program.js';
import { heatmapFragment, heatmapVertex } from './heatmap.glsl.js';
import { heatmapWgsl } from './heatmap.wgsl.js';

/**
 * What all tiles of a layer share. Whole numbers too are floats: without eval, Pixi writes no integers for WebGPU.
 */
export function createViewUniforms() {
  return new UniformGroup({
    uQueries: { value: 0, type: 'f32' },
    uScale: { value: 0, type: 'f32' },
    uRange: { value: new Float32Array(2), type: 'vec2<f32>' },
    uGap: { value: new Float32Array(2), type: 'vec2<f32>' },
    uCausalOffset: { value: 0, type: 'f32' },
    uHatchColor: { value: new Float32Array(4), type: 'vec4<f32>' },
    uHatchBackground: { value: new Float32Array(4), type: 'vec4<f32>' },
    uHatchPx: { value: 1, type: 'f32' },
    uBackground: { value: new Float32Array(4), type: 'vec4<f32>' },
  });
}

export type ViewUniforms = ReturnType<typeof createViewUniforms>;

/** One quad with a tile's texture. */
export interface TileMesh {
  readonly mesh: Mesh<Geometry, Shader>;
  readonly uniforms: {
    uQuad: Float32Array;
    uCells: Float32Array;
    uTile: Float32Array;
    uHatchShift: number;
    uLevel: number;
    uCausal: number;
    uBytes: number;
  };
  setTexture(texture: TextureSource): void;
  destroy(): void;
}

/** A mesh that draws nothing yet: until `setTexture`, it holds the colour table in place of weights. */
export function createTileMesh(view: ViewUniforms, table: TextureSource): TileMesh {
  const tile = new UniformGroup({
    uQuad: { value: new Float32Array(4), type: 'vec4<f32>' },
    uCells: { value: new Float32Array(4), type: 'vec4<f32>' },
    uTile: { value: new Float32Array(4), type: 'vec4<f32>' },
    uHatchShift: { value: 0, type: 'f32' },
    uLevel: { value: 0, type: 'f32' },
    uCausal: { value: 0, type: 'f32' },
    uBytes: { value: 0, type: 'f32' },
  });
  const shader = new Shader({
    ...createPrograms(
      'attentrace-heatmap',
      { vertex: heatmapVertex, fragment: heatmapFragment, wgsl: heatmapWgsl },
      2,
      2,
    ),
    resources: { view, tile, uWeights: table, uTable: table },
  });
  const geometry = new Geometry({
    attributes: { aCorner: { buffer: new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), format: 'float32x2' } },
    topology: 'triangle-strip',
  });
  const state = new State();
  // A pixel belongs to one cell: it replaces what a coarser level drew there.
  state.blend = false;
  const mesh = new Mesh({ geometry, shader, state });
  return {
    mesh,
    uniforms: tile.uniforms as TileMesh['uniforms'],
    setTexture(texture) {
      shader.resources.uWeights = texture;
    },
    destroy() {
      mesh.destroy();
      geometry.destroy(true);
      shader.destroy();
    },
  };
}
