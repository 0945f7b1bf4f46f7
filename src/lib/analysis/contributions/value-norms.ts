import { deriveStream, type Stream } from '../../trace/index.js';
import {
  mustHoldWeights,
  notDerivable,
  streamOfLayers,
  timesKeys,
  type DerivedOptions,
} from '../derivation.js';
import { pacer } from '../../trace/pacer.js';
import { eachPart, headValues, lengthOf, mustHoldValues } from './parts.js';

/** Options of value norms. */
export interface ValueNormOptions extends DerivedOptions {
  /**
   * Norms of each head, or of the whole layer: its heads are added up first, so that they may cancel out. Default `'heads'`.
   */
  of?: 'heads' | 'layer';
  /** Whether values are multiplied by W_O. Default: if the stream holds it. The quantity's name says if they are not. */
  outputMatrix?: boolean;
}

/**
 * How much a key contributes to a query: the norm of what attention adds for it, ‖A[i,j] f(xⱼ)‖ with f(x) = (x W_V + b_V) W_O; of a layer
 * ‖Σₕ Aₕ[i,j] fₕ(xⱼ)‖. At least 0, in the units of the hidden states. A contribution: attention to a key with a short value counts little.
 * The same layers and heads; of a layer one head, 0.
 *
 * Without W_O it is ‖A[i,j] vⱼ‖, called `value norm without W_O`: W_O may lengthen or shorten it.
 *
 * Caveat: direction is lost: what two keys give may point the same way or cancel out, and what follows may ignore it.
 *
 * Source: Kobayashi et al. 2020, arXiv:2004.10102, eq. 2 and 4.
 *
 * @throws TraceError `derivation` without values, without W_O where it is asked for or a layer is; `quantity` where the stream holds
 * no weights; when its matrices are looked at, the signal's reason
 * @example
 * const trace = traceOf(recorded, valueNorms(recorded.stream()));
 */
export function valueNorms(stream: Stream, options: ValueNormOptions = {}): Stream {
  mustHoldWeights(stream, 'valueNorms');
  mustHoldValues(stream, 'valueNorms');
  const { of = 'heads', outputMatrix = stream.sublayer?.outputMatrix !== undefined, signal } = options ?? {};
  const [rows, cols] = [stream.queryTokens.length, stream.keyTokens.length];
  if ((outputMatrix || of === 'layer') && !(outputMatrix && stream.sublayer?.outputMatrix))
    throw notDerivable(
      'valueNorms',
      'no outputMatrix',
      'W_O, [layer, head, dim, hidden]',
      of === 'layer'
        ? 'The heads of a layer meet in W_O, and cannot be added up before it: pass createTrace({ outputMatrix }).'
        : 'Pass createTrace({ outputMatrix }), or leave it out here.',
    );
  const called = outputMatrix ? 'value norm' : 'value norm without W_O';
  const quantity = {
    name: called,
    range: [0, Infinity],
    evidence: 'contribution',
    caveat: 'Direction is lost: what two keys give may point the same way, or cancel out.',
  } as const;
  const name =
    options.name ??
    (of === 'layer' ? `${called} of layers` : `${called}s`.replace(' without W_Os', 's without W_O'));
  if (of === 'layer')
    return streamOfLayers(stream, { name, quantity }, signal, async (layer, pause) => {
      const out = new Float32Array(rows * cols);
      await eachPart(stream, layer, { residual: false, pause }, (query, key, part) => {
        out[query * cols + key] = lengthOf(part);
      });
      return out;
    });
  return deriveStream(stream, {
    ...{ name, quantity },
    matrix: (layer, head) =>
      timesKeys(stream.matrix(layer, head), async () => {
        const pause = pacer(signal);
        await pause();
        // ‖f(xⱼ)‖ of each key, or ‖vⱼ‖.
        const { data, size } = await headValues(stream, layer, head, outputMatrix, pause);
        return stream.keyTokens.map((_, key) => lengthOf(data.subarray(key * size, (key + 1) * size)));
      }),
  });
}
