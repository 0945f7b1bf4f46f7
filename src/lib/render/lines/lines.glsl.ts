import { linesPerRow } from './line-texels.js';

/** Drawing in software begins each instance anew, which takes it as long as drawing some lines. */
export const linesPerInstance = 64;

/** Bends a strip along a line's curve. "Along" is the direction in which tokens follow each other, "across" the other. */
export const linesVertex = /* glsl */ `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
in vec3 aStrip;           // how far along what is seen of the curve, 0 to 1; which side, -1 or 1; which line of the instance
uniform mat3 uProjectionMatrix;
uniform sampler2D uLines; // query, key, head, weight
uniform sampler2D uColors;
uniform vec4 uRect;       // left, top, right, bottom in device pixels
uniform vec4 uStart;      // first query and its fraction scrolled away, first key and its fraction
uniform float uTokenPx;
uniform float uHorizontal;
uniform vec2 uWidthPx;    // of magnitude 0 and 1
uniform float uMost;      // the weight of magnitude 1
uniform float uSigned;    // 1: colours are of negative and positive weights, not of heads
uniform float uOpacity;   // of magnitude 1
uniform float uFade;
uniform float uPass;      // 1: the lines are in focus
uniform float uCount;
flat out vec4 vInk;
flat out vec2 vCover;      // from where on outwards no pixel is covered; how much of one at most
out float vSide;          // device pixels from the middle of the line
out vec2 vPx;

const vec4 nowhere = vec4(2.0, 2.0, 2.0, 1.0);

/** Where a line that runs from 0 to 1 as t * t * (3 - 2 * t) does is at s; to a thousandth, as trigonometry may be coarse. */
float along(float s) {
  return 0.5 - sin(asin(1.0 - 2.0 * clamp(s, 0.0, 1.0)) / 3.0);
}

void main() {
  int index = gl_InstanceID * ${linesPerInstance} + int(aStrip.z);
  if (index >= int(uCount)) {
    gl_Position = nowhere;
    return;
  }
  vec4 line = texelFetch(uLines, ivec2(index % ${linesPerRow}, index / ${linesPerRow}), 0);
  float weight = min(1.0, abs(line.w) / uMost);
  float opacity = min(1.0, weight * uOpacity);
  float halfPx = 0.5 * mix(uWidthPx.x, uWidthPx.y, weight);
  // The focused: order of weights kept, but the weak ones made visible.
  opacity = uPass == 1.0 ? sqrt(opacity) : opacity * uFade;
  halfPx *= uPass == 1.0 ? 1.5 : 1.0;

  vec2 alongRange = uHorizontal == 1.0 ? uRect.xz : uRect.yw;
  vec2 acrossRange = uHorizontal == 1.0 ? uRect.yw : uRect.xz;
  // Whole tokens first: a difference of integers is exact where token times pixels would not be.
  vec2 ends = alongRange.x + ((line.xy - uStart.xz) - uStart.yw + 0.5) * uTokenPx;
  float reach = halfPx + 0.5;
  bool offRect = max(ends.x, ends.y) < alongRange.x - reach || min(ends.x, ends.y) > alongRange.y + reach;
  if (offRect) {
    gl_Position = nowhere;
    return;
  }
  vec2 change = vec2(acrossRange.y - acrossRange.x, ends.y - ends.x);
  vec2 part = vec2(0.0, 1.0);
  if (min(ends.x, ends.y) < alongRange.x || max(ends.x, ends.y) > alongRange.y) {
    vec2 cut = (alongRange + vec2(-reach, reach) - ends.x) / change.y;
    part = vec2(along(min(cut.x, cut.y)) - 0.001, along(max(cut.x, cut.y)) + 0.001);
    part = clamp(part, 0.0, 1.0);
  }
  float t = mix(part.x, part.y, aStrip.x);
  vec2 point = vec2(acrossRange.x, ends.x) + change * vec2(t * (1.5 + t * (t - 1.5)), t * t * (3.0 - 2.0 * t));
  vec2 tangent = normalize(change * vec2(1.5 - 3.0 * t + 3.0 * t * t, 6.0 * t * (1.0 - t)));
  vSide = aStrip.y * reach;
  point += vec2(-tangent.y, tangent.x) * vSide;
  vPx = uHorizontal == 1.0 ? point.yx : point;
  vCover = vec2(reach, min(1.0, 2.0 * halfPx));
  int head = uSigned == 1.0 ? int(line.w >= 0.0) : int(line.z);
  vInk = vec4(texelFetch(uColors, ivec2(head & 255, head >> 8), 0).rgb, 1.0) * opacity;
  gl_Position = vec4((uProjectionMatrix * vec3(vPx, 1.0)).xy, 0.0, 1.0);
}
`;

/** Colours a pixel by how much of it the line covers. */
export const linesFragment = /* glsl */ `#version 300 es
precision highp float;
flat in vec4 vInk;
flat in vec2 vCover;
in float vSide;
in vec2 vPx;
uniform vec4 uRect;
out vec4 fragColor;

void main() {
  if (any(lessThan(vPx, uRect.xy)) || any(greaterThan(vPx, uRect.zw))) discard;
  // How much of a pixel-wide window around here lies on the line: right for lines thinner than a pixel too.
  fragColor = vInk * clamp(vCover.x - abs(vSide), 0.0, vCover.y);
}
`;
