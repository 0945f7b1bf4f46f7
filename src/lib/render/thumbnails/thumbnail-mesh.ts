import { Buffer, BufferUsage, UniformGroup, type TextureSource } from 'pixi.js';
import { createMesh, quadAttributes, type ShaderMesh } from '../mesh.js';
import { thumbnailsFragment, thumbnailsVertex } from './thumbnails.glsl.js';

/** Numbers a thumbnail takes in the instance buffer: its corner, its place in the atlas, its layer. */
export const thumbnailStride = 5;

/** All thumbnails in one draw call. */
export interface ThumbnailMesh extends ShaderMesh {
  readonly uniforms: {
    uSize: Float32Array;
    uCells: Float32Array;
    uMatrix: number;
    uSigned: number;
    uCausal: number;
    uLevels: Float32Array;
    uQueries: number;
  };
  /** Shows `count` thumbnails, `thumbnailStride` numbers each. Viewed until the next call. */
  setThumbnails(data: Float32Array, count: number): void;
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
    uSigned: { value: 0, type: 'f32' },
    uCausal: { value: 0, type: 'f32' },
    uLevels: { value: new Float32Array(2), type: 'vec2<f32>' },
    uQueries: { value: 0, type: 'f32' },
  });
  const source = {
    name: 'attentrace-thumbnails',
    vertex: thumbnailsVertex,
    fragment: thumbnailsFragment,
    resources: { thumbnails, uAtlas: atlas, uTable: table, uColors: colors },
  };
  const instances = new Buffer({
    data: new Float32Array(thumbnailStride),
    usage: BufferUsage.VERTEX | BufferUsage.COPY_DST,
  });
  const stride = thumbnailStride * 4;
  const attributes = {
    ...quadAttributes(),
    aThumbnail: { buffer: instances, format: 'float32x4', stride, offset: 0, instance: true },
    aLayer: { buffer: instances, format: 'float32', stride, offset: 16, instance: true },
  } as const;
  const drawn = createMesh(source, { attributes, topology: 'triangle-strip' });
  const { mesh } = drawn;
  mesh.visible = false;
  return {
    ...drawn,
    uniforms: thumbnails.uniforms as ThumbnailMesh['uniforms'],
    setThumbnails(data, count) {
      instances.data = data;
      mesh.geometry.instanceCount = count;
      mesh.visible = count > 0;
    },
  };
}
