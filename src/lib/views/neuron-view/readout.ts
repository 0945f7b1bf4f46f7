import type { QueryKey } from '../../analysis/query-key/index.js';
import { formatWeight } from '../kit/numbers.js';
import type { NeuronLabels } from '../kit/labels/neuron-view.js';
import type { OpenQuery, Spot } from './neuron-state.svelte.js';
import { formatNumber, formatSigned } from './numbers.js';

/** How many dimensions are named as those a score mostly comes from. */
const named = 3;

/** The heading of the scores: by what q·k is divided or multiplied. */
export function scoreName(labels: NeuronLabels, { dim, scale }: QueryKey): string {
  return scale === 1 / Math.sqrt(dim)
    ? labels.scoreColumn(dim)
    : labels.scoreColumn(dim, String(Number(scale.toPrecision(4))));
}

/** What is said of a number: itself, the same where there is little room, and what belongs to it. */
export interface Readout {
  value: string;
  short?: string;
  note: string;
}

/** What a number of an opened query says. */
export function spotReadout(
  labels: NeuronLabels,
  vectors: QueryKey,
  open: OpenQuery,
  { key, part, dim }: Spot,
  recorded: number | undefined,
): Readout {
  const { queries, keys } = vectors;
  const q = (i: number): number => queries[open.query * vectors.dim + i]!;
  if (key === null)
    return { value: dim === null ? '' : labels.queryElement(dim, formatNumber(q(dim))), note: '' };
  const k = (i: number): number => keys[key * vectors.dim + i]!;
  const score = labels.score(scoreName(labels, vectors), formatNumber(open.scores[key]!));
  const softmax = labels.softmax(formatWeight(open.weights[key]!));
  if (dim !== null) {
    const element = [dim, formatNumber(q(dim)), formatNumber(k(dim)), formatNumber(q(dim) * k(dim))] as const;
    return { value: labels.element(...element), short: labels.elementShort(...element), note: softmax };
  }
  if (part === 'weight' && recorded !== undefined)
    return { value: softmax, note: labels.recorded(formatWeight(recorded)) };
  if (part === 'weight') return { value: softmax, note: score };
  const parts = Array.from({ length: vectors.dim }, (_, dimension) => ({
    dimension,
    value: q(dimension) * k(dimension) * vectors.scale,
  }));
  parts.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const most = parts.slice(0, named).map((part) => ({ ...part, value: formatSigned(part.value) }));
  return { value: score, note: part === 'score' ? labels.mostFrom(most) : softmax };
}
