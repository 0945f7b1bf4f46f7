// @ts-check
// The ratios the project set out to reach, worked out of a run. Pure.
import { megabytes, ratio } from './markdown.js';
import { casesOf, find } from './run-record.js';

/** @typedef {import('./run-record.js').RunRecord} RunRecord */
/** @typedef {import('./run-record.js').Metric} Metric */
/**
 * @typedef {object} Target
 * @property {string} name
 * @property {string} wanted
 * @property {string} measured
 * @property {boolean | undefined} met undefined where it was not measured
 */

/** The heatmap may keep this much besides the data, and its budget of textures. */
const memoryAllowed = (64 + 256) * 2 ** 20;

/** @param {RunRecord} record @returns {Target[]} */
export function targets({ results, bundles, options }) {
  const limitMs = Number(options.limit) * 1000;
  /** @type {(group: string, contestant: string, tokens: number, metric: Metric, heads?: number) => number | undefined} */
  const get = (...query) => find(results, ...query)?.median;
  const sizes = [256, 512, 1024, 2048, 4096, 8192, 16384];
  const lineSizes = [64, 128, 256, 512, 1024, 4096];
  const overFloor = sizes.map((tokens) =>
    divide(get('heatmap', 'attentrace', tokens, 'frame'), get('heatmap', 'floor', tokens, 'frame')),
  );
  const hoverSvg = get('head-view', 'svg', 64, 'hover', 12);
  const linesHover = lineSizes.map((tokens) =>
    divide(get('head-view', 'attentrace', tokens, 'hover', 12), hoverSvg),
  );
  const scroll = lineSizes.map((tokens) =>
    divide(
      get('head-view', 'attentrace', tokens, 'frame', 12),
      get('head-view', 'floor', tokens, 'frame', 12),
    ),
  );
  const plotlySizes = [256, 1024, 4096];
  const cellHover = plotlySizes.map((tokens) =>
    divide(get('heatmap', 'attentrace', tokens, 'hover'), get('heatmap', 'plotly', tokens, 'hover')),
  );
  const floorFirst = get('heatmap', 'floor', 4096, 'drawn');
  const firstLook = divide(get('heatmap', 'attentrace', 4096, 'drawn'), floorFirst);
  const exact = divide(get('heatmap', 'attentrace', 4096, 'exact'), floorFirst);
  const svg = firstOrLimit(results, ['head-view', 'svg', 256, 12], limitMs);
  const panels = firstOrLimit(results, ['model-view', 'svg', 128, 12], limitMs);
  const memory = get('heatmap', 'attentrace', 16384, 'memory');
  const bundle = bundles.find(({ name }) => name === 'Heatmap');
  const trace = bundles.find(({ name }) => name === 'attentrace/trace');
  return [
    {
      ...atMost('Heatmap, N = 4,096: first picture ÷ the floor’s upload and draw', 1.5, firstLook),
      measured:
        firstLook === undefined || exact === undefined
          ? '–'
          : `${ratio(firstLook)}; with every weight in it ${ratio(exact)}`,
    },
    eachAtMost('Heatmap: frame ÷ the floor’s frame, N = 256 to 16,384', 1.5, overFloor),
    eachAtMost('Heatmap: hover ÷ plotly’s, N = 256 to 4,096', 1, cellHover),
    atMost(
      'Heatmap: frame at N = 131,072, from queries and keys, after the first look ÷ frame at 1,024',
      1.2,
      divide(
        get('heatmap', 'queries and keys', 131072, 'frame'),
        get('heatmap', 'attentrace', 1024, 'frame'),
      ),
    ),
    atLeastTarget(
      'plotly’s frame ÷ ours, N = 4,096',
      40,
      divide(get('heatmap', 'plotly', 4096, 'frame'), get('heatmap', 'attentrace', 4096, 'frame')),
    ),
    atLeastTarget(
      'HeadView, 12 heads: SVG lines’ first picture at N = 256 ÷ ours at 512',
      100,
      divide(svg.value, get('head-view', 'attentrace', 512, 'shown', 12)),
      svg.sign,
    ),
    eachAtMost('HeadView, 12 heads: hover, N = 64 to 4,096 ÷ that of SVG lines at 64', 1, linesHover),
    eachAtMost('HeadView, 12 heads: a step of scrolling ÷ the floor’s, N = 64 to 4,096', 1.5, scroll),
    atMost(
      'HeadView, 32 heads: frame at N = 4,096 ÷ frame at 256',
      2,
      divide(
        get('head-view', 'attentrace', 4096, 'frame', 32),
        get('head-view', 'attentrace', 256, 'frame', 32),
      ),
    ),
    atLeastTarget(
      'ModelView, 12 × 12 heads, N = 128: SVG lines’ first picture ÷ ours',
      100,
      divide(panels.value, get('model-view', 'attentrace', 128, 'shown')),
      panels.sign,
    ),
    {
      name: 'Heatmap, N = 16,384: memory above the data itself',
      wanted: '≤ 64 MB + 256 MB budget',
      measured: memory === undefined ? '–' : megabytes(memory),
      met: memory === undefined ? undefined : memory <= memoryAllowed,
    },
    {
      name: 'Bundle with one view, Pixi included; `attentrace/trace` alone; gzip',
      wanted: '≤ 140 kB; ≤ 10 kB',
      measured:
        bundle && trace
          ? `${kilobytes(bundle)} kB; ${trace.first} kB, ${trace.later} kB more for large matrices`
          : '–',
      met: bundle && trace && kilobytes(bundle) <= 140 && trace.first <= 10,
    },
  ];
}

/** @param {{ first: number, later: number }} bundle */
function kilobytes({ first, later }) {
  return Math.round(first + later);
}

/**
 * The time to a first picture, or where there was none in time, the limit.
 * @param {RunRecord['results']} results
 * @param {[group: string, contestant: string, tokens: number, heads: number]} of
 * @param {number} limitMs
 * @returns {{ value: number | undefined, sign: string }}
 */
function firstOrLimit(results, [group, contestant, tokens, heads], limitMs) {
  const value = find(results, group, contestant, tokens, 'shown', heads)?.median;
  if (value !== undefined) return { value, sign: '' };
  const late = casesOf(results, group, contestant, tokens, heads).some(
    ({ timedOut }) => timedOut === 'first',
  );
  return late ? { value: limitMs, sign: '> ' } : { value, sign: '' };
}

/** @param {number | undefined} a @param {number | undefined} b */
function divide(a, b) {
  return a === undefined || b === undefined ? undefined : a / b;
}

/** @param {(number | undefined)[]} values */
function largest(values) {
  const measured = values.filter((value) => value !== undefined);
  return measured.length > 0 ? Math.max(...measured) : undefined;
}

/** @param {string} name @param {number} limit @param {number | undefined} value @returns {Target} */
function atMost(name, limit, value) {
  const measured = value === undefined ? '–' : ratio(value);
  return { name, wanted: `≤ ${limit}`, measured, met: value === undefined ? undefined : value <= limit };
}

/** Of several sizes: all have to meet it. @param {string} name @param {number} limit @param {(number | undefined)[]} values @returns {Target} */
function eachAtMost(name, limit, values) {
  const measured = values.map((value) => (value === undefined ? '–' : ratio(value))).join(', ');
  return { ...atMost(name, limit, largest(values)), measured };
}

/** @param {string} name @param {number} limit @param {number | undefined} value @returns {Target} */
function atLeastTarget(name, limit, value, sign = '') {
  const measured = value === undefined ? '–' : sign + ratio(value);
  return { name, wanted: `≥ ${limit}`, measured, met: value === undefined ? undefined : value >= limit };
}
