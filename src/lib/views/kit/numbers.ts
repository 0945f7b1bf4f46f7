/** A weight as a reader wants it: two digits after the point, three below 0.1, `0` for none, `<0.001` for next to none. */
export function formatWeight(weight: number): string {
  if (weight === 0) return '0';
  if (weight < 0.001) return '<0.001';
  return weight.toFixed(weight < 0.0995 ? 3 : 2);
}
