import { formatValue, formatWeight } from '../kit/numbers.js';
import type { Readout } from '../kit/readout.js';
import { tokenName } from '../kit/token-names.js';
import type { CompareViewState } from './compare-view-state.svelte.js';

/** A change as a reader wants it: with its sign. */
function formatChange(value: number, quantity: Parameters<typeof formatValue>[1]): string {
  const written = formatValue(value, quantity);
  return value > 0 ? `+${written}` : written;
}

/** What is told of the head or cell under the pointer, else of those chosen. */
export function readoutOf(state: CompareViewState): Readout | undefined {
  const { view, compared, distances, cell, hovered } = state;
  const { labels } = view;
  const names = state.names();
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
  const shown = view.options.distance;
  const beside = shown === 'total-variation' ? 'jensen-shannon' : 'total-variation';
  const moved = other.layer !== layer || other.head !== head;
  return {
    place: labels.place(layer, String(head)),
    facts: [{ name: labels.distances[shown], value: formatWeight(state.distanceOf(one)) }],
    notes: [
      moved ? labels.comparedWith(labels.place(other.layer, String(other.head)), names.b) : '',
      labels.fact(labels.distances[beside], formatWeight(state.distanceOf(one, beside))),
      floor ? labels.floorOf(formatWeight(state.distanceOf(floor))) : '',
      margin === undefined ? '' : labels.marginOf(formatValue(margin)),
    ],
  };
}
