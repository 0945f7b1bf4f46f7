/**
 * Pixi's WebGL renderer with the parts that meshes with shaders of their own need, and no others. `WebGLRenderer` brings
 * sprites, batches, masks, blending by filters and extraction whether they are used or not: 13 kB of a view, gzipped.
 * Which parts need which changes with Pixi's minor versions, so package.json names one of them.
 */
import {
  AbstractRenderer,
  BackgroundSystem,
  GCSystem,
  GlBufferSystem,
  GlColorMaskSystem,
  GlContextSystem,
  GlEncoderSystem,
  GlGeometrySystem,
  GlLimitsSystem,
  GlobalUniformSystem,
  GlRenderTargetSystem,
  GlShaderSystem,
  GlStateSystem,
  GlStencilSystem,
  GlTextureSystem,
  GlUniformGroupSystem,
  MeshPipe,
  RendererType,
  RenderGroupSystem,
  ViewSystem,
  type Geometry,
  type GlMeshAdaptor,
  type ICanvas,
  type Mesh,
  type RendererConfig,
  type Shader,
  type WebGLOptions,
  type WebGLPipes,
  type WebGLRenderer,
} from 'pixi.js';

const systems = [
  BackgroundSystem,
  ViewSystem,
  GlobalUniformSystem,
  RenderGroupSystem,
  GCSystem,
  GlContextSystem,
  GlLimitsSystem,
  GlBufferSystem,
  GlTextureSystem,
  GlRenderTargetSystem,
  GlGeometrySystem,
  GlUniformGroupSystem,
  GlShaderSystem,
  GlEncoderSystem,
  GlStateSystem,
  GlStencilSystem,
  GlColorMaskSystem,
];

/** In place of the pipes that every frame goes through, though nothing here is batched, blended by filters or masked. */
class IdlePipe {
  buildStart() {}
  buildEnd() {}
  break() {}
  upload() {}
  pushBlendMode() {}
  popBlendMode() {}
  destroy() {}
}

/** Draws meshes with their own shaders; Pixi's also compiles one for meshes that have none. */
class MeshAdaptor implements Pick<GlMeshAdaptor, 'init' | 'execute' | 'destroy'> {
  init() {}
  execute({ renderer, localUniformsBindGroup }: MeshPipe, mesh: Mesh<Geometry, Shader>) {
    const { geometry, shader, state } = mesh;
    const { globalUniforms, encoder } = renderer as WebGLRenderer;
    // Where a program's global and local uniforms are bound.
    shader!.groups[100] = globalUniforms.bindGroup;
    shader!.groups[101] = localUniformsBindGroup;
    encoder.draw({ geometry, shader: shader!, state });
  }
  destroy() {}
}

const named = <Part>(name: string, value: unknown) => ({ name, value: value as Part });
type System = RendererConfig['systems'][number]['value'];
type Pipe = RendererConfig['renderPipes'][number]['value'];

/** Draws meshes, and containers of meshes, that have a shader and neither masks, filters nor a blend mode of their own. */
export class MeshRenderer extends AbstractRenderer<WebGLPipes, WebGLOptions, ICanvas> {
  declare readonly context: WebGLRenderer['context'];
  declare readonly gc: WebGLRenderer['gc'];

  constructor() {
    super({
      name: 'webgl',
      type: RendererType.WEBGL,
      systems: systems.map((system) => named<System>(system.extension.name, system)),
      renderPipes: [
        ...['batch', 'blendMode', 'colorMask'].map((name) => named<Pipe>(name, IdlePipe)),
        named<Pipe>('mesh', MeshPipe),
      ],
      renderPipeAdaptors: [named('mesh', MeshAdaptor)],
    });
  }
}
