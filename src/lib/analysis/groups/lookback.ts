import type { Stream } from '../../trace/index.js';
import { hiddenPositions, type Hide } from '../lens/index.js';
import { wantedHeads, type HeadPlace } from '../wanted-heads.js';
import { checkGroups, rowsByPosition, rowsOf, type Group } from './group.js';
import { readGroupRows } from './read-group-rows.js';
import { mustBeOptions, mustBeStream } from '../must.js';

export interface LookbackOptions {
  /** The tokens given to the model: documents, a question. */
  context: Group;
  /** The tokens that the model wrote. */
  answer: Group;
  layers?: readonly number[];
  heads?: readonly number[];
  /** Keys left out. Otherwise the first token is part of the context, and takes much of its weight. Default `'none'`. */
  hide?: Hide;
  signal?: AbortSignal;
  onProgress?: (read: number, total: number) => void;
}

/** Lookback ratios of one head. */
export interface HeadLookback extends HeadPlace {
  /** One for each token of the answer whose query was recorded, in their order, in [0, 1]. */
  readonly ratios: Float64Array;
}

/**
 * How much a token of the answer looks at the context rather than at the answer so far: mean A on the context ÷ (mean on the context + mean on
 * the answer up to the token itself), in [0, 1] for each token and head; means, not sums, so that length does not decide. 0.5: as much
 * a token on either. NaN where the answer or the context has no key that the token can see. Descriptive.
 *
 * Source: Chuang et al. 2024, arXiv:2407.07071; their code counts the token itself among the answer, and the sink as context.
 *
 * @throws TraceError `group`, `empty-group`, `group-outside`, `group-overlap` where the two share a token, `no-queries`; the signal's reason
 */
export async function lookbackRatios(stream: Stream, options: LookbackOptions): Promise<HeadLookback[]> {
  mustBeStream(stream, 'lookbackRatios');
  mustBeOptions(options, 'lookbackRatios', '{ context, answer }');
  const { context, answer, layers, heads, hide = 'none', signal, onProgress } = options;
  const tokens = stream.keyTokens.length;
  const groups = checkGroups([context, answer], { tokens, place: 'context, answer', apart: true });
  const rows = rowsOf(rowsByPosition(stream), groups[1]!, 'answer');
  const wanted = wantedHeads(stream, layers, heads);
  const found = wanted.map((place) => ({ ...place, ratios: new Float64Array(rows.length) }));
  const indexOf = new Map(rows.map((row, i) => [row, i]));
  await readGroupRows(
    stream,
    {
      heads: wanted,
      rows,
      groups: groups.map(({ positions }) => positions),
      hidden: hiddenPositions(stream.keyTokens, hide),
      signal,
      onProgress,
    },
    ({ head, row, sums, seen }) => {
      const given = sums[0]! / seen[0]!;
      const written = sums[1]! / seen[1]!;
      found[head]!.ratios[indexOf.get(row)!] = given / (given + written);
    },
  );
  return found;
}
