/** The value of a measure: two digits after the point, and a dash where there is none. */
export function formatMeasure(value: number): string {
  if (Number.isNaN(value)) return '–';
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
