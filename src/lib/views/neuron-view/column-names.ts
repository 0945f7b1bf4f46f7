import { formatWeight } from '../kit/numbers.js';
import type { NeuronLayout, Span } from './layout.js';
import type { NeuronState } from './neuron-state.svelte.js';
import { formatRange, formatRuns } from './numbers.js';
import { scoreName, softmaxName } from './readout.js';

/** What stands over a column of an opened query: its name, and at what size a number has its full colour. */
interface ColumnName {
  name: string;
  range: string;
  span: Span;
  title?: string;
}

export function columnNames(neurons: NeuronState, layout: NeuronLayout): ColumnName[] {
  const { compared, open } = neurons;
  if (!open) return [];
  const { labels } = neurons.view;
  const keyName = layout.narrow
    ? labels.queryKeyShort
    : layout.stripAbove
      ? `${labels.queryColumn}, ${labels.keyColumn}`
      : labels.keyColumn;
  const { ranges } = open;
  const signed = (range: number) => `±${formatRange(range)}`;
  const title = labels.entersProduct;
  const query = { name: labels.queryColumn, range: signed(ranges.query), span: layout.query, title };
  return [
    ...(layout.stripAbove ? [] : [query]),
    { name: keyName, range: signed(ranges.key), span: layout.key, title },
    { name: labels.productColumn, range: signed(ranges.product), span: layout.product },
    { name: scoreName(neurons), range: signed(ranges.score), span: layout.score },
    {
      name: layout.narrow ? labels.softmaxColumn : softmaxName(neurons),
      range: `0–${formatWeight(ranges.weight)}`,
      span: layout.weight,
      title: compared === 'score' ? softmaxName(neurons) : undefined,
    },
  ];
}

/** Of keys that several heads share: which head of keys it is, and who shares it; else nothing. */
export function sharedName({ vectors, view }: NeuronState): string {
  const { keyHead } = vectors!;
  return keyHead.sharedBy.length > 1
    ? view.labels.sharedKeys(keyHead.number, formatRuns(keyHead.sharedBy))
    : '';
}
