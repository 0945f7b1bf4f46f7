import { expect } from 'vitest';
import { packColors } from '../../../src/lib/render/colors/index.js';
import { createLinesLayer, type Lines, type LinesProps } from '../../../src/lib/render/index.js';
import { makeSurface } from './helpers.js';

export type Line = [query: number, key: number, head: number, weight: number];

export function columns(lines: Line[]): Lines {
  const column = (at: number) => lines.map((line) => line[at]!);
  return { count: lines.length, query: column(0), key: column(1), head: column(2), weight: column(3) };
}

/** Of three heads. */
export const palette = packColors(['#ff0000', '#0000ff', '#00ff00']);

/** A surface with lines, drawn. */
export async function draw(
  lines: Line[],
  props: Partial<LinesProps> = {},
  side: [number, number] = [200, 200],
  ratio = 1,
) {
  const view = makeSurface(...side, ratio);
  const layer = createLinesLayer(view.surface);
  layer.setProps({ lines: columns(lines) });
  const rect = { x: 0, y: 0, width: side[0], height: side[1] };
  layer.setProps({ rect, tokenPx: 20, colors: palette, widthPx: [4, 4], ...props });
  await view.surface.ready;
  expect(view.surface.drawNow()).toBe(true);
  expect(view.errors).toEqual([]);
  return { view, layer };
}

/** As `draw`, without pictures: none is made of lines that go on below or beside the surface. */
export const drawDirectly = (
  lines: Line[],
  props: Partial<LinesProps> = {},
  [width, height]: [number, number] = [200, 200],
  ratio = 1,
) => {
  const along = props.layout === 'horizontal' ? { width: width + 2, height } : { width, height: height + 2 };
  return draw(lines, { ...props, rect: { x: 0, y: 0, ...along } }, [width, height], ratio);
};
