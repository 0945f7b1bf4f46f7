import { linesPerRow } from './line-texels.js';
import { linesPerInstance } from './lines.glsl.js';

/** As lines.glsl.ts, for WebGPU. Members of the structs are in the order of the uniform groups in line-mesh.ts. */
export const linesWgsl = /* wgsl */ `
struct GlobalUniforms {
  uProjectionMatrix: mat3x3<f32>,
  uWorldTransformMatrix: mat3x3<f32>,
  uWorldColorAlpha: vec4<f32>,
  uResolution: vec2<f32>,
}
struct Lines {
  uRect: vec4<f32>,
  uStart: vec4<f32>,
  uTokenPx: f32,
  uHorizontal: f32,
  uWidthPx: vec2<f32>,
  uOpacity: f32,
  uFade: f32,
}
struct Own {
  uPass: f32,
  uCount: f32,
}
struct Varyings {
  @builtin(position) position: vec4<f32>,
  @location(0) @interpolate(flat) ink: vec4<f32>,
  @location(1) @interpolate(flat) cover: vec2<f32>,
  @location(2) side: f32,
  @location(3) px: vec2<f32>,
}

@group(0) @binding(0) var<uniform> globalUniforms: GlobalUniforms;
@group(1) @binding(0) var<uniform> lines: Lines;
@group(1) @binding(1) var<uniform> own: Own;
@group(1) @binding(2) var uColors: texture_2d<f32>;
@group(1) @binding(3) var uLines: texture_2d<f32>;

fn along(s: f32) -> f32 {
  return 0.5 - sin(asin(1.0 - 2.0 * clamp(s, 0.0, 1.0)) / 3.0);
}

@vertex
fn vertexMain(@builtin(instance_index) instance: u32, @location(0) aStrip: vec3<f32>) -> Varyings {
  var out: Varyings;
  let index = i32(instance) * ${linesPerInstance} + i32(aStrip.z);
  if (index >= i32(own.uCount)) {
    out.position = vec4<f32>(2.0, 2.0, 2.0, 1.0);
    return out;
  }
  let line = textureLoad(uLines, vec2<i32>(index % ${linesPerRow}, index / ${linesPerRow}), 0);
  let horizontal = lines.uHorizontal == 1.0;
  let focused = own.uPass == 1.0;
  let weight = clamp(line.w, 0.0, 1.0);
  let full = min(1.0, weight * lines.uOpacity);
  let opacity = select(full * lines.uFade, sqrt(full), focused);
  let halfPx = 0.5 * mix(lines.uWidthPx.x, lines.uWidthPx.y, weight) * select(1.0, 1.5, focused);

  let alongRange = select(lines.uRect.yw, lines.uRect.xz, horizontal);
  let acrossRange = select(lines.uRect.xz, lines.uRect.yw, horizontal);
  let ends = alongRange.x + ((line.xy - lines.uStart.xz) - lines.uStart.yw + 0.5) * lines.uTokenPx;
  let reach = halfPx + 0.5;
  let first = min(ends.x, ends.y);
  let last = max(ends.x, ends.y);
  if (last < alongRange.x - reach || first > alongRange.y + reach) {
    out.position = vec4<f32>(2.0, 2.0, 2.0, 1.0);
    return out;
  }
  let change = vec2<f32>(acrossRange.y - acrossRange.x, ends.y - ends.x);
  var part = vec2<f32>(0.0, 1.0);
  if (first < alongRange.x || last > alongRange.y) {
    let cut = (alongRange + vec2<f32>(-reach, reach) - ends.x) / change.y;
    part = vec2<f32>(along(min(cut.x, cut.y)) - 0.001, along(max(cut.x, cut.y)) + 0.001);
    part = clamp(part, vec2<f32>(0.0), vec2<f32>(1.0));
  }
  let t = mix(part.x, part.y, aStrip.x);
  let tangent = normalize(change * vec2<f32>(1.5 - 3.0 * t + 3.0 * t * t, 6.0 * t * (1.0 - t)));
  let point = vec2<f32>(acrossRange.x, ends.x)
    + change * vec2<f32>(t * (1.5 + t * (t - 1.5)), t * t * (3.0 - 2.0 * t))
    + vec2<f32>(-tangent.y, tangent.x) * aStrip.y * reach;
  let head = i32(line.z);
  out.px = select(point, point.yx, horizontal);
  out.position = vec4<f32>((globalUniforms.uProjectionMatrix * vec3<f32>(out.px, 1.0)).xy, 0.0, 1.0);
  out.ink = vec4<f32>(textureLoad(uColors, vec2<i32>(head & 255, head >> 8u), 0).rgb, 1.0) * opacity;
  out.cover = vec2<f32>(reach, min(1.0, 2.0 * halfPx));
  out.side = aStrip.y * reach;
  return out;
}

@fragment
fn fragmentMain(input: Varyings) -> @location(0) vec4<f32> {
  if (any(input.px < lines.uRect.xy) || any(input.px > lines.uRect.zw)) { discard; }
  return input.ink * clamp(input.cover.x - abs(input.side), 0.0, input.cover.y);
}
`;
