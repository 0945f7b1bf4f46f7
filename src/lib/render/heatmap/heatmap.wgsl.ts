import type { Variant } from './heatmap.glsl.js';

// cspell:ignore bitcast fffffffu
/** As heatmap.glsl.ts, for WebGPU. Members of the structs are in the order of the uniform groups in tile-mesh.ts. */
export const heatmapWgsl = ({ bytes, causal, gap }: Variant): string => /* wgsl */ `
struct GlobalUniforms {
  uProjectionMatrix: mat3x3<f32>,
  uWorldTransformMatrix: mat3x3<f32>,
  uWorldColorAlpha: vec4<f32>,
  uResolution: vec2<f32>,
}
struct View {
  uScale: f32,
  uRange: vec2<f32>,
  uGap: vec2<f32>,
}
struct Tile {
  uQuad: vec4<f32>,
  uCells: vec4<f32>,
  uLast: vec2<f32>,
  uCausal: vec3<f32>,
  uHatch: vec2<f32>,
}
struct Varyings {
  @builtin(position) position: vec4<f32>,
  @location(0) px: vec2<f32>,
}

@group(0) @binding(0) var<uniform> globalUniforms: GlobalUniforms;
@group(1) @binding(0) var<uniform> view: View;
@group(1) @binding(1) var<uniform> tile: Tile;
@group(1) @binding(2) var uWeights: texture_2d<f32>;
@group(1) @binding(3) var uTable: texture_2d<f32>;

@vertex
fn vertexMain(@location(0) aCorner: vec2<f32>) -> Varyings {
  let px = aCorner * tile.uQuad.zw;
  let clip = globalUniforms.uProjectionMatrix * vec3<f32>(tile.uQuad.xy + px, 1.0);
  return Varyings(vec4<f32>(clip.xy, 0.0, 1.0), px);
}

fn toUnit(weight: f32) -> f32 {
  let low = select(view.uRange.x, max(view.uRange.x, view.uRange.y * 1e-3), view.uScale == 2.0);
  if (!(weight > low)) { return 0.0; }
  if (weight >= view.uRange.y) { return 1.0; }
  if (view.uScale == 2.0) { return log(weight / low) / log(view.uRange.y / low); }
  let unit = (weight - low) / (view.uRange.y - low);
  return select(unit, sqrt(unit), view.uScale == 1.0);
}

// WGSL has no isnan, and may take weight == weight for true.
fn isNan(weight: f32) -> bool {
  return (bitcast<u32>(weight) & 0x7fffffffu) > 0x7f800000u;
}

@fragment
fn fragmentMain(input: Varyings) -> @location(0) vec4<f32> {
  let at = tile.uCells.xy + input.px * tile.uCells.zw;
  let cell = clamp(floor(at), vec2<f32>(0.0), tile.uLast);
  let weight = textureLoad(uWeights, vec2<i32>(cell), 0).r;
  let hatch = vec2<i32>(i32(fract((input.px.x + input.px.y) * tile.uHatch.x + tile.uHatch.y) * 256.0), 2);
  var look = ${
    bytes
      ? 'vec2<i32>(i32(weight * 255.0 + 0.5), 1)'
      : 'select(vec2<i32>(i32(toUnit(weight) * 255.0 + 0.5), 0), hatch, isNan(weight))'
  };
  ${gap ? 'if (dot(floor(at + tile.uCells.zw) - floor(at), view.uGap) > 0.0) { look = vec2<i32>(0, 3); }' : ''}
  ${causal ? 'if (cell.x >= min(cell.y * tile.uCausal.x + tile.uCausal.y, tile.uCausal.z)) { look = hatch; }' : ''}
  return textureLoad(uTable, look, 0);
}
`;
