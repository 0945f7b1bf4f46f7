import type { Lens } from '../analysis/lens/index.js';
import type { Stream, Trace } from '../trace/index.js';
import { holdsWeights } from '../trace/index.js';
import type { Labels } from '../views/kit/labels/index.js';
import { lensWords } from '../views/kit/lens-words.js';

/** What a figure shows of a trace. */
export interface Shown {
  /** Its model, where known, is named first. */
  trace: Trace;
  /** As the lens shows it. */
  stream: Stream;
  labels: Labels;
}

/** What the numbers are called, with their unit. */
export function quantityName({ quantity }: Stream, labels: Labels): string {
  if (holdsWeights(quantity)) return labels.weights;
  return quantity.unit ? labels.list([quantity.name, quantity.unit]) : quantity.name;
}

/**
 * The line below a figure: model, stream where it is not that of one sequence, place, what the numbers are, what the lens changes, and what else is to
 * be known.
 */
export function captionOf(
  { trace, stream, labels }: Shown,
  place: string,
  lens: Partial<Lens>,
  notes: readonly string[] = [],
): string {
  // As `plainLens` has it, which would bring the code of the lens into what saves a figure.
  const { granularity = 'token', hide = 'none', renormalize = false } = lens;
  const { merged, hidden } = lensWords({ granularity, hide, renormalize }, labels);
  const parts = [
    trace.model ?? '',
    stream.name === 'self' ? '' : (labels.streams[stream.name] ?? stream.name),
    place,
    quantityName(stream, labels),
    merged,
    hidden,
    ...notes,
  ];
  return labels.figureCaption(parts.filter((part) => part !== ''));
}

/** Which positions of a sequence are shown; nothing where all are. */
export function runNote(
  what: string,
  shown: { start: number; end: number } | undefined,
  count: number,
  labels: Labels,
): string {
  return !shown || (shown.start <= 0 && shown.end >= count)
    ? ''
    : labels.runOf(what, Math.max(shown.start, 0), Math.min(shown.end, count) - 1, count);
}
