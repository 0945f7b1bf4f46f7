import type { Range, Theme } from '../render/colors/index.js';
import type { Point, Rect } from '../scene/rect.js';
import { chromeColors } from '../views/kit/palette.js';
import { colorTables } from '../views/kit/value-colors.js';
import type { Ink, Mark, Tables, TextMark } from './figure.js';

/** A text as most are: small and muted, from its place on. */
export function textMark(text: string, rest: Point & Partial<TextMark>): TextMark {
  return { kind: 'text', text, anchor: 'start', sizePx: 11.5, ink: chromeColors.muted, ...rest };
}

/** What marks a token that is looked at, and one that is asked about. */
export function focusMarks(mark: 'focused' | 'partner' | undefined, rect: Rect): Mark[] {
  if (!mark) return [];
  const look =
    mark === 'focused' ? { fill: chromeColors['accent-soft'] } : { line: chromeColors.accent, linePx: 1.5 };
  return [{ kind: 'box', rect, ...look, radiusPx: 3 }];
}

/** Colours of several things on light paper and on dark. */
export function inksOf(colors: (theme: Theme) => readonly string[]): Ink[] {
  const dark = colors('dark');
  return colors('light').map((light, i) => [light, dark[i]!]);
}

/** The colours of a range where nobody asks for others. */
export function tablesOf(range: Range): Tables {
  const { light, dark } = colorTables(range);
  return [light, dark];
}
