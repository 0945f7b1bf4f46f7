/** Colours a pixel by the number of the one cell it lies in; gaps, and cells that hold NaN, stay clear. */
export const panelFragment = /* glsl */ `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
in vec2 vPx;
out vec4 fragColor;

uniform sampler2D uValues;
uniform sampler2D uTable;
uniform vec2 uCount;      // columns, rows
uniform vec2 uCellPx;     // from one cell to the next
uniform vec2 uGapPx;      // how much of it is clear at the right; at the top, and again at the bottom
uniform float uMost;      // the size of number that has the full colour

void main() {
  ivec2 cell = clamp(ivec2(floor(vPx / uCellPx)), ivec2(0), ivec2(uCount) - 1);
  vec2 inside = vPx - vec2(cell) * uCellPx;
  bool gap = inside.x >= uCellPx.x - uGapPx.x || inside.y < uGapPx.y || inside.y >= uCellPx.y - uGapPx.y;
  float value = texelFetch(uValues, cell, 0).r;
  if (gap || isnan(value)) {
    fragColor = vec4(0.0);
    return;
  }
  float unit = 0.5 + 0.5 * clamp(value / uMost, -1.0, 1.0);
  fragColor = texelFetch(uTable, ivec2(int(unit * 255.0 + 0.5), 0), 0);
}
`;
