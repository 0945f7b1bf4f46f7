import type { LinesLayer, SignedLayer, Surface } from '../../render/index.js';

/** What the body's one canvas shows: lines, and cells of signed numbers over them. */
export interface NeuronLayers {
  lines: LinesLayer;
  signed: SignedLayer;
  destroy(): void;
}

export async function loadNeuronLayers(): Promise<(surface: Surface) => NeuronLayers> {
  const [{ createLinesLayer }, { createSignedLayer }] = await Promise.all([
    import('../../render/lines/index.js'),
    import('../../render/signed/index.js'),
  ]);
  return (surface) => {
    const lines = createLinesLayer(surface);
    const signed = createSignedLayer(surface);
    return {
      lines,
      signed,
      destroy() {
        lines.destroy();
        signed.destroy();
      },
    };
  };
}
