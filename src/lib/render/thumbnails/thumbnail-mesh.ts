import { Buffer, BufferUsage, Geometry, Mesh, Shader, UniformGroup, type TextureSource } from 'pixi.js';
import { createPrograms } from '../program.js';
import { thumbnailsFragment, thumbnailsVertex } from './thumbnails.glsl.js';
import { thumbnailsWgsl } from './thumbnails.wgsl.js';

/** Numbers a thumbnail takes in the instance buffer: its corner, its place in the atlas, its layer. */
export const thumbnailStride = 5;

/** All thumbnails in one draw call. */
export interface ThumbnailMesh {
  readonly mesh: Mesh<Geometry, Shader>;
  readonly uniforms: {
    uSize: Float32Array;
    uCells: Float32Array;
    uMatrix: number;
    uCausal: number;
    uLevels: Float32Array;
    uQueries: number;
  };
  /** Shows `count` thumbnails, `thumbnailStride` numbers each. Viewed until the next call. */
  setThumbnails(data: Float32Array, count: number): void;
  setTexture(name: 'uAtlas' | 'uTable' | 'uColors', texture: TextureSource): void;
  destroy(): void;
}

export function createThumbnailMesh(
  atlas: TextureSource,
  table: TextureSource,
  colors: TextureSource,
): ThumbnailMesh {
  const thumbnails = new UniformGroup({
    uSize: { value: new Float32Array(2), type: 'vec2<f32>' },
    uCells: { value: new Float32Array(2), type: 'vec2<f32>' },
    uMatrix: { value: 0, type: 'f32' },
    uCausal: { value: 0, type: 'f32' },
    uLevels: { value: new Float32Array(2), type: 'vec2<f32>' },
    uQueries: { value: 0, type: 'f32' },
  });
  const shader = new Shader({
    ...createPrograms(
      'attentrace-thumbnails',
      { vertex: thumbnailsVertex, fragment: thumbnailsFragment, wgsl: thumbnailsWgsl },
      1,
      3,
    ),
    resources: { thumbnails, uAtlas: atlas, uTable: table, uColors: colors },
  });
  const instances = new Buffer({
    data: new Float32Array(thumbnailStride),
    usage: BufferUsage.VERTEX | BufferUsage.COPY_DST,
  });
  const stride = thumbnailStride * 4;
  const geometry = new Geometry({
    attributes: {
      aCorner: { buffer: new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), format: 'float32x2' },
      aThumbnail: { buffer: instances, format: 'float32x4', stride, offset: 0, instance: true },
      aLayer: { buffer: instances, format: 'float32', stride, offset: 16, instance: true },
    },
    topology: 'triangle-strip',
  });
  const mesh = new Mesh({ geometry, shader });
  mesh.visible = false;
  return {
    mesh,
    uniforms: thumbnails.uniforms as ThumbnailMesh['uniforms'],
    setThumbnails(data, count) {
      instances.data = data;
      geometry.instanceCount = count;
      mesh.visible = count > 0;
    },
    setTexture(name, texture) {
      shader.resources[name] = texture;
    },
    destroy() {
      mesh.destroy();
      geometry.destroy(true);
      shader.destroy();
    },
  };
}
