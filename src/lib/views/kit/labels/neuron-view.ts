/** What was recorded: scores, or the weights of their softmax. */
type Recorded = 'score' | 'weight';

/** The strings of the neuron view. */
export interface NeuronLabels {
  neuronView: string;
  leastWeight: string;
  leastScore: string;
  sorted: string;
  sortedHelp: string;
  collapse: (token: string) => string;
  queryColumn: string;
  keyColumn: string;
  /** Both, where there is no room. */
  queryKeyShort: string;
  productColumn: string;
  /** `scale` where q·k is not divided by the root of the number of dimensions. */
  scoreColumn: (dim: number, scale?: string) => string;
  softmaxColumn: string;
  /** Where scores were recorded, and no softmax. */
  softmaxComputed: string;
  entersProduct: string;
  signedColors: string;
  dimension: (dimension: number) => string;
  elementProduct: (q: string, k: string, product: string) => string;
  queryElement: (q: string) => string;
  elements: (count: number) => string;
  recorded: string;
  mostFrom: (parts: readonly { dimension: number; value: string }[]) => string;
  dimensions: (count: number) => string;
  sharedKeys: (keyHead: number, heads: string) => string;
  checking: string;
  reproduces: (difference: string, what: Recorded) => string;
  reproducesRounded: (difference: string, what: Recorded) => string;
  differs: (difference: string, what: Recorded) => string;
  /** The same where there is no room. */
  reproducesShort: (difference: string) => string;
  differsShort: (difference: string) => string;
  differsTitle: (scale: string, what: Recorded) => string;
  differsPlace: (pair: string, computed: string, recorded: string) => string;
  differsCauses: string;
  differsBy: (what: 'scale' | 'softCap' | 'window' | 'alibiSlopes' | 'sinks', value: string) => string;
  differsMark: string;
  useScale: string;
  showPlace: string;
  neuronHint: string;
  /** Where the lines of all queries are too many to be drawn. */
  neuronHintLarge: string;
  /** While a query is open. */
  neuronTableHint: string;
  neuronHelp: string;
  queriesHelp: string;
  /** The stream holds neither weights nor scores, but numbers of another name: `difference`. */
  notWeights: (quantity: string) => string;
  notWeightsHint: string;
  noVectors: string;
  noVectorsHint: string;
  noVectorsPass: string;
  noVectorsRecord: string;
}

const recorded: Record<Recorded, string> = { score: 'scores', weight: 'attention' };

/** The labels of the neuron view in English. */
export const neuronLabels: NeuronLabels = {
  neuronView: 'Neurons',
  leastWeight: 'least weight that gets a line',
  leastScore: 'least size of a score that gets a line',
  sorted: 'sorted by contribution',
  sortedHelp:
    'keys by q·k, largest first; dimensions from what speaks for the keys attended to, to what speaks against',
  collapse: (token) => `close ${token}`,
  queryColumn: 'query q',
  keyColumn: 'key k',
  queryKeyShort: 'q, k',
  productColumn: 'q × k',
  scoreColumn: (dim, scale) => (scale ? `q·k × ${scale}` : `q·k ÷ √${dim}`),
  softmaxColumn: 'softmax',
  softmaxComputed: 'softmax, computed',
  entersProduct: 'as they enter the product: after rotary embedding, before scaling',
  signedColors: 'negative orange, positive blue',
  dimension: (dimension) => `dimension ${dimension}`,
  elementProduct: (q, k, product) => `q ${q} × k ${k} = ${product}`,
  queryElement: (q) => `q ${q}`,
  elements: (count) => `${count} numbers`,
  recorded: 'recorded',
  mostFrom: (parts) =>
    `most from ${parts.map(({ dimension, value }) => `dimension ${dimension} (${value})`).join(', ')}`,
  dimensions: (count) => `${count} dimensions`,
  sharedKeys: (keyHead, heads) => `key head ${keyHead}, shared by heads ${heads}`,
  checking: 'checking against what was recorded…',
  reproduces: (difference, what) => `reproduces the recorded ${recorded[what]} to ${difference}`,
  reproducesRounded: (difference, what) =>
    `reproduces the recorded ${recorded[what]} to ${difference}, as closely as ${what === 'score' ? 'they were' : 'it was'} stored`,
  reproducesShort: (difference) => `as recorded, to ${difference}`,
  differsShort: (difference) => `not as recorded, by ${difference}`,
  differs: (difference, what) => `differs from the recorded ${recorded[what]} by up to ${difference}`,
  differsTitle: (scale, what) =>
    what === 'score'
      ? `${scale} is not the score recorded here.`
      : `softmax(${scale}) is not the attention recorded here.`,
  differsPlace: (pair, computed, recorded) =>
    `Largest difference, at “${pair}”: ${computed} computed, ${recorded} recorded.`,
  differsCauses:
    'Something besides queries and keys has a part in it: a bias, ALiBi, soft-capping or a mask.',
  differsBy: (what, value) =>
    ({
      scale: `With another scale it is: pass scale={${value}}.`,
      softCap: `With a soft-cap of ${value} it is: pass createTrace({ scoring: { softCap } }).`,
      window: `With a window of ${value} keys it is: pass createTrace({ scoring: { window } }).`,
      alibiSlopes: `With ALiBi of slope ${value} it is: pass createTrace({ scoring: { alibiSlopes } }).`,
      sinks: `With a sink of logit ${value} in the softmax it is: pass createTrace({ scoring: { sinks } }).`,
    })[what],
  differsMark: 'A stroke marks what was recorded.',
  useScale: 'use it',
  showPlace: 'show',
  neuronHint: 'click a query to open it',
  neuronHintLarge: 'click a query to open it, hover a token for its lines',
  neuronTableHint: 'hover a number, click to lock its key',
  neuronHelp:
    'Up and down move over the keys, left and right over dimensions and columns, with Shift over whole columns. Enter locks a key, Escape lets it go, then closes the query.',
  queriesHelp: 'Up and down move over the queries, Enter opens one into its numbers.',
  notWeights: (quantity) => `This stream holds neither weights nor scores: its quantity is “${quantity}”`,
  notWeightsHint:
    "Queries and keys make scores, q·k, and weights, the softmax of scores: this view shows a stream of weights, or one of createTrace({ quantity: 'scores' }). Other views draw what this stream holds.",
  noVectors: 'No queries and keys were recorded',
  noVectorsHint:
    'This view shows how they multiply into attention. Record both as they enter the product: after rotary embedding, before the division by √d.',
  noVectorsPass: 'Pass them with the attention, each [layer, head, token, dim]; keys may have fewer heads:',
  noVectorsRecord: 'With transformers, an attention function of your own sees them for any model:',
};
