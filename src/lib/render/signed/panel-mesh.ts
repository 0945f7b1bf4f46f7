import { UniformGroup, type TextureSource } from 'pixi.js';
import { createMesh, quadAttributes, quadVertex, type ShaderMesh } from '../mesh.js';
import { panelFragment } from './panel.glsl.js';

/** One quad with the texture of a panel's numbers. */
export interface PanelMesh extends ShaderMesh {
  readonly uniforms: {
    uQuad: Float32Array;
    uCount: Float32Array;
    uCellPx: Float32Array;
    uGapPx: Float32Array;
    uMost: number;
  };
}

/** A mesh that draws nothing sensible until it is given numbers: it holds the colour table in place of them. */
export function createPanelMesh(table: TextureSource): PanelMesh {
  const panel = new UniformGroup({
    uQuad: { value: new Float32Array(4), type: 'vec4<f32>' },
    uCount: { value: new Float32Array([1, 1]), type: 'vec2<f32>' },
    uCellPx: { value: new Float32Array([1, 1]), type: 'vec2<f32>' },
    uGapPx: { value: new Float32Array(2), type: 'vec2<f32>' },
    uMost: { value: 1, type: 'f32' },
  });
  const source = {
    name: 'attentrace-panel',
    vertex: quadVertex,
    fragment: panelFragment,
    resources: { panel, uValues: table, uTable: table },
  };
  const geometry = { attributes: quadAttributes(), topology: 'triangle-strip' } as const;
  // A pixel has the colour of its cell, or none.
  const mesh = createMesh(source, geometry, { opaque: true });
  return { ...mesh, uniforms: panel.uniforms as PanelMesh['uniforms'] };
}
