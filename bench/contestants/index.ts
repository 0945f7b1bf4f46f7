import type { Contestant } from './contestant.js';

export type Group = 'heatmap' | 'head-view' | 'model-view' | 'token-view' | 'neuron-view';

/** All there are; each loads its own library and no other's. */
export const contestants: Record<Group, Record<string, () => Promise<Contestant>>> = {
  heatmap: {
    attentrace: async () => (await import('./attentrace-heatmap.js')).attentraceHeatmap(),
    'attentrace, its picture alone': async () =>
      (await import('./attentrace-picture.js')).attentracePicture(),
    'queries and keys': async () => (await import('./attentrace-query-key.js')).queryKeyHeatmap(),
    floor: async () => (await import('./floor.js')).floor(),
    putImageData: async () => (await import('./put-image-data.js')).putImageDataHeatmap(),
    plotly: async () => (await import('./plotly.js')).plotlyHeatmap(),
    echarts: async () => (await import('./echarts.js')).echartsHeatmap(),
    circuitsvis: async () => (await import('./circuitsvis.js')).circuitsvisPattern(),
    'deck.gl': async () => (await import('./deck.js')).deckHeatmap(),
  },
  'head-view': {
    attentrace: async () => (await import('./attentrace-views.js')).attentraceHeadView(),
    floor: async () => (await import('./floor.js')).scrolledFloor(),
    svg: async () => (await import('./svg-head-view.js')).svgHeadView(),
    bertviz: async () => (await import('./bertviz.js')).bertviz('head_view'),
    circuitsvis: async () => (await import('./circuitsvis.js')).circuitsvisHeads(),
  },
  'model-view': {
    attentrace: async () => (await import('./attentrace-views.js')).attentraceModelView(),
    svg: async () => (await import('./svg-model-view.js')).svgModelView(),
    bertviz: async () => (await import('./bertviz.js')).bertviz('model_view'),
  },
  'token-view': {
    attentrace: async () => (await import('./attentrace-views.js')).attentraceTokenView(),
    circuitsvis: async () => (await import('./circuitsvis.js')).circuitsvisTokens(),
  },
  'neuron-view': {
    attentrace: async () => (await import('./attentrace-views.js')).attentraceNeuronView(),
    bertviz: async () => (await import('./bertviz.js')).bertviz('neuron_view'),
  },
};
