/** As thumbnails.glsl.ts, for WebGPU. Members of the struct are in the order of the uniform group in thumbnail-mesh.ts. */
export const thumbnailsWgsl = /* wgsl */ `
struct GlobalUniforms {
  uProjectionMatrix: mat3x3<f32>,
  uWorldTransformMatrix: mat3x3<f32>,
  uWorldColorAlpha: vec4<f32>,
  uResolution: vec2<f32>,
}
struct Thumbnails {
  uSize: vec2<f32>,
  uCells: vec2<f32>,
  uMatrix: f32,
  uCausal: f32,
  uLevels: vec2<f32>,
  uQueries: f32,
}
struct Varyings {
  @builtin(position) position: vec4<f32>,
  @location(0) at: vec2<f32>,
  @location(1) @interpolate(flat) place: vec2<f32>,
  @location(2) @interpolate(flat) layer: f32,
}

@group(0) @binding(0) var<uniform> globalUniforms: GlobalUniforms;
@group(1) @binding(0) var<uniform> thumbnails: Thumbnails;
@group(1) @binding(1) var uAtlas: texture_2d<f32>;
@group(1) @binding(2) var uTable: texture_2d<f32>;
@group(1) @binding(3) var uColors: texture_2d<f32>;

@vertex
fn vertexMain(
  @location(0) aCorner: vec2<f32>,
  @location(1) aThumbnail: vec4<f32>,
  @location(2) aLayer: f32,
) -> Varyings {
  let px = aThumbnail.xy + aCorner * thumbnails.uSize;
  let clip = globalUniforms.uProjectionMatrix * vec3<f32>(px, 1.0);
  return Varyings(vec4<f32>(clip.xy, 0.0, 1.0), aCorner, aThumbnail.zw, aLayer);
}

@fragment
fn fragmentMain(input: Varyings) -> @location(0) vec4<f32> {
  let cells = vec2<i32>(thumbnails.uCells);
  let cell = clamp(vec2<i32>(floor(input.at * thumbnails.uCells)), vec2<i32>(0), cells - 1);
  let value = textureLoad(uAtlas, vec2<i32>(input.place) + cell, 0).r;
  if (thumbnails.uMatrix == 0.0) {
    let layer = i32(input.layer);
    return vec4<f32>(textureLoad(uColors, vec2<i32>(layer & 255, layer >> 8u), 0).rgb * value, value);
  }
  let levels = vec2<u32>(thumbnails.uLevels);
  let lastQuery = min((cell.y + 1) << levels.x, i32(thumbnails.uQueries)) - 1;
  if (thumbnails.uCausal == 1.0 && (cell.x << levels.y) > lastQuery) { return vec4<f32>(0.0); }
  return textureLoad(uTable, vec2<i32>(i32(value * 255.0 + 0.5), 0), 0);
}
`;
