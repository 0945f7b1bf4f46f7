import type { ComponentProps } from 'svelte';
import { expect } from 'vitest';
import type { Locator } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { TokenView } from '../../../src/lib/index.js';
import { drawn } from '../views/page.js';

/** Mounts a token view and waits until it is shaded. */
type TokenViewProps = ComponentProps<typeof TokenView>;

export async function showTokenView(props: TokenViewProps) {
  const screen = await render(TokenView, { theme: 'light', ...props });
  const region = screen.getByRole('region');
  if (props.trace) await drawn(region);
  return { region, change: (next: Partial<TokenViewProps>) => screen.rerender(next) };
}

export const listOf = (region: Locator, name = 'tokens') => region.getByRole('listbox', { name });

/** A token's element, by its position. */
export function tokenIn(region: Locator, position: number, name?: string): HTMLElement {
  const token = listOf(region, name)
    .element()
    .querySelector<HTMLElement>(`[aria-posinset="${position + 1}"]`);
  if (!token) throw new Error(`Token ${position} is not in the page.`);
  return token;
}

export function middleOf(element: HTMLElement): { x: number; y: number } {
  const rect = element.getClientRects()[0]!;
  return { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
}

export interface Painted {
  color: string;
  alpha: number;
}

/** The fill behind a token and the line below it, as the browser resolves its style; undefined where there is none. */
export function shadesOn(element: HTMLElement): { fill?: Painted; line?: Painted } {
  const { backgroundColor, borderBlockEndColor } = getComputedStyle(element);
  return { fill: painted(backgroundColor), line: painted(borderBlockEndColor) };
}

function painted(css: string): Painted | undefined {
  const mixed = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(css);
  if (!mixed) return undefined;
  const [, r, g, b, alpha = '1'] = mixed;
  const color = [r, g, b].map((part) => Math.round(Number(part) * 255)).join();
  return Number(alpha) > 0 ? { color, alpha: Number(alpha) } : undefined;
}

/** How strong a mark is on every token, 0 where there is none. */
export function strengths(region: Locator, mark: 'fill' | 'line', name?: string): number[] {
  const tokens = listOf(region, name).getByRole('option').elements() as HTMLElement[];
  return tokens.map((token) => shadesOn(token)[mark]?.alpha ?? 0);
}

/** What strengths must be for weights on a square-root scale from 0 to the largest. */
function onRootScale(weights: readonly number[]): number[] {
  const most = Math.max(...weights);
  return weights.map((weight) => Math.sqrt(weight / most));
}

/** Expects strengths as near as three digits are, and none where they would not be seen. */
export function expectStrengths(
  actual: readonly number[],
  weights: readonly number[],
  expected = onRootScale(weights),
) {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((strength, i) =>
    expect(actual[i], `token ${i}, weight ${weights[i]}`).toBeCloseTo(strength < 0.004 ? 0 : strength, 2),
  );
}
