/** Rows as text, tab-separated, as spreadsheets take them: numbers to six digits, each text in a field of its own, whatever is in it. */
export function tableText(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => row.map(field).join('\t')).join('\n');
}

function field(value: string | number): string {
  if (typeof value === 'number') return String(+value.toPrecision(6));
  return /["\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
