/** Places a tile's quad, given in device pixels. */
export const heatmapVertex = /* glsl */ `#version 300 es
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

/** Colours a pixel by the one cell it lies in. toUnit is colors/scale.ts. */
export const heatmapFragment = /* glsl */ `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
in vec2 vPx;
out vec4 fragColor;

uniform sampler2D uWeights;
uniform sampler2D uTable;
uniform vec4 uCells;      // cell (column, row) of the tile at the quad's corner; cells per device pixel
uniform vec4 uTile;       // first column and row of the tile in the matrix, its columns and rows, in cells of uLevel
uniform float uHatchShift;
uniform float uLevel;
uniform float uCausal;      // 1 where some of the tile's cells cannot hold a weight
uniform float uBytes;       // 1 where weights are bytes, which have colours of their own in the table's second row
uniform float uQueries;     // rows of the matrix
uniform float uScale;       // 0 linear, 1 square root, 2 logarithm
uniform vec2 uRange;
uniform vec2 uGap;        // 1 where columns, rows are set apart
uniform float uCausalOffset;
uniform vec4 uHatchColor;
uniform vec4 uHatchBackground;
uniform float uHatchPx;   // distance of hatch lines along a row of pixels
uniform vec4 uBackground;

float toUnit(float weight) {
  float low = uScale == 2.0 ? max(uRange.x, uRange.y * 1e-3) : uRange.x;
  if (!(weight > low)) return 0.0;
  if (weight >= uRange.y) return 1.0;
  if (uScale == 2.0) return log(weight / low) / log(uRange.y / low);
  float unit = (weight - low) / (uRange.y - low);
  return uScale == 1.0 ? sqrt(unit) : unit;
}

vec4 hatch() {
  float along = fract((vPx.x + vPx.y + uHatchShift) / uHatchPx);
  float fromLine = min(along, 1.0 - along) * 0.70710678;
  return mix(uHatchColor, uHatchBackground, clamp((fromLine - 0.05) * uHatchPx, 0.0, 1.0));
}

bool impossible(ivec2 cell) {
  ivec2 place = ivec2(uTile.xy) + cell;
  int firstKey = place.x << int(uLevel);
  int lastQuery = min((place.y + 1) << int(uLevel), int(uQueries)) - 1;
  return firstKey > lastQuery + int(uCausalOffset);
}

// What few pixels or tiles need is asked for by uniforms first: a processor that draws in software skips it.
void main() {
  vec2 at = uCells.xy + vPx * uCells.zw;
  ivec2 cell = clamp(ivec2(at), ivec2(0), ivec2(uTile.zw) - 1);
  if (uCausal == 1.0) {
    if (impossible(cell)) {
      fragColor = hatch();
      return;
    }
  }
  if (uGap.x + uGap.y > 0.0) {
    bvec2 last = notEqual(floor(at + uCells.zw), floor(at));
    if ((last.x && uGap.x == 1.0) || (last.y && uGap.y == 1.0)) {
      fragColor = uBackground;
      return;
    }
  }
  float weight = texelFetch(uWeights, cell, 0).r;
  if (uBytes == 1.0) {
    fragColor = texelFetch(uTable, ivec2(int(weight * 255.0 + 0.5), 1), 0);
  } else if (isnan(weight)) {
    fragColor = hatch();
  } else {
    fragColor = texelFetch(uTable, ivec2(int(toUnit(weight) * 255.0 + 0.5), 0), 0);
  }
}
`;
