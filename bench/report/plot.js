// @ts-check
// The picture of docs/performance.md: times by number of tokens, both axes logarithmic. Pure.
import { duration } from './markdown.js';

/**
 * @typedef {{ name: string, color: string, points: { x: number, y: number }[] }} Line
 * @typedef {{ title: string, lines: Line[] }} Panel
 */

const panelWidth = 440;
const height = 380;
const margin = { left: 62, right: 96, top: 44, bottom: 46 };
const ink = '#222b3a';
const faint = '#dde1e8';

/**
 * Panels side by side on a light ground, one line a contestant, named at its end.
 * @param {Panel[]} panels
 * @returns {string} an SVG document
 */
export function drawPlot(panels) {
  const width = panels.length * panelWidth;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="${ink}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...panels.map((panel, i) => `<g transform="translate(${i * panelWidth} 0)">\n${drawPanel(panel)}\n</g>`),
    '</svg>',
    '',
  ].join('\n');
}

/** @param {Panel} panel */
function drawPanel({ title, lines }) {
  const points = lines.flatMap((line) => line.points);
  if (points.length === 0) return '';
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const ys = points.map(({ y }) => y);
  const low = Math.floor(Math.log10(Math.min(...ys)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...ys))), low + 1);
  const x = scale(Math.log2(xs[0] ?? 1), Math.log2(xs.at(-1) ?? 1), margin.left, panelWidth - margin.right);
  const y = scale(low, high, height - margin.bottom, margin.top);
  const right = panelWidth - margin.right;

  const rows = Array.from({ length: high - low + 1 }, (_, i) => low + i).map((power) => {
    const at = y(power);
    return `<path d="M${margin.left} ${at}H${right}" stroke="${faint}"/><text x="${margin.left - 8}" y="${at + 4}" text-anchor="end">${plainDuration(10 ** power)}</text>`;
  });
  const columns = xs.map((tokens) => {
    const at = x(Math.log2(tokens));
    return `<path d="M${at} ${height - margin.bottom}v5" stroke="${ink}"/><text x="${at}" y="${height - margin.bottom + 19}" text-anchor="middle">${shortCount(tokens)}</text>`;
  });
  const names = spreadOut(lines.map(({ points: [...all] }) => y(Math.log10(all.at(-1)?.y ?? 1))));
  const drawn = lines.map(({ name, color, points: own }, i) => {
    const places = own.map((point) => [x(Math.log2(point.x)), y(Math.log10(point.y))].map(round).join(' '));
    const end = x(Math.log2(own.at(-1)?.x ?? 1));
    return [
      `<path d="M${places.join('L')}" fill="none" stroke="${color}" stroke-width="2"/>`,
      ...places.map((place) => `<circle r="3" fill="${color}" transform="translate(${place})"/>`),
      `<text x="${round(end + 8)}" y="${round((names[i] ?? 0) + 4)}" fill="${color}" font-weight="600">${name}</text>`,
    ].join('');
  });
  return [
    `<text x="${margin.left}" y="24" font-size="14" font-weight="600">${title}</text>`,
    ...rows,
    ...columns,
    `<text x="${(margin.left + right) / 2}" y="${height - 8}" text-anchor="middle">tokens</text>`,
    ...drawn,
  ].join('\n');
}

/** @param {number} from @param {number} to @param {number} start @param {number} end */
function scale(from, to, start, end) {
  const span = to - from || 1;
  return (/** @type {number} */ value) => round(start + ((value - from) / span) * (end - start));
}

/**
 * Moves labels down until none covers another.
 * @param {number[]} places
 */
function spreadOut(places) {
  const order = places.map((_, i) => i).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  const moved = [...places];
  for (let i = 1; i < order.length; i++) {
    const [above = 0, own = 0] = [order[i - 1], order[i]];
    moved[own] = Math.max(moved[own] ?? 0, (moved[above] ?? 0) + 14);
  }
  return moved;
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}

/** A power of ten without decimals that say nothing. @param {number} ms */
function plainDuration(ms) {
  return duration(ms)
    .replace(/\.0+ /, ' ')
    .replace(/(\.\d)0 /, '$1 ');
}

/** @param {number} count */
function shortCount(count) {
  return count >= 1024 ? `${count / 1024}k` : String(count);
}
