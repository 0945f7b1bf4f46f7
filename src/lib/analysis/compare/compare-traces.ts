import { TraceError, type Stream, type StreamName, type Token, type Trace } from '../../trace/index.js';
import { streamNamed } from '../../trace/trace-of.js';
import { alignTokens, type Align, type Alignment } from './align-tokens.js';
import { pacer } from '../../trace/pacer.js';
import { alignedTokens } from './aligned-tokens.js';
import { alignedStreams, type AlignedStreams } from './aligned-streams.js';
import { headDistances, type HeadDistance, type HeadDistancesOptions } from './head-distances.js';
import { givenHeadPairs, pairsByNumber, type HeadPair, type Match } from './head-pairs.js';
import { pairsByLikeness } from './likeness.js';
import { mustBeTrace } from '../must.js';

export interface CompareOptions {
  /** How tokens are aligned. Default `'auto'`: same tokens; else the same text in other pieces; else the longest common sequence. */
  align?: Align;
  /** Which heads are compared. Default `'number'`. */
  match?: Match;
  /** A second run of a's model on the same input: the difference between the two runs is noise, a floor for the differences of b. */
  floor?: Trace;
  signal?: AbortSignal;
}

/** One stream of both traces, compared. */
export interface ComparedStream {
  readonly name: StreamName;
  /** How the keys are aligned, and without `queryAlignment` the queries too. */
  readonly alignment: Alignment;
  /** For cross attention, how the queries are aligned. */
  readonly queryAlignment?: Alignment;
  readonly pairs: readonly HeadPair[];
  /**
   * The stream of a, that of b, and b − a, with the same queries and keys: the keys of both, and the queries that both have. A token
   * of one side only reads `−word` (a) or `+word` (b), and has no weight in the other; `he → she` stands in for another. Layers and
   * heads are numbered as in a. Every view draws them.
   */
  readonly a: Stream;
  readonly b: Stream;
  readonly difference: Stream;
  /**
   * How far each head of b is from that of a.
   *
   * @throws TraceError `quantity` where the streams hold no weights; the signal's reason
   */
  headDistances(options?: HeadDistancesOptions): Promise<HeadDistance[]>;
}

/** Two traces with aligned tokens, and the differences of their streams. */
export interface Comparison {
  readonly a: Trace;
  readonly b: Trace;
  readonly streams: readonly ComparedStream[];
  /** A stream by name; without one, the first. Throws `TraceError` `unknown-stream`. */
  stream(name?: StreamName): ComparedStream;
}

/**
 * Compares two traces: base and fine-tuned, two prompts, two seeds, a pair of sentences, or heads of one trace with each other.
 * Differences are b − a. Descriptive: that a head looks elsewhere says nothing yet of what it does.
 *
 * @throws TraceError `different-models` where they do not hold the same streams, layers and heads, and `match` does not say which
 * belong together; `different-tokens`, `nothing-aligned` where tokens cannot be aligned; `no-queries` where no query of both was recorded;
 * `quantity` where they hold other quantities; the signal's reason
 * @example
 * const comparison = await compareTraces(base, tuned);
 * const moved = await comparison.stream().headDistances({ hide: 'first' });
 */
export async function compareTraces(a: Trace, b: Trace, given: CompareOptions = {}): Promise<Comparison> {
  const options = given ?? {};
  mustBeTrace(a, 'the first trace');
  mustBeTrace(b, 'the second trace');
  const names = a.streams.map(({ name }) => name);
  const otherNames = b.streams.map(({ name }) => name);
  if (String(names) !== String(otherNames)) throw otherStreams(names, otherNames);
  // Whoever asks has often just made the traces, or a view: they have had their time.
  await new Promise((resolve) => setTimeout(resolve));
  const align = aligner(options);
  const streams: ComparedStream[] = [];
  for (const name of names)
    streams.push(
      await compareStreams(a.stream(name), b.stream(name), options, align, options.floor?.stream(name)),
    );
  return { a, b, streams, stream: (name) => streamNamed(streams, name, 'comparison') };
}

type Aligner = (a: readonly Token[], b: readonly Token[], place: string) => Promise<Alignment>;

/** Aligns tokens once for all streams that share them. */
function aligner({ align, signal }: CompareOptions): Aligner {
  const done = new Map<readonly Token[], Promise<Alignment>>();
  return (a, b, place) => {
    const known = done.get(a) ?? alignTokens(a, b, { align, place, signal });
    done.set(a, known);
    return known;
  };
}

async function compareStreams(
  a: Stream,
  b: Stream,
  { match = 'number', signal }: CompareOptions,
  align: Aligner,
  floor: Stream | undefined,
): Promise<ComparedStream> {
  // Models that cannot be compared are reported before tokens that cannot be aligned.
  const known =
    match === 'number' ? pairsByNumber(a, b) : match === 'likeness' ? [] : givenHeadPairs(match, a, b);
  const keys = await align(a.keyTokens, b.keyTokens, `the tokens of ${a.name}`);
  const queries =
    a.kind === 'cross' ? await align(a.queryTokens, b.queryTokens, `the queries of ${a.name}`) : undefined;
  const pause = pacer(signal);
  await pause();
  const keyTokens = alignedTokens(keys.runs, a.keyTokens, b.keyTokens);
  await pause();
  const alignedBy = (pairs: readonly HeadPair[]): AlignedStreams =>
    alignedStreams(a, b, pairs, keys, keyTokens, queries);
  const pairs = match === 'likeness' ? await pairsByLikeness(a, b, alignedBy([]), signal) : known;
  const aligned = alignedBy(pairs);
  await pause();
  return {
    name: a.name,
    alignment: keys,
    ...(queries && { queryAlignment: queries }),
    pairs,
    a: aligned.a,
    b: aligned.b,
    difference: aligned.difference,
    async headDistances(how = {}) {
      const found = await headDistances([a, b], aligned, pairs, keys.runs, how);
      return floor ? withFloor(found, await floorOf(a, floor, how)) : found;
    },
  };
}

/** The distance of each head from itself in a second run. */
async function floorOf(a: Stream, again: Stream, how: HeadDistancesOptions): Promise<HeadDistance[]> {
  const align = aligner({ align: 'ids', signal: how.signal });
  const compared = await compareStreams(a, again, { signal: how.signal }, align, undefined);
  return compared.headDistances({ hide: how.hide, signal: how.signal });
}

function withFloor(found: readonly HeadDistance[], floors: readonly HeadDistance[]): HeadDistance[] {
  return found.map((one) => {
    const same = floors.find(({ layer, head }) => layer === one.layer && head === one.head)!;
    const { divergence, distance, totalVariation } = same;
    return { ...one, floor: { divergence, distance, totalVariation } };
  });
}

function otherStreams(names: readonly string[], others: readonly string[]): TraceError {
  return new TraceError({
    code: 'different-models',
    place: 'the streams of b',
    found: others.join(', '),
    expected: `${names.join(', ')}, as in a`,
    fix: 'Compare traces of the same kind of model, with the same streams recorded.',
  });
}
