import type { FigureOptions, SVGOptions } from '../../export/index.js';
import { TraceError, type TraceErrorParts } from '../../trace/index.js';
import type { ViewHandle } from '../types.js';
import type { Channel } from './channel.js';

/** What Python is told: a figure, or why there is none. */
export type FigureAnswer = { svg: string } | { error: TraceErrorParts | string };

/** What the kernel says of figures: which it wants, or why it could not take one. */
export interface FigureMessage {
  kind: string;
  id: string;
  options: FigureOptions & SVGOptions;
  error: TraceErrorParts;
}

/** The figure of a view that is there soon, as Python asked for it; never rejects. */
export async function figureFor(
  view: ViewHandle | Promise<ViewHandle>,
  options: FigureOptions & SVGOptions,
): Promise<FigureAnswer> {
  try {
    return { svg: await (await view).toSVG(options) };
  } catch (error) {
    if (!(error instanceof TraceError))
      return { error: error instanceof Error ? error.message : String(error) };
    const { code, place, found, expected, fix } = error;
    return { error: { code, place, found, expected, fix } };
  }
}

const pieceChars = 2 ** 20;

/** In pieces: a message to the kernel may be 10 MB at most. */
export function sendFigure(channel: Channel, of: { id: string; page: string }, answer: FigureAnswer): void {
  const text = JSON.stringify(answer);
  const parts = Math.ceil(text.length / pieceChars);
  for (let part = 0; part < parts; part++) {
    const piece = text.slice(part * pieceChars, (part + 1) * pieceChars);
    channel.tell({ kind: 'figure', ...of, part, parts, text: piece });
  }
}
