// cspell:ignore bitcast fffffffu
/** As heatmap.glsl.ts, for WebGPU. Members of the structs are in the order of the uniform groups in tile-mesh.ts. */
export const heatmapWgsl = /* wgsl */ `
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
  uHatchColor: vec4<f32>,
  uHatchBackground: vec4<f32>,
  uHatchPx: f32,
  uBackground: vec4<f32>,
}
struct Tile {
  uQuad: vec4<f32>,
  uCells: vec4<f32>,
  uTile: vec4<f32>,
  uHatchShift: f32,
  uLevel: f32,
  uCausal: f32,
  uBytes: f32,
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

fn hatch(px: vec2<f32>) -> vec4<f32> {
  let along = fract((px.x + px.y + tile.uHatchShift) / view.uHatchPx);
  let fromLine = min(along, 1.0 - along) * 0.70710678;
  return mix(view.uHatchColor, view.uHatchBackground, clamp((fromLine - 0.05) * view.uHatchPx, 0.0, 1.0));
}

fn impossible(cell: vec2<i32>) -> bool {
  let place = vec2<i32>(tile.uTile.xy) + cell;
  let firstKey = place.x << u32(tile.uLevel);
  let lastQuery = min((place.y + 1) << u32(tile.uLevel), i32(view.uQueries)) - 1;
  return firstKey > lastQuery + i32(view.uCausalOffset);
}

@fragment
fn fragmentMain(input: Varyings) -> @location(0) vec4<f32> {
  let at = tile.uCells.xy + input.px * tile.uCells.zw;
  let cell = clamp(vec2<i32>(at), vec2<i32>(0), vec2<i32>(tile.uTile.zw) - 1);
  if (tile.uCausal == 1.0 && impossible(cell)) { return hatch(input.px); }
  let last = (floor(at + tile.uCells.zw) != floor(at)) & (view.uGap == vec2<f32>(1.0));
  if (any(last)) { return view.uBackground; }
  let weight = textureLoad(uWeights, cell, 0).r;
  if (tile.uBytes == 1.0) { return textureLoad(uTable, vec2<i32>(i32(weight * 255.0 + 0.5), 1), 0); }
  // WGSL has no isnan, and may take weight == weight for true.
  if ((bitcast<u32>(weight) & 0x7fffffffu) > 0x7f800000u) { return hatch(input.px); }
  return textureLoad(uTable, vec2<i32>(i32(toUnit(weight) * 255.0 + 0.5), 0), 0);
}
`;
