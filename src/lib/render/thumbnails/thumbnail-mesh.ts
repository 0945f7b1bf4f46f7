import { Buffer, BufferUsage, type TextureSource } from 'pixi.js';
import { createMesh, createUniforms, quadAttributes } from '../mesh.js';
import { thumbnailsFragment, thumbnailsVertex } from './thumbnails.glsl.js';

/** Numbers a thumbnail takes in the instance buffer: its corner, its place in the atlas, its layer. */
export const thumbnailStride = 5;

/** All thumbnails in one draw call. */
export function createThumbnailMesh(atlas: TextureSource, table: TextureSource, colors: TextureSource) {
  const thumbnails = createUniforms({
    ...{ uSize: 2, uCells: 2, uMatrix: 1, uSigned: 1, uCausal: 1, uLevels: 2, uQueries: 1 },
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
    uniforms: thumbnails.uniforms,
    /** Shows `count` thumbnails, `thumbnailStride` numbers each. Viewed until the next call. */
    setThumbnails(data: Float32Array, count: number) {
      instances.data = data;
      mesh.geometry.instanceCount = count;
      mesh.visible = count > 0;
    },
  };
}
