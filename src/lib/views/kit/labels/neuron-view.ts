/** What was recorded: scores, or the weights of their softmax. */
type Recorded = 'score' | 'weight';

const recorded: Record<Recorded, string> = { score: 'scores', weight: 'attention' };

/** The labels of the neuron view in English. */
export const neuronLabels = {
  neuronView: 'Neurons',
  leastWeight: 'least weight that gets a line',
  leastScore: 'least size of a score that gets a line',
  sorted: 'sorted by contribution',
  sortedHelp:
    'keys by q·k, largest first; dimensions from what speaks for the keys attended to, to what speaks against',
  collapse: (token: string) => `close ${token}`,
  queryColumn: 'query q',
  keyColumn: 'key k',
  /** Both, where there is no room. */
  queryKeyShort: 'q, k',
  productColumn: 'q × k',
  /** `scale` where q·k is not divided by the root of the number of dimensions. */
  scoreColumn: (dim: number, scale?: string) => (scale ? `q·k × ${scale}` : `q·k ÷ √${dim}`),
  softmaxColumn: 'softmax',
  /** Where scores were recorded, and no softmax. */
  softmaxComputed: 'softmax, computed',
  entersProduct: 'as they enter the product: after rotary embedding, before scaling',
  signedColors: 'negative orange, positive blue',
  dimension: (dimension: number) => `dimension ${dimension}`,
  elementProduct: (q: string, k: string, product: string) => `q ${q} × k ${k} = ${product}`,
  queryElement: (q: string) => `q ${q}`,
  elements: (count: number) => `${count} numbers`,
  recorded: 'recorded',
  mostFrom: (parts: readonly { dimension: number; value: string }[]) =>
    `most from ${parts.map(({ dimension, value }) => `dimension ${dimension} (${value})`).join(', ')}`,
  dimensions: (count: number) => `${count} dimensions`,
  sharedKeys: (keyHead: number, heads: string) => `key head ${keyHead}, shared by heads ${heads}`,
  checking: 'checking against what was recorded…',
  reproduces: (difference: string, what: Recorded) =>
    `reproduces the recorded ${recorded[what]} to ${difference}`,
  reproducesRounded: (difference: string, what: Recorded) =>
    `reproduces the recorded ${recorded[what]} to ${difference}, as closely as ${what === 'score' ? 'they were' : 'it was'} stored`,
  differs: (difference: string, what: Recorded) =>
    `differs from the recorded ${recorded[what]} by up to ${difference}`,
  /** The same where there is no room. */
  reproducesShort: (difference: string) => `as recorded, to ${difference}`,
  differsShort: (difference: string) => `not as recorded, by ${difference}`,
  differsTitle: (scale: string, what: Recorded) =>
    what === 'score'
      ? `${scale} is not the score recorded here.`
      : `softmax(${scale}) is not the attention recorded here.`,
  differsPlace: (pair: string, computed: string, recorded: string) =>
    `Largest difference, at “${pair}”: ${computed} computed, ${recorded} recorded.`,
  differsCauses:
    'Something besides queries and keys has a part in it: a bias, ALiBi, soft-capping or a mask.',
  differsBy: (what: 'scale' | 'softCap' | 'window' | 'alibiSlopes' | 'sinks', value: string) =>
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
  /** Where the lines of all queries are too many to be drawn. */
  neuronHintLarge: 'click a query to open it, hover a token for its lines',
  /** While a query is open. */
  neuronTableHint: 'hover a number, click to lock its key',
  neuronHelp:
    'Up and down move over the keys, left and right over dimensions and columns, with Shift over whole columns. Enter locks a key, Escape lets it go, then closes the query.',
  queriesHelp: 'Up and down move over the queries, Enter opens one into its numbers.',
  /** The stream holds neither weights nor scores, but numbers of another name: `difference`. */
  notWeights: (quantity: string) =>
    `This stream holds neither weights nor scores: its quantity is “${quantity}”`,
  notWeightsHint:
    "Queries and keys make scores, q·k, and weights, the softmax of scores: this view shows a stream of weights, or one of createTrace({ quantity: 'scores' }). Other views draw what this stream holds.",
  noVectors: 'No queries and keys were recorded',
  noVectorsHint:
    'This view shows how they multiply into attention. Record both as they enter the product: after rotary embedding, before the division by √d.',
  noVectorsPass: 'Pass them with the attention, each [layer, head, token, dim]; keys may have fewer heads:',
  noVectorsRecord: 'With transformers, an attention function of your own sees them for any model:',
};

export type NeuronLabels = typeof neuronLabels;
