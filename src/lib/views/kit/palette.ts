/** Each colour of a view's chrome in light and dark themes; `--attentrace-{name}` replaces it. */
export const chromeColors = {
  paper: ['#ffffff', '#10151c'],
  ink: ['#16191f', '#eceef2'],
  muted: ['#5c6370', '#9aa3b2'],
  /** As faint as text may be and still be read: 4.6 to 1 on the paper. */
  faint: ['#6e7582', '#788190'],
  line: ['#e4e7ec', '#262c36'],
  tile: ['#f5f6f8', '#181d26'],
  accent: ['#3b4fd0', '#93a0ff'],
  'accent-soft': ['#edeffc', '#1f2542'],
  bar: ['#75a6d8', '#9b2f73'],
  sends: ['#6fa3dc', '#3766ac'],
  receives: ['#e58a3c', '#a3540f'],
  'receives-line': ['#d9660d', '#ff9a4d'],
  positive: ['#6fa3dc', '#3766ac'],
  'positive-line': ['#2861cb', '#74a2ff'],
  negative: ['#e58a3c', '#a3540f'],
  'negative-line': ['#d9660d', '#ff9a4d'],
  tooltip: ['#16191f', '#eceef2'],
  'tooltip-ink': ['#ffffff', '#16191f'],
  notice: ['#fdf4e3', '#2b2314'],
  danger: ['#b3261e', '#ff9a91'],
} as const satisfies Record<string, readonly [light: string, dark: string]>;

/**
 * The colours as CSS variables `--at-{name}`, for a style attribute. They are in no style sheet, as bundlers (Vite 8's Lightning
 * CSS) rewrite `light-dark()` there to something that has no colour at all where the page sets no `color-scheme`.
 */
export const palette = Object.entries(chromeColors)
  .map(([name, [light, dark]]) => `--at-${name}: var(--attentrace-${name}, light-dark(${light}, ${dark}))`)
  .join('; ');
