// @ts-check
// Tables in Markdown. Pure.

/**
 * @param {string[]} header
 * @param {string[][]} rows
 */
export function table(header, rows) {
  const lines = [header, header.map((_, i) => (i === 0 ? '---' : '--:')), ...rows];
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

/** Milliseconds as a reader takes them in: 0.42, 4.2, 42, 420 ms, 4.2 s. @param {number} ms */
export function duration(ms) {
  if (ms >= 9950) return `${(ms / 1000).toFixed(0)} s`;
  if (ms >= 995) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 9.95) return `${ms.toFixed(0)} ms`;
  return `${ms.toFixed(ms >= 0.995 ? 1 : 2)} ms`;
}

/** @param {number} value */
export function megabytes(value) {
  return `${Math.round(value / 2 ** 20)} MB`;
}

/** @param {number} value */
export function ratio(value) {
  if (value >= 99.5) return String(Math.round(value));
  return value.toFixed(value >= 9.95 ? 0 : value >= 0.0995 ? 2 : 3).replace(/(\.\d)0$/, '$1');
}

/**
 * A median with its least and largest value, and how often it was measured where that is not as often as the others.
 * @param {import('./statistics.js').Spread | undefined} value
 * @param {(value: number) => string} format
 * @param {number} usual
 */
export function spreadCell(value, format, usual) {
  if (!value) return '–';
  const { median, low, high, count } = value;
  const range = count > 1 ? ` (${format(low)}–${format(high)})` : '';
  return `${format(median)}${range}${count === usual ? '' : ` ×${count}`}`;
}

/**
 * Puts text between the markers `<!-- name -->` and `<!-- /name -->` of a document. Throws where they are missing.
 * @param {string} document
 * @param {string} name
 * @param {string} text
 */
export function fill(document, name, text) {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`There is no ${start} … ${end} to fill.`);
  return `${document.slice(0, from + start.length)}\n\n${text}\n\n${document.slice(to)}`;
}
