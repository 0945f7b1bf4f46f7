import { paper } from '../../src/lib/render/colors/index.js';
import type { Viewport } from '../../src/lib/scene/viewport.js';
import { canvasIn, scrollPath, sizePx, zoomPath, type Contestant } from './contestant.js';

/**
 * What the hardware can do: weights as an r8 texture, one quad, one look into a colour table of 256 a pixel, nothing else.
 * Above one cell a pixel it shows every n-th cell, which is no way to show attention: it is here to be measured.
 */
export const floor = (): Contestant => startFloor(zoomPath);

/** The same quad, moved by as many tokens of 20 pixels in each step as other contestants scroll. */
export const scrolledFloor = (): Contestant =>
  startFloor((tokens) => {
    const seen = Math.min(tokens, sizePx / 20);
    return scrollPath(20 * (tokens - seen)).map((px) => ({
      query: px / 20,
      key: px / 20,
      queries: seen,
      keys: seen,
    }));
  });

function startFloor(path: (tokens: number) => Viewport[]): Contestant {
  let gl: WebGL2RenderingContext;
  let place: WebGLUniformLocation;
  let tokens: number;
  let weights: readonly Uint8Array[];
  let tiles: Tile[] = [];

  function draw({ query, key, queries, keys }: Viewport): void {
    gl.clear(gl.COLOR_BUFFER_BIT);
    for (const { row, col, rows, cols, texture } of tiles) {
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.uniform4f(place, (col - key) / keys, (row - query) / queries, cols / keys, rows / queries);
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }
  }
  function show(layer: number, viewport: Viewport): void {
    for (const { texture } of tiles) gl.deleteTexture(texture);
    tiles = upload(gl, weights[layer]!, tokens);
    draw(viewport);
  }
  const whole = (): Viewport => ({ query: 0, key: 0, queries: tokens, keys: tokens });

  return {
    prepare({ host, attention }) {
      gl = canvasIn(host).getContext('webgl2', { alpha: false, antialias: false, depth: false })!;
      place = startProgram(gl);
      tokens = 64;
      weights = [new Uint8Array(64 * 64)];
      show(0, whole());
      tokens = attention.tokens;
      weights = attention.weights.map((heads) => heads[0]!);
    },
    first: () => show(0, whole()),
    steps: () => path(tokens).map((viewport) => () => draw(viewport)),
    layer: (layer) => show(layer, whole()),
  };
}

interface Tile {
  row: number;
  col: number;
  rows: number;
  cols: number;
  texture: WebGLTexture;
}

/** One texture, or as many as the context's limit asks for. */
function upload(gl: WebGL2RenderingContext, weights: Uint8Array, tokens: number): Tile[] {
  const limit = Math.min(gl.getParameter(gl.MAX_TEXTURE_SIZE), 8192);
  const tiles: Tile[] = [];
  gl.pixelStorei(gl.UNPACK_ROW_LENGTH, tokens);
  for (let row = 0; row < tokens; row += limit)
    for (let col = 0; col < tokens; col += limit) {
      const [rows, cols] = [Math.min(limit, tokens - row), Math.min(limit, tokens - col)];
      const texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, texture);
      sampleNearest(gl);
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.R8, cols, rows);
      const from = row * tokens + col;
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, cols, rows, gl.RED, gl.UNSIGNED_BYTE, weights, from);
      tiles.push({ row, col, rows, cols, texture });
    }
  return tiles;
}

function startProgram(gl: WebGL2RenderingContext): WebGLUniformLocation {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertexShader],
    [gl.FRAGMENT_SHADER, fragmentShader],
  ] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.viewport(0, 0, sizePx, sizePx);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.activeTexture(gl.TEXTURE1);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  sampleNearest(gl);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, 256, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, paper);
  gl.uniform1i(gl.getUniformLocation(program, 'table'), 1);
  gl.activeTexture(gl.TEXTURE0);
  return gl.getUniformLocation(program, 'place')!;
}

function sampleNearest(gl: WebGL2RenderingContext): void {
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
}

const vertexShader = `#version 300 es
uniform vec4 place;
out vec2 at;
void main() {
  at = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec2 corner = place.xy + at * place.zw;
  gl_Position = vec4(corner.x * 2.0 - 1.0, 1.0 - corner.y * 2.0, 0, 1);
}`;

const fragmentShader = `#version 300 es
precision highp float;
uniform sampler2D weights, table;
in vec2 at;
out vec4 color;
void main() {
  color = texelFetch(table, ivec2(texture(weights, at).r * 255.0 + 0.5, 0), 0);
}`;
