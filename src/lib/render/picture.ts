import { RenderTexture, UniformGroup, type Container } from 'pixi.js';
import { createMesh, quadAttributes, quadVertex } from './mesh.js';
import type { Surface } from './surface.js';

/** What took long to draw, kept as it was drawn, so that it can be shown again for next to nothing. */
export interface Picture {
  /** Shows the picture, pixel by pixel. */
  readonly mesh: Container;
  /** Whether there is one, of the surface's present size. */
  readonly valid: boolean;
  /** Draws a scene into the picture. */
  take(scene: Container): void;
  forget(): void;
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

/** A picture as large as a surface. */
export function createPicture(surface: Surface): Picture {
  const uniforms = new UniformGroup({ uQuad: { value: new Float32Array(4), type: 'vec4<f32>' } });
  let texture = RenderTexture.create({ width: 1, height: 1 });
  const resources = { quad: uniforms, uPicture: texture.source };
  const drawn = createMesh(
    { name: 'attentrace-picture', vertex: quadVertex, fragment, resources },
    { attributes: quadAttributes(), topology: 'triangle-strip' },
    { opaque: true },
  );
  drawn.mesh.visible = false;
  let taken = false;
  return {
    mesh: drawn.mesh,
    get valid() {
      const { width, height } = surface.devicePx;
      return taken && texture.width === width && texture.height === height;
    },
    take(scene) {
      const { width, height } = surface.devicePx;
      if (texture.width !== width || texture.height !== height) {
        const old = texture;
        texture = RenderTexture.create({ width, height, resolution: 1, scaleMode: 'nearest' });
        drawn.setTexture('uPicture', texture.source);
        old.destroy(true);
        uniforms.uniforms.uQuad.set([0, 0, width, height]);
        uniforms.update();
      }
      surface.paint(scene, texture);
      taken = true;
    },
    forget() {
      taken = false;
    },
    destroy() {
      drawn.destroy();
      texture.destroy(true);
    },
  };
}
