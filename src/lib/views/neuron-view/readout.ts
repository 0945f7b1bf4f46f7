import { formatValue, formatWeight } from '../kit/numbers.js';
import type { Fact, Readout } from '../kit/readout.js';
import { tokenName } from '../kit/token-names.js';
import type { TableCell } from './layout.js';
import { formatDifference, formatIn, formatNumber, formatSigned } from './numbers.js';
import type { NeuronState } from './neuron-state.svelte.js';
import { sees, type OpenQuery } from './open-query.js';

/** How many dimensions are named as those a score mostly comes from. */
const named = 3;

/** The heading of the scores: by what q·k is divided or multiplied. */
export function scoreName({ vectors, view: { labels } }: NeuronState): string {
  const { dim, scale } = vectors!;
  return scale === 1 / Math.sqrt(dim)
    ? labels.scoreColumn(dim)
    : labels.scoreColumn(dim, String(Number(scale.toPrecision(4))));
}

/** The heading of the softmax: of recorded scores it says that it is computed. */
export const softmaxName = ({ compared, view: { labels } }: NeuronState): string =>
  compared === 'score' ? labels.softmaxComputed : labels.softmaxColumn;

/** What is told: of the cell looked at, else of the row of a key, else of the token in focus and the one it is tied to most. */
export function readoutOf(neurons: NeuronState): Readout | undefined {
  const { stream, selection, labels, head } = neurons.view;
  const { vectors, open, focusedKey, focus, facing } = neurons;
  if (!stream || !selection || !vectors) return undefined;
  const place = neurons.body.layout.narrow ? '' : labels.place(selection.layer, String(head));
  const queryName = (position: number): string => tokenName(stream.queryTokens, position, labels);
  const keyName = (position: number): string => tokenName(stream.keyTokens, position, labels);
  const cell = neurons.cell ?? { key: focusedKey, column: neurons.compared!, dim: null };
  if (open && (neurons.cell || focusedKey !== null)) {
    const query = queryName(open.query);
    const name = cell.key === null ? query : labels.pair(query, keyName(cell.key));
    const told = cellFacts(neurons, open, cell);
    return { place, facts: [{ name, value: '' }, ...told.facts], notes: told.notes };
  }
  const { token, partner } = focus;
  if (!token || !facing || (open && token.position === open.query && token.side === 'query'))
    return undefined;
  const { numbers } = facing;
  const best = partner ?? numbers.findIndex((number) => Math.abs(number) === facing.largest);
  const [query, key] = token.side === 'query' ? [token.position, best] : [best, token.position];
  const lost = token.side === 'query' ? neurons.recorded.leftOut(token.position) : undefined;
  return {
    place,
    facts: [
      {
        name: labels.pair(queryName(query), keyName(key)),
        value: formatValue(numbers[best]!, stream.quantity),
      },
    ],
    notes: lost ? [labels.notKept(formatWeight(lost))] : [],
  };
}

/** What the cell of an opened query says, and what belongs to it. */
export function cellFacts(
  neurons: NeuronState,
  open: OpenQuery,
  { key, column, dim }: TableCell,
): { facts: Fact[]; notes: string[] } {
  const { compared, recorded, view } = neurons;
  const { labels } = view;
  const vectors = neurons.vectors!;
  const q = (i: number): number => vectors.queries[open.query * vectors.dim + i]!;
  const dimension = dim === null ? '' : labels.dimension(dim);
  if (key === null) {
    const facts = dim === null ? [] : [{ name: dimension, value: labels.queryElement(formatNumber(q(dim))) }];
    return { facts, notes: [] };
  }
  if (!sees(open, key)) return { facts: [], notes: [labels.cannotSee] };
  const k = (i: number): number => vectors.keys[key * vectors.dim + i]!;
  const score = { name: scoreName(neurons), value: formatNumber(open.scores[key]!) };
  const softmax = { name: softmaxName(neurons), value: formatWeight(open.weights[key]!) };
  if (dim !== null) {
    const value = labels.elementProduct(
      formatNumber(q(dim)),
      formatNumber(k(dim)),
      formatNumber(q(dim) * k(dim)),
    );
    return { facts: [{ name: dimension, value }, compared === 'score' ? score : softmax], notes: [] };
  }
  const was = column === compared ? recorded.at(open.query, key) : undefined;
  const also = was === undefined ? [] : [{ name: labels.recorded, value: formatIn(compared!, was) }];
  if (column === 'weight') return { facts: [softmax, ...(also.length > 0 ? also : [score])], notes: [] };
  if (column !== 'score') return { facts: [score, softmax], notes: [] };
  const parts = Array.from({ length: vectors.dim }, (_, i) => ({
    dimension: i,
    value: q(i) * k(i) * vectors.scale,
  }));
  parts.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const most = parts.slice(0, named).map((part) => ({ ...part, value: formatSigned(part.value) }));
  return { facts: [score, ...also], notes: [labels.mostFrom(most)] };
}

/** Whether q·k, or its softmax, is what was recorded, and how closely; in few words where there is little room. */
export function verdictOf({ check, compared, view: { labels } }: NeuronState, short: boolean): string {
  if (!check) return labels.checking;
  const difference = formatDifference(check.difference);
  if (check.verdict === 'differs')
    return (short ? labels.differsShort : labels.differs)(difference, compared!);
  if (short) return labels.reproducesShort(difference);
  return (check.verdict === 'exact' ? labels.reproduces : labels.reproducesRounded)(difference, compared!);
}

/** What the status line says while nothing is pointed at. */
export function hintOf(neurons: NeuronState): string {
  const { labels } = neurons.view;
  if (!neurons.vectors) return '';
  if (neurons.body.layout.narrow) return verdictOf(neurons, true);
  if (neurons.open) return labels.neuronTableHint;
  return neurons.recorded.isWhole ? labels.neuronHint : labels.neuronHintLarge;
}
