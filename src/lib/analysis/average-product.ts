import { deriveStream, wholeMatrix, type Stream } from '../trace/index.js';
import { mustBeSquare, wholeWeights } from './derivation.js';
import { mustBeStream } from './must.js';

/**
 * Attention that goes both ways, less what two positions get for being looked at by all: S = A + Aᵀ, then Sᵢⱼ − Sᵢ· S·ⱼ ÷ S·· (average
 * product correction). Signed. The same layers and heads. Descriptive. What contacts in proteins are read from.
 *
 * Caveat: contacts also need the regression over heads that was fitted for the model.
 *
 * Source: Rao et al. 2020, doi:10.1101/2020.12.15.422761, as in ESM.
 *
 * @throws TraceError `derivation` for cross attention and for only some queries
 */
export function averageProductCorrection(stream: Stream, options: { name?: string } = {}): Stream {
  mustBeStream(stream, 'averageProductCorrection');
  const { name = 'APC' } = options ?? {};
  mustBeSquare(stream, 'averageProductCorrection');
  const size = stream.keyTokens.length;
  return deriveStream(stream, {
    name,
    quantity: {
      name: 'corrected attention',
      range: [-Infinity, Infinity],
      evidence: 'descriptive',
      caveat: 'Contacts also need the regression over heads that was fitted for the model.',
    },
    causal: false,
    matrix: (layer, head) =>
      wholeMatrix({ rows: size, cols: size, signed: true }, async () => {
        const weights = await wholeWeights(stream.matrix(layer, head));
        const both = weights.map((weight, i) => weight + weights[(i % size) * size + Math.floor(i / size)]!);
        const sums = new Float64Array(size);
        both.forEach((sum, i) => (sums[i % size]! += sum));
        const all = sums.reduce((total, sum) => total + sum, 0);
        return both.map((sum, i) => sum - (all && (sums[i % size]! * sums[Math.floor(i / size)]!) / all));
      }),
  });
}
