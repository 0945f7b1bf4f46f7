// @ts-check
// The tables of docs/performance.md, worked out of a run. Pure.
import { duration, megabytes, spreadCell, table } from './markdown.js';
import { casesOf, find } from './run-record.js';

/** @typedef {import('./run-record.js').RunRecord} RunRecord */
/** @typedef {import('./run-record.js').Metric} Metric */

/** @type {[title: string, metric: Metric, format: (value: number) => string][]} */
const heatmapTables = [
  ['First picture: a first look, until the GPU is done with it', 'drawn', duration],
  ['First picture with every weight in it, until the GPU is done', 'exact', duration],
  ['First picture, until two animation frames later', 'shown', duration],
  ['Frame: a step of zooming and panning', 'frame', duration],
  ['Processor time a step, all threads of the page and the GPU process', 'cpu', duration],
  ['Main thread a step', 'task', duration],
  ['Another layer', 'layer', duration],
  ['Hover: a move of the pointer, until it is painted', 'hover', duration],
  ['Longest task of the main thread, without the benchmark’s own waits for the GPU', 'longTask', duration],
  ['Memory of the page above its data', 'memory', megabytes],
];
/** @type {typeof heatmapTables} */
const viewTables = heatmapTables.filter(([, metric]) =>
  ['exact', 'shown', 'frame', 'layer', 'hover', 'longTask', 'memory'].includes(metric),
);
/** @type {[title: string, group: string, heads: number, tables: typeof heatmapTables][]} */
const groups = [
  ['Heatmap, one head', 'heatmap', 1, heatmapTables],
  ['Head view, one head', 'head-view', 1, viewTables],
  ['Head view, 12 heads', 'head-view', 12, viewTables],
  ['Head view, 32 heads', 'head-view', 32, viewTables],
  ['Model view, 12 layers × 12 heads', 'model-view', 12, viewTables],
  ['Token view', 'token-view', 1, viewTables],
  ['Neuron view, 128 dimensions', 'neuron-view', 1, viewTables],
];

/** @param {readonly import('./targets.js').Target[]} reached */
export function targetSection(reached) {
  const marks = { true: 'met', false: '**not met**', undefined: 'not measured' };
  return table(
    ['', 'target', 'measured', ''],
    reached.map(({ name, wanted, measured, met }) => [name, wanted, measured, marks[`${met}`]]),
  );
}

/** @param {RunRecord} record */
export function machineSection({ date, minutes, machine, options }) {
  const { cpu, cores, memoryBytes, platform, node, chromium, renderer, versions } = machine;
  return [
    `Measured on ${date.slice(0, 10)} in ${Math.round(minutes)} minutes, ${String(options.repetitions)} repetitions, on ${cores} cores of ${cpu},`,
    `${Math.round(memoryBytes / 2 ** 30)} GB, ${platform}; Node ${node}, Chromium ${chromium}, ${renderer}.`,
    `${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
  ].join('\n');
}

/** @param {RunRecord} record */
export function resultSection({ results, options }) {
  const usual = Number(options.repetitions);
  return groups
    .flatMap(([title, group, heads, tables]) => {
      const cases = results
        .map((result) => result.case)
        .filter((of) => of.group === group && of.heads === heads);
      if (cases.length === 0) return [];
      const sizes = distinct(cases.map(({ tokens }) => tokens)).sort((a, b) => a - b);
      const contestants = distinct(cases.map(({ contestant }) => contestant)).sort();
      return [
        `### ${title}`,
        ...tables.flatMap(([name, metric, format]) => {
          const rows = contestants
            .map((contestant) => [
              contestant,
              ...sizes.map((tokens) => cell({ group, contestant, tokens, heads }, metric, format)),
            ])
            .filter(([, ...cells]) => cells.some((text) => text !== '–'));
          return rows.length > 0 ? [`**${name}**`, table(['N', ...sizes.map(String)], rows)] : [];
        }),
      ];
    })
    .join('\n\n');

  /**
   * @param {{ group: string, contestant: string, tokens: number, heads: number }} of
   * @param {Metric} metric
   * @param {(value: number) => string} format
   */
  function cell({ group, contestant, tokens, heads }, metric, format) {
    const value = find(results, group, contestant, tokens, metric, heads);
    if (value) return spreadCell(value, format, usual);
    const failed = casesOf(results, group, contestant, tokens, heads).find(
      ({ timedOut, error }) => timedOut ?? error,
    );
    if (!failed) return '–';
    return failed.timedOut ? `not in ${String(options.limit)} s` : 'failed';
  }
}

/** @template T @param {T[]} values */
function distinct(values) {
  return [...new Set(values)];
}
