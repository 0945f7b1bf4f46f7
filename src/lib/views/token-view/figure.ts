import type { Figure, FigureOptions } from '../../export/index.js';
import { tokenFigure, type ShownText } from '../../export/token-figure.js';
import { rectIn } from '../kit/rect.js';
import { until } from '../kit/until.js';
import { piecesIn, setText } from './text-pieces.js';
import type { TokenViewState } from './token-view-state.svelte.js';
import type { Side } from './types.js';

/** The figure of a token view: the text that is in sight, or all of it. */
export async function figureOfTokens(
  text: TokenViewState,
  /** Where the texts stand, and whether each token has its place there. */
  page: { element: () => HTMLElement; placed: () => boolean },
  options: FigureOptions,
): Promise<Figure> {
  await until(() => (text.ready || text.average.offered) && page.placed(), options.signal);
  const { stream, trace, labels } = text.view.mustShow(text.error);
  let top = 0;
  const texts = text.texts.map(({ side, tokens, name }, i): ShownText => {
    const shared = { shades: text.shadesOf(side), markOf: marksOf(text, side) };
    if (!options.whole) return { ...shared, ...textInSight(page.element(), i, side === 'both' ? '' : name) };
    const granularity = text.merged[side === 'query' ? 'query' : 'key'];
    const titled = side !== 'both';
    const start = top + (titled ? 26 : 0);
    const set = setText(tokens, granularity, options.width ?? 720, start);
    const title = titled ? { text: name, x: 0, y: top + 9 } : undefined;
    top = start + set.heightPx + 14;
    return { ...shared, pieces: set.pieces, title };
  });
  const looked = text.focus.token;
  return tokenFigure({
    ...{ stream, trace, labels, texts },
    place: text.place,
    options: { ...text.view.options },
    notes: [
      looked ? labels.shadedBy(text.nameOf(looked.side, looked.position)) : '',
      text.texts.some(({ side }) => text.picturesOf(side).length > 0) ? labels.picturesLeftOut : '',
    ],
  });
}

function marksOf(text: TokenViewState, side: Side): ShownText['markOf'] {
  const { focused, partner } = text.focusOn(side);
  const tokens = text.texts.find((one) => one.side === side)!.tokens;
  return (position) => ({
    focused: position === focused,
    partner: position === partner,
    leftOut: side !== 'query' && text.view.hiddenKeys.has(position),
    faint: tokens[position]!.special || text.isOut(position, side),
  });
}

/** What of a text is in sight, from the corner of all texts. */
function textInSight(
  element: HTMLElement,
  index: number,
  name: string,
): Pick<ShownText, 'pieces' | 'title' | 'clip'> {
  const text = element.querySelectorAll<HTMLElement>('.text')[index]!;
  const clip = rectIn(text.querySelector('.scroller')!, element);
  const heading = text.querySelector('h4');
  const at = heading && rectIn(heading, element);
  return {
    pieces: piecesIn(text, element).filter(({ rect }) => {
      const middle = rect.y + rect.height / 2;
      return middle > clip.y && middle < clip.y + clip.height;
    }),
    title: at ? { text: name, x: at.x + 16, y: at.y + at.height - 9 } : undefined,
    clip,
  };
}
