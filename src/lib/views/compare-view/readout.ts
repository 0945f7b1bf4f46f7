import { formatValue, formatWeight } from '../kit/numbers.js';
import type { Readout } from '../kit/readout.js';
import { tokenName } from '../kit/token-names.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import type { CompareViewState } from './compare-view-state.svelte.js';
import type { CompareViewOptions } from './options.js';

/** A change as a reader wants it: with its sign. */
export function formatChange(value: number, quantity: Parameters<typeof formatValue>[1]): string {
  const written = formatValue(value, quantity);
  return value > 0 ? `+${written}` : written;
}

/** What is told of the head or cell under the pointer, else of those chosen. */
export function readoutOf(
  view: ViewState<CompareViewOptions>,
  state: CompareViewState,
  names: { readonly a: string; readonly b: string },
): Readout | undefined {
  const { labels } = view;
  const { compared, distances, cell, hovered } = state;
  if (!compared) return undefined;
  if (cell && hovered < 0) {
    const { difference } = compared;
    return {
      place: labels.place(view.selection!.layer, String(view.head)),
      facts: [
        {
          name: labels.pair(
            tokenName(view.stream!.queryTokens, cell.query, labels),
            tokenName(view.stream!.keyTokens, cell.key, labels),
          ),
          value: formatChange(cell.difference, difference.quantity),
        },
      ],
      notes: [
        labels.valueIn(formatValue(cell.a, compared.a.quantity), names.a),
        labels.valueIn(formatValue(cell.b, compared.b.quantity), names.b),
      ],
    };
  }
  const one = distances?.[hovered < 0 ? state.chosen : hovered];
  if (!one) return undefined;
  const { layer, head, other, margin, floor } = one;
  const [shown, beside] =
    view.options.distance === 'total-variation'
      ? (['total-variation', 'jensen-shannon'] as const)
      : (['jensen-shannon', 'total-variation'] as const);
  const moved = other.layer !== layer || other.head !== head;
  const second = beside === 'jensen-shannon' ? one.distance : one.totalVariation;
  return {
    place: labels.place(layer, String(head)),
    facts: [{ name: labels.distances[shown], value: formatWeight(state.distanceOf(one)) }],
    notes: [
      moved ? labels.comparedWith(labels.place(other.layer, String(other.head)), names.b) : '',
      labels.fact(labels.distances[beside], formatWeight(second)),
      floor ? labels.floorOf(formatWeight(state.distanceOf(floor))) : '',
      margin === undefined ? '' : labels.marginOf(formatValue(margin)),
    ],
  };
}
