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
  uQueries: f32,
  uScale: f32,
  uRange: vec2<f32>,
  uGap: vec2<f32>,
  uCausalOffset: f32,
  uHatchPx: f32,
}
struct Tile {
  uQuad: vec4<f32>,
  uCells: vec4<f32>,
  uTile: vec4<f32>,
  uHatchShift: f32,
  uCellSize: f32,
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

fn hatch(px: vec2<f32>) -> vec2<i32> {
  return vec2<i32>(i32(fract((px.x + px.y + tile.uHatchShift) / view.uHatchPx) * 256.0), 2);
}

// WGSL has no isnan, and may take weight == weight for true.
fn isNan(weight: f32) -> bool {
  return (bitcast<u32>(weight) & 0x7fffffffu) > 0x7f800000u;
}

fn impossible(cell: vec2<f32>) -> bool {
  let first = (tile.uTile.xy + cell) * tile.uCellSize;
  return first.x >= min(first.y + tile.uCellSize, view.uQueries) + view.uCausalOffset;
}

@fragment
fn fragmentMain(input: Varyings) -> @location(0) vec4<f32> {
  let at = tile.uCells.xy + input.px * tile.uCells.zw;
  let cell = clamp(floor(at), vec2<f32>(0.0), tile.uTile.zw - 1.0);
  let weight = textureLoad(uWeights, vec2<i32>(cell), 0).r;
  var look = ${
    bytes
      ? 'vec2<i32>(i32(weight * 255.0 + 0.5), 1)'
      : 'select(vec2<i32>(i32(toUnit(weight) * 255.0 + 0.5), 0), hatch(input.px), isNan(weight))'
  };
  ${gap ? 'if (dot(floor(at + tile.uCells.zw) - floor(at), view.uGap) > 0.0) { look = vec2<i32>(0, 3); }' : ''}
  ${causal ? 'if (impossible(cell)) { look = hatch(input.px); }' : ''}
  return textureLoad(uTable, look, 0);
}
`;
