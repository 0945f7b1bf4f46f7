import { RenderTexture, type Container } from 'pixi.js';
import { createMesh, createUniforms, quadAttributes, quadVertex } from './mesh.js';
import type { Surface } from './surface.js';

const fragment = /* glsl */ `#version 300 es
precision highp float;
precision highp sampler2D;
in vec2 vPx;
out vec4 fragColor;
uniform sampler2D uPicture;

void main() {
  fragColor = texelFetch(uPicture, ivec2(vPx), 0);
}
`;

export type Picture = ReturnType<typeof takePicture>;

/**
 * Keeps what takes long to draw as it was drawn, so that it can be shown again for next to nothing: draws a scene into a picture of some
 * size, in device pixels; while a layer is prepared.
 */
export function takePicture(
  surface: Surface,
  scene: Container,
  { width, height }: { width: number; height: number },
) {
  const quad = createUniforms({ uQuad: 4 });
  const texture = RenderTexture.create({ width, height, resolution: 1, scaleMode: 'nearest' });
  const resources = { quad, uPicture: texture.source };
  const drawn = createMesh(
    { name: 'attentrace-picture', vertex: quadVertex, fragment, resources },
    { attributes: quadAttributes(), topology: 'triangle-strip' },
    { opaque: true },
  );
  surface.paint(scene, texture);
  return {
    /** Shows the picture, pixel by pixel. */
    mesh: drawn.mesh,
    /** Puts its upper left corner on a whole pixel of the surface, in device pixels. */
    moveTo(x: number, y: number) {
      quad.uniforms.uQuad.set([x, y, width, height]);
      quad.update();
    },
    destroy() {
      drawn.destroy();
      texture.destroy(true);
    },
  };
}
