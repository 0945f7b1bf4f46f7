import { BufferImageSource } from 'pixi.js';
import type { ColorTable } from './colors/table.js';

/** A texture that a shader reads by texel, never filtered and never multiplied by opacity. */
export type DataTexture = BufferImageSource;

export interface DataTextureOptions {
  /** `width * height` texels; each row must be a multiple of 4 bytes, or WebGL refuses it. Viewed, not copied. */
  data: Uint8Array | Uint16Array | Float32Array;
  width: number;
  height: number;
  format: 'r8unorm' | 'rg8unorm' | 'r16float' | 'r32float' | 'rgba8unorm' | 'rgba32float';
}

let count = 0;

/** Number of data textures that have not been destroyed. */
export const textureCount = (): number => count;

export function createDataTexture({ data, width, height, format }: DataTextureOptions): DataTexture {
  count++;
  return new BufferImageSource({
    resource: data,
    width,
    height,
    format,
    alphaMode: 'no-premultiply-alpha',
    scaleMode: 'nearest',
  });
}

export function destroyDataTexture(texture: DataTexture): void {
  count--;
  texture.destroy();
}

/** Red, green, blue (`Uint8Array` of 3 a colour) as the four bytes a texel holds; missing texels are black. */
export function rgbToTexels(rgb: Uint8Array, texels: number): Uint8Array {
  const rgba = new Uint8Array(texels * 4);
  for (let i = 0; i < texels; i++) {
    rgba.set(rgb.subarray(i * 3, i * 3 + 3), i * 4);
    rgba[i * 4 + 3] = 255;
  }
  return rgba;
}

/** A table of 256 colours, one row. */
export function tableTexture(table: ColorTable): DataTexture {
  return createDataTexture({ data: rgbToTexels(table, 256), width: 256, height: 1, format: 'rgba8unorm' });
}

/** Puts other colours in a table. */
export function fillTable(texture: DataTexture, table: ColorTable): void {
  texture.resource = rgbToTexels(table, 256);
  texture.update();
}

/** Any number of colours; a texture's side is limited, so they go on in further rows of 256. */
export function colorTexture(rgb: Uint8Array): DataTexture {
  const height = Math.max(1, Math.ceil(rgb.length / 3 / 256));
  const data = rgbToTexels(rgb, 256 * height);
  return createDataTexture({ data, width: 256, height, format: 'rgba8unorm' });
}
