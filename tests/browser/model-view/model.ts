import type { ComponentProps } from 'svelte';
import { page, type Locator } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { ModelView } from '../../../src/lib/index.js';
import { boxOf, drawn, type Point, type Shown } from '../views/page.js';

type ModelViewProps = ComponentProps<typeof ModelView>;

/** Mounts a model view and waits until it is drawn. What it shows large is a region inside this one. */
export async function showModel(props: ModelViewProps): Promise<Omit<Shown<ModelViewProps>, 'figure'>> {
  const screen = await render(ModelView, { theme: 'light', ...props });
  const region = page.getByRole('region', { name: 'Model', exact: true });
  await drawn(region);
  return {
    region,
    change: (next) => screen.rerender(next as object),
    unmount: () => screen.unmount(),
  };
}

export const gridOf = (region: Locator): Locator => region.getByRole('grid');

/** The cell of a head. */
export const cellOf = (region: Locator, layer: number, head: number): Locator =>
  region.getByRole('gridcell', { name: new RegExp(`^layer ${layer}, head ${head}(,|$)`) });

/** What a cell is called to a screen reader. */
export const nameOf = (cell: Element): string => cell.querySelector('.unseen')!.textContent!;

/** The heads in the order of the grid, as `layer.head`. */
export const headsIn = (region: Locator): string[] =>
  region
    .getByRole('gridcell')
    .elements()
    .map((cell) => nameOf(cell).replace(/layer (\d+), head (\d+).*/, '$1.$2'));

/** Where the thumbnail lies in its cell: half a gap of 6, and a tile's padding of 5, from its upper left corner. */
export function thumbnailIn(cell: Locator, captionPx = 0): DOMRect {
  const { x, y, width, height } = boxOf(cell);
  return new DOMRect(x + 8, y + 8, width - 16, height - 16 - captionPx);
}

/** A place in a box, from 0 to 1 in both directions. */
export const pointIn = (box: DOMRect, x: number, y: number): Point => ({
  x: box.x + x * box.width,
  y: box.y + y * box.height,
});
