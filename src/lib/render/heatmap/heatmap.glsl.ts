/** What a tile's pixels need: a processor that draws in software does all that a program holds, asked for or not. */
export interface Variant {
  /** Weights are bytes, which have colours of their own in the table. */
  bytes: boolean;
  /** Some of the tile's cells cannot hold a weight. */
  causal: boolean;
  /** Cells are set apart. */
  gap: boolean;
}

/**
 * Colours a pixel by the one cell it lies in. All colours are in the table: row 0 those of the scale, 1 those of bytes, 2 a
 * period of the hatch, 3 none. toUnit is colors/scale.ts.
 */
export const heatmapFragment = ({ bytes, causal, gap }: Variant): string => /* glsl */ `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
in vec2 vPx;
out vec4 fragColor;

uniform sampler2D uWeights;
uniform sampler2D uTable;
uniform vec4 uCells;    // cell (column, row) of the tile at the quad's corner; cells per device pixel
uniform vec2 uLast;     // the tile's last column and row
uniform vec3 uCausal;   // a cell of the tile holds no weight where its column is not less than its row × x + y, or than z
uniform vec2 uHatch;    // hatch lines per device pixel along a row, and where in the period the quad's corner is
uniform float uScale;   // 0 linear, 1 square root, 2 logarithm
uniform vec2 uRange;
uniform vec2 uGap;      // 1 where columns, rows are set apart

float place(float weight, float low, float high) {
  if (!(weight > low)) return 0.0;
  if (weight >= high) return 1.0;
  if (uScale == 2.0) return log(weight / low) / log(high / low);
  float unit = (weight - low) / (high - low);
  return uScale == 1.0 ? sqrt(unit) : unit;
}

float toUnit(float weight) {
  bool isSigned = uRange.x < 0.0;
  float high = isSigned ? max(-uRange.x, uRange.y) : uRange.y;
  float low = isSigned ? 0.0 : uRange.x;
  float unit = place(isSigned ? abs(weight) : weight, uScale == 2.0 ? max(low, high * 1e-3) : low, high);
  return isSigned ? 0.5 + sign(weight) * 0.5 * unit : unit;
}

ivec2 hatch() {
  return ivec2(fract((vPx.x + vPx.y) * uHatch.x + uHatch.y) * 256.0, 2);
}

void main() {
  // From whole and half pixels, which are exact: where a cell ends in the middle of one, rounding must be the same all over.
  vec2 at = uCells.xy + vPx * uCells.zw;
  vec2 cell = clamp(floor(at), vec2(0.0), uLast);
  float weight = texelFetch(uWeights, ivec2(cell), 0).r;
  ivec2 look = ${bytes ? 'ivec2(weight * 255.0 + 0.5, 1)' : 'isnan(weight) ? hatch() : ivec2(toUnit(weight) * 255.0 + 0.5, 0)'};
  ${gap ? 'if (dot(floor(at + uCells.zw) - floor(at), uGap) > 0.0) look = ivec2(0, 3);' : ''}
  ${causal ? 'if (cell.x >= min(cell.y * uCausal.x + uCausal.y, uCausal.z)) look = hatch();' : ''}
  fragColor = texelFetch(uTable, look, 0);
}
`;
