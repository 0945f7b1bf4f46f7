import { RenderTexture, UniformGroup, type Container } from 'pixi.js';
import { createMesh, quadAttributes, quadVertex } from './mesh.js';
import type { Surface } from './surface.js';

/** What took long to draw, kept as it was drawn, so that it can be shown again for next to nothing. */
export interface Picture {
  /** Shows the picture, pixel by pixel. */
  readonly mesh: Container;
  /** Puts its upper left corner on a whole pixel of the surface, in device pixels. */
  moveTo(x: number, y: number): void;
  destroy(): void;
}

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

/** Draws a scene into a picture of some size, in device pixels; while a layer is prepared. */
export function takePicture(
  surface: Surface,
  scene: Container,
  { width, height }: { width: number; height: number },
): Picture {
  const quad = new UniformGroup({ uQuad: { value: new Float32Array(4), type: 'vec4<f32>' } });
  const texture = RenderTexture.create({ width, height, resolution: 1, scaleMode: 'nearest' });
  const resources = { quad, uPicture: texture.source };
  const drawn = createMesh(
    { name: 'attentrace-picture', vertex: quadVertex, fragment, resources },
    { attributes: quadAttributes(), topology: 'triangle-strip' },
    { opaque: true },
  );
  surface.paint(scene, texture);
  return {
    mesh: drawn.mesh,
    moveTo(x, y) {
      quad.uniforms.uQuad.set([x, y, width, height]);
      quad.update();
    },
    destroy() {
      drawn.destroy();
      texture.destroy(true);
    },
  };
}
