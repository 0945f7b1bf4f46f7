import type { ThumbnailFormat } from '../../scene/thumbnail-format.js';
import type { Block } from '../../trace/index.js';
import { createDataTexture, destroyDataTexture, type DataTexture } from '../textures.js';
import { createAtlas } from './atlas.js';
import { createThumbnailMesh, thumbnailStride } from './thumbnail-mesh.js';
import { keyOf, type Thumbnail, type ThumbnailsProps } from './types.js';

export type Sheet = ReturnType<typeof createSheet>;

/** Pictures of one format in an atlas, those of up to `count` heads, and the mesh that draws them in one call. */
export function createSheet(format: ThumbnailFormat, count: number, table: DataTexture, colors: DataTexture) {
  const atlas = createAtlas(format.width, format.height, count, format.channels);
  const { data, width, height } = atlas;
  const texture = createDataTexture({
    data,
    width,
    height,
    format: format.channels === 2 ? 'rg8unorm' : 'r8unorm',
  });
  const mesh = createThumbnailMesh(texture, table, colors);
  let fresh = false;

  return {
    format,
    mesh,
    has: (head: Thumbnail) => atlas.has(keyOf(head)),
    /** Makes the picture of a head. False where the atlas is full of pictures that are `needed`. */
    put(head: Thumbnail, block: Block, needed: (key: string) => boolean) {
      fresh = true;
      return atlas.put(keyOf(head), format.make(block), needed);
    },
    /** Draws those of some thumbnails that it has, at the size of `props`, whatever size they were made for. */
    show(thumbnails: readonly Thumbnail[], { stream, widthPx, heightPx }: ThumbnailsProps, ratio: number) {
      if (fresh) texture.update();
      fresh = false;
      const instances = new Float32Array(Math.max(1, thumbnails.length) * thumbnailStride);
      let count = 0;
      for (const { layer, head, x, y } of thumbnails) {
        const place = atlas.use(keyOf({ layer, head }));
        if (!place) continue;
        const corner = [Math.round(x * ratio), Math.round(y * ratio)];
        instances.set([...corner, place.x, place.y, layer], thumbnailStride * count++);
      }
      mesh.setThumbnails(instances, count);
      mesh.uniforms.uSize.set([Math.round(widthPx * ratio), Math.round(heightPx * ratio)]);
      mesh.uniforms.uCells.set([format.width, format.height]);
      mesh.uniforms.uMatrix = format.kind === 'matrix' ? 1 : 0;
      mesh.uniforms.uSigned = format.channels === 2 ? 1 : 0;
      mesh.uniforms.uCausal = stream?.causal ? 1 : 0;
      mesh.uniforms.uLevels.set([format.request.rowLevel, format.request.colLevel]);
      mesh.uniforms.uQueries = stream?.queryTokens.length ?? 0;
    },
    destroy() {
      mesh.destroy();
      destroyDataTexture(texture);
    },
  };
}
