import type { Token } from '../../trace/index.js';
import { strengthOf } from './shades.js';
import type { TokenViewState } from './token-view-state.svelte.js';
import type { Side } from './types.js';

/** From this fill on, faint text could not be read. */
const leastStrong = 0.15;

interface Look {
  class: Record<string, boolean>;
  style: string | undefined;
}

/** What tokens of a text look like: class and style of each, found at once, as there may be hundreds in a step of scrolling. */
export function tokenLooks(text: TokenViewState, side: Side): (token: Token, position: number) => Look {
  const { view } = text;
  const { scale } = view.options;
  const { focused, partner } = text.focusOn(side);
  const shades = text.shadesOf(side);
  const fill = shades.find(({ mark }) => mark === 'fill');
  const line = shades.find(({ mark }) => mark === 'line');
  return ({ special }, position) => {
    const filled = fill ? strengthOf(fill, position, scale) : 0;
    const lined = line ? strengthOf(line, position, scale) : 0;
    const strong = Math.abs(filled) >= leastStrong;
    const names = {
      special,
      strong,
      faint: !strong && (special || text.isOut(position, side)),
      shaded: filled !== 0 || lined !== 0,
      'negative-fill': filled < 0,
      'negative-line': lined < 0,
      focused: position === focused,
      partner: position === partner,
      grouped: view.isInGroup(side === 'query' ? 'query' : 'key', position),
      'left-out': side !== 'query' && view.hiddenKeys.has(position),
    };
    const style = [
      filled ? `--fill: ${Math.abs(filled)}` : '',
      lined ? `--line: ${Math.abs(lined)}` : '',
    ].filter(Boolean);
    return { class: names, style: style.join('; ') || undefined };
  };
}
