import { TraceError } from './errors.js';
import { HeldAttention } from './held-attention.js';
import { indexIn, modelNumbers } from './model-numbers.js';
import { parseQuantity } from './parse-quantity.js';
import { holdsWeights } from './quantity.js';
import { pickedMatrices, whatIsThere } from './picked.js';
import { parseQueryPositions, unknownPositions } from './query-positions.js';
import { movedTo } from './segments.js';
import type { TokenSide } from './side.js';
import { countError } from './token-count.js';
import { parseScoring } from './scoring.js';
import { parseSublayer } from './sublayer.js';
import { checkSameDim, parseVectors, sharedHeads } from './vectors.js';
import type { AttentionSource, Segment, Stream, StreamInput, StreamKind } from './types.js';

/**
 * Builds one stream of a trace.
 *
 * @param prefix how the input is called in messages: `` for a self stream, `encoder.` and so on for others
 * @throws TraceError for every input that cannot be drawn truthfully
 */
export function toStream(
  name: StreamKind,
  input: Partial<StreamInput>,
  queries: TokenSide,
  keys: TokenSide,
  prefix: string,
): Stream {
  const { attention } = input;
  const source = isSource(attention) ? attention : undefined;
  const quantity = parseQuantity(input.quantity ?? source?.quantity, `${prefix}quantity`);
  if (source?.quantity && holdsWeights(source.quantity) !== holdsWeights(quantity))
    throw otherQuantity(`${prefix}quantity`, quantity.name, source.quantity.name);
  const oneSequence = name !== 'cross';
  const held = source
    ? undefined
    : new HeldAttention(input, `${prefix}attention`, name === 'self' || name === 'decoder', quantity);
  const read: AttentionSource = source ?? held!;
  const [layerCount, , rows, cols] = read.dims;

  const positions = queryPositions();
  const numbers = modelNumbers(input, read, held?.stored, prefix);
  const there = whatIsThere(positions, queries, keys);
  held?.check(positions, there.absentQueries);
  const matrixOf = there.picked
    ? pickedMatrices(read, held, there.picked, `${prefix}attention`)
    : read.matrix.bind(read);

  const uneven = new Set(numbers.heads.map((heads) => heads.length)).size > 1;
  const gaps = held && held.stored.passed > layerCount ? held.stored : undefined;
  const vectors = (kind: 'queries' | 'keys' | 'values') => {
    const given = input[kind] ?? (kind === 'values' ? undefined : read[kind]);
    if (given && uneven)
      throw new TraceError({
        code: 'vectors',
        place: `${prefix}${kind}`,
        found: `${kind} beside layers of different numbers of heads`,
        expected: 'layers of one number of heads',
        fix: `Leave ${kind} out, or make a trace of the layers that agree.`,
      });
    const heads = kind === 'queries' ? [numbers.all.length] : sharedHeads(numbers.all);
    return parseVectors(given, `${prefix}${kind}`, {
      layers: layerCount,
      gaps,
      heads,
      tokens: kind === 'queries' ? rows : cols,
      kept: kind === 'queries' ? there.picked?.rows : keys.kept,
    });
  };
  const recorded = { queries: vectors('queries'), keys: vectors('keys'), values: vectors('values') };
  checkSameDim(recorded.queries, recorded.keys, prefix);
  const sublayer = parseSublayer(input, prefix, {
    layers: layerCount,
    gaps,
    heads: numbers.all.length,
    queries: rows,
    kept: there.picked?.rows,
    values: recorded.values,
  });

  const scoring =
    input.scoring && recorded.queries
      ? parseScoring(input.scoring, `${prefix}scoring.`, {
          ...{ layers: layerCount, heads: numbers.all.length, rows, cols },
          causal: input.causal ?? read.causal ?? false,
        })
      : read.scoring;
  const headsOf = (layer: number): readonly number[] =>
    numbers.heads[indexIn(numbers.layers, layer, 'layer', `The ${name} stream`)]!;
  return {
    name,
    kind: name,
    quantity,
    layers: numbers.layers,
    heads: numbers.all,
    headsOf,
    queryTokens: there.queryRows ? there.queryRows.map((row) => queries.tokens[row]!) : queries.tokens,
    keyTokens: keys.tokens,
    querySegments: there.queryRows ? segmentsOfRows(queries.segments, there.queryRows) : queries.segments,
    keySegments: keys.segments,
    get causal() {
      return input.causal ?? read.causal ?? false;
    },
    matrix(layer, head) {
      const heads = headsOf(layer);
      const owner = uneven ? `Layer ${layer} of the ${name} stream` : `The ${name} stream`;
      return matrixOf(numbers.layers.indexOf(layer), indexIn(heads, head, 'head', owner));
    },
    ...recorded,
    ...(sublayer && { sublayer }),
    ...(scoring && { scoring }),
  };

  /** The position of each query where only some were recorded; undefined where all were. */
  function queryPositions(): readonly number[] | undefined {
    const given = input.queryPositions;
    if (cols === keys.count && given !== undefined && given !== null)
      return parseQueryPositions(given, rows, queries.count, `${prefix}queryPositions`);
    if (rows === queries.count && cols === keys.count) return undefined;
    if (oneSequence && cols === keys.count && rows < cols) {
      const last = input.causal ?? (held ? name !== 'encoder' && held.endsSequence() : read.causal === true);
      if (!last) throw unknownPositions(`${prefix}queryPositions`, rows, cols);
      return Array.from({ length: rows }, (_, row) => cols - rows + row);
    }
    throw countError(name, read.dims, queries, keys, prefix);
  }
}

/** Segments of a sequence in rows of the matrices; a segment none of whose queries was recorded is left out. */
function segmentsOfRows(segments: readonly Segment[], rows: readonly number[]): Segment[] {
  return segments.map((segment) => movedTo(rows, segment)).filter(({ start, end }) => start < end);
}

/** The error for a source of another quantity than the stream: its numbers were checked as what the source says they are. */
function otherQuantity(place: string, found: string, expected: string): TraceError {
  return new TraceError({
    code: 'quantity',
    place,
    found,
    expected: `${expected}, as the source of attention says`,
    fix: 'Give the quantity to the function that makes the source, and leave it out here.',
  });
}

function isSource(attention: StreamInput['attention'] | undefined): attention is AttentionSource {
  return typeof (attention as AttentionSource | null | undefined)?.matrix === 'function';
}
