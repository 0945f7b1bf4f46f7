import {
  Geometry,
  GlProgram,
  Mesh,
  Shader,
  State,
  UniformGroup,
  type GeometryDescriptor,
  type ShaderWithResources,
  type TextureSource,
} from 'pixi.js';
import { tellPrecision } from './precision.js';

/** The corners of a quad, to be placed by the vertex shader. */
export function quadAttributes(): NonNullable<GeometryDescriptor['attributes']> {
  return { aCorner: { buffer: new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), format: 'float32x2' } };
}

/** Places a quad given in device pixels (`uQuad`: left, top, width, height); the fragment shader gets the pixel in it. */
export const quadVertex = /* glsl */ `#version 300 es
precision highp float;
in vec2 aCorner;
uniform mat3 uProjectionMatrix;
uniform vec4 uQuad;
out vec2 vPx;

void main() {
  vPx = aCorner * uQuad.zw;
  gl_Position = vec4((uProjectionMatrix * vec3(uQuad.xy + vPx, 1.0)).xy, 0.0, 1.0);
}
`;

const vectors = { 1: 'f32', 2: 'vec2<f32>', 3: 'vec3<f32>', 4: 'vec4<f32>' } as const;

/** Uniforms by the length of their vectors, 0 at first; one of length 1 is a plain number. */
export function createUniforms<const Lengths extends Record<string, keyof typeof vectors>>(lengths: Lengths) {
  const structures = Object.entries(lengths).map(([name, length]) => {
    const value = length === 1 ? 0 : new Float32Array(length);
    return [name, { value, type: vectors[length] }] as const;
  });
  return new UniformGroup<{
    -readonly [Name in keyof Lengths]: {
      value: Lengths[Name] extends 1 ? number : Float32Array;
      type: (typeof vectors)[Lengths[Name]];
    };
  }>(Object.fromEntries(structures) as never);
}

interface ShaderSource {
  name: string;
  vertex: string;
  fragment: string;
  resources: ShaderWithResources['resources'];
}

export function createShader({ name, vertex, fragment, resources }: ShaderSource): Shader {
  tellPrecision();
  return new Shader({ glProgram: GlProgram.from({ name, vertex, fragment }), resources });
}

/**
 * A mesh with a shader of its own.
 *
 * @param opaque a pixel replaces what was there, rather than being laid over it
 */
export function createMesh(
  source: ShaderSource,
  geometryOptions: GeometryDescriptor,
  { opaque = false } = {},
) {
  const geometry = new Geometry(geometryOptions);
  const shader = createShader(source);
  const state = State.for2d();
  state.blend = !opaque;
  const mesh = new Mesh({ geometry, shader, state });
  return {
    mesh,
    /** Has the shader read a texture under one of its names. */
    setTexture(name: string, texture: TextureSource) {
      shader.resources[name] = texture;
    },
    destroy() {
      mesh.destroy();
      geometry.destroy(true);
      shader.destroy();
    },
  };
}
