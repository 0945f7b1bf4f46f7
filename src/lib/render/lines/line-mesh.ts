import { Buffer, BufferUsage, type TextureSource } from 'pixi.js';
import { createMesh, createUniforms } from '../mesh.js';
import { createDataTexture, destroyDataTexture, type DataTexture } from '../textures.js';
import { LineTexels, linesPerRow, lineStride } from './line-texels.js';
import { linesFragment, linesPerInstance, linesVertex } from './lines.glsl.js';

/** A curve in 28 pieces has no corners to be seen over a whole screen; among many lines fewer are enough, shorter where it bends. */
const shapes = [
  { upTo: 3000, strip: strips(28, (part) => part) },
  { upTo: 30_000, strip: strips(16, nearEnds) },
  { upTo: Infinity, strip: strips(8, nearEnds) },
];

export const createLineUniforms = () =>
  createUniforms({
    ...{ uRect: 4, uStart: 4, uTokenPx: 1, uHorizontal: 1 },
    ...{ uWidthPx: 2, uMost: 1, uSigned: 1, uOpacity: 1, uFade: 1 },
  });

type LineUniforms = ReturnType<typeof createLineUniforms>;

/** Many lines in one draw call; `pass` 1 draws them as those in focus. */
export function createLineMesh(uniforms: LineUniforms, colors: TextureSource, pass: 0 | 1) {
  const lines = new LineTexels();
  let texture = lineTexture(lines.rows);
  const own = createUniforms({ uPass: 1, uCount: 1 });
  own.uniforms.uPass = pass;
  const vertices = new Buffer({
    data: shapes[0]!.strip.vertices,
    usage: BufferUsage.VERTEX | BufferUsage.COPY_DST,
  });
  const indices = new Buffer({
    data: shapes[0]!.strip.indices,
    usage: BufferUsage.INDEX | BufferUsage.COPY_DST,
  });
  const source = {
    name: 'attentrace-lines',
    vertex: linesVertex,
    fragment: linesFragment,
    resources: { lines: uniforms, own, uColors: colors, uLines: texture },
  };
  const attributes = { aStrip: { buffer: vertices, format: 'float32x3', stride: 12, offset: 0 } } as const;
  const drawn = createMesh(source, { attributes, indexBuffer: indices });
  const { mesh } = drawn;
  mesh.visible = false;

  function upload(): void {
    if (texture.resource === lines.rows) return texture.update();
    const old = texture;
    texture = lineTexture(lines.rows);
    drawn.setTexture('uLines', texture);
    destroyDataTexture(old);
  }

  return {
    ...drawn,
    lines,
    /** Shows what `lines` holds now. */
    show() {
      const { strip } = shapes.find(({ upTo }) => lines.count <= upTo)!;
      if (vertices.data !== strip.vertices) {
        vertices.data = strip.vertices;
        indices.data = strip.indices;
      }
      upload();
      own.uniforms.uCount = lines.count;
      mesh.geometry.instanceCount = Math.ceil(lines.count / linesPerInstance);
      mesh.visible = lines.count > 0;
    },
    destroy() {
      drawn.destroy();
      destroyDataTexture(texture);
    },
  };
}

function lineTexture(data: Float32Array): DataTexture {
  const height = data.length / (linesPerRow * lineStride);
  return createDataTexture({ data, width: linesPerRow, height, format: 'rgba32float' });
}

/**
 * The strips of an instance: vertices of how far along the line, which side, which of the instance's lines; and triangles.
 * `spread` says how far along each corner is.
 */
function strips(pieces: number, spread: (part: number) => number) {
  const vertices: number[] = [];
  const indices: number[] = [];
  for (let line = 0; line < linesPerInstance; line++) {
    for (let i = 0; i <= pieces; i++) {
      const at = vertices.length / 3;
      vertices.push(spread(i / pieces), -1, line, spread(i / pieces), 1, line);
      if (i < pieces) indices.push(at, at + 1, at + 2, at + 2, at + 1, at + 3);
    }
  }
  return { vertices: new Float32Array(vertices), indices: new Uint16Array(indices) };
}

/** Most of a curve's bend is near its ends. */
function nearEnds(part: number): number {
  return 0.5 - 0.5 * Math.cos(Math.PI * part);
}
