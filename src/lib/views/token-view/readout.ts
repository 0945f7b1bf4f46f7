import { holdsWeights } from '../../trace/index.js';
import { formatValue, formatWeight } from '../kit/numbers.js';
import type { Readout } from '../kit/readout.js';
import { otherSide } from '../kit/token-focus.svelte.js';
import type { Shade } from './shades.js';
import type { TokenViewState } from './token-view-state.svelte.js';

/** What is told of the token that is looked at: what it sends and receives, to and from the one asked about, or where it is most. */
export function readoutOf(text: TokenViewState): Readout | undefined {
  const { stream, labels } = text.view;
  const { token, partner } = text.focus;
  if (!token || !stream) return undefined;
  const { unreadable, leftOut } = text;
  if (text.waiting || unreadable) {
    const note = unreadable?.message ?? labels.reading;
    const facts = [{ name: text.nameOf(token.side, token.position), value: '' }];
    return { place: '', facts, notes: [note], pending: !unreadable };
  }
  const told = text.shades.flatMap(({ kind, values, most }: Shade) => {
    const other = partner ?? most;
    // There is no token that it sends most to where it sends nothing.
    if (partner === null && values[most] === 0) return [];
    const [query, key] = kind === 'sends' ? [token.position, other] : [other, token.position];
    return {
      name: labels.pair(text.nameOf('query', query), text.nameOf('key', key)),
      value: formatValue(values[other]!, stream.quantity),
      itself: query === key && text.together,
    };
  });
  return {
    place: text.place,
    // What a token sends itself it also receives.
    facts:
      told.length === 0
        ? [{ name: text.nameOf(token.side, token.position), value: formatValue(0, stream.quantity) }]
        : told.filter(({ itself }, i) => i === 0 || !itself || !told[0]!.itself),
    notes: leftOut ? [labels.notKept(formatWeight(leftOut))] : [],
  };
}

/** What the status line says while no token is looked at: of what tokens receive on average. */
export function restingHint(text: TokenViewState): string {
  const { unreadable, mostReceived, average, place, shadedGroup, shades } = text;
  const { stream, labels } = text.view;
  if (unreadable) return unreadable.message;
  const [shade] = shades;
  if (shadedGroup && shade && stream) {
    const { name, side } = shadedGroup;
    const token = text.nameOf(otherSide(side), shade.most);
    const pair = side === 'query' ? labels.pair(name, token) : labels.pair(token, name);
    return labels.told(place, labels.fact(pair, formatValue(shade.values[shade.most]!, stream.quantity)));
  }
  if (mostReceived && stream) {
    const { position, value } = mostReceived;
    const name = text.nameOf('key', position);
    const { quantity } = stream;
    const said = holdsWeights(quantity)
      ? labels.mostReceived(name)
      : labels.largestAverage(name, quantity.name);
    return labels.told(place, labels.fact(said, formatValue(value, quantity)));
  }
  return average.progress === null ? labels.hint : labels.averaging(average.progress);
}
