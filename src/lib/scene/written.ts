/** A number as it is written in English, `1,024.5`. Short whole numbers do not need `Intl`, whose first use holds up a first picture. */
export function written(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1000 ? String(value) : value.toLocaleString('en');
}
