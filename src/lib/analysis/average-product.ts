import { deriveStream, wholeMatrix, type Stream } from '../trace/index.js';
import { mustBeSquare, wholeWeights, type DerivedOptions } from './derivation.js';
import { pacer } from '../trace/pacer.js';

/**
 * Symmetric attention, minus what two positions get because all look at them: S = A + Aᵀ, then Sᵢⱼ − Sᵢ· S·ⱼ ÷ S·· (average
 * product correction). Signed. The same layers and heads. Descriptive. Contacts in proteins are read from it.
 *
 * Caveat: contacts also need the regression over heads that was fitted for the model.
 *
 * Source: Rao et al. 2020, doi:10.1101/2020.12.15.422761, as in ESM.
 *
 * @throws TraceError `derivation` for cross attention and for only some queries; when its matrices are looked at, the signal's reason
 */
export function averageProductCorrection(stream: Stream, options: DerivedOptions = {}): Stream {
  mustBeSquare(stream, 'averageProductCorrection');
  const { name = 'APC', signal } = options ?? {};
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
        const pause = pacer(signal);
        const weights = await wholeWeights(stream.matrix(layer, head), pause);
        const both = new Float32Array(size * size);
        const sums = new Float64Array(size);
        for (let row = 0; row < size; row++) {
          await pause();
          for (let col = 0, at = row * size; col < size; col++, at++)
            sums[col]! += both[at] = weights[at]! + weights[col * size + row]!;
        }
        const all = sums.reduce((total, sum) => total + sum, 0);
        for (let row = 0; all !== 0 && row < size; row++) {
          await pause();
          for (let col = 0, at = row * size; col < size; col++, at++)
            both[at] = both[at]! - (sums[col]! * sums[row]!) / all;
        }
        return both;
      }),
  });
}
