/** Places the quad of a thumbnail, given in device pixels. */
export const thumbnailsVertex = /* glsl */ `#version 300 es
precision highp float;
in vec2 aCorner;
in vec4 aThumbnail;       // left, top in device pixels; left, top in the atlas
in float aLayer;
uniform mat3 uProjectionMatrix;
uniform vec2 uSize;       // of a thumbnail in device pixels
out vec2 vAt;             // 0 to 1 in the thumbnail
flat out vec2 vPlace;
flat out float vLayer;

void main() {
  vAt = aCorner;
  vPlace = aThumbnail.zw;
  vLayer = aLayer;
  gl_Position = vec4((uProjectionMatrix * vec3(aThumbnail.xy + aCorner * uSize, 1.0)).xy, 0.0, 1.0);
}
`;

/** Colours a pixel by what the atlas holds there: how much lines cover it, or the place of a cell's colour in the table. */
export const thumbnailsFragment = /* glsl */ `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
in vec2 vAt;
flat in vec2 vPlace;
flat in float vLayer;
uniform sampler2D uAtlas;
uniform sampler2D uTable;
uniform sampler2D uColors;
uniform vec2 uCells;      // columns, rows of a thumbnail in the atlas
uniform float uMatrix;    // 1: cells, 0: lines
uniform float uSigned;    // 1: lines are positive (red) and negative (green), each in the colour of an end of the table
uniform float uCausal;
uniform vec2 uLevels;     // of rows, of columns
uniform float uQueries;
out vec4 fragColor;

void main() {
  ivec2 cell = clamp(ivec2(floor(vAt * uCells)), ivec2(0), ivec2(uCells) - 1);
  vec2 held = texelFetch(uAtlas, ivec2(vPlace) + cell, 0).rg;
  float value = held.r;
  if (uSigned == 1.0) {
    vec3 ink = texelFetch(uTable, ivec2(255, 0), 0).rgb * held.r + texelFetch(uTable, ivec2(0), 0).rgb * held.g;
    float covered = 1.0 - (1.0 - held.r) * (1.0 - held.g);
    fragColor = vec4(ink * (covered / max(held.r + held.g, 1e-6)), covered);
    return;
  }
  if (uMatrix == 0.0) {
    int layer = int(vLayer);
    fragColor = vec4(texelFetch(uColors, ivec2(layer & 255, layer >> 8), 0).rgb * value, value);
    return;
  }
  int lastQuery = min((cell.y + 1) << int(uLevels.x), int(uQueries)) - 1;
  bool impossible = uCausal == 1.0 && (cell.x << int(uLevels.y)) > lastQuery;
  // Where no weight can be, the ground shows through: that is not the colour of zero.
  fragColor = impossible ? vec4(0.0) : texelFetch(uTable, ivec2(int(value * 255.0 + 0.5), 0), 0);
}
`;
