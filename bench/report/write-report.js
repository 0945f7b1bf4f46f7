// @ts-check
// Writes the numbers of a run into docs/performance.md, and draws its picture: after a run, or by itself from the last one
// with `node bench/report/write-report.js`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../scripts/run.js';
import { fill } from './markdown.js';
import { historySection, lostTargets, withRun } from './history.js';
import { drawPlot } from './plot.js';
import { find } from './run-record.js';
import { machineSection, resultSection, targetSection } from './sections.js';
import { targets } from './targets.js';

/** @typedef {import('./run-record.js').RunRecord} RunRecord */

/** Colours that a colour-blind reader can tell apart. @type {Record<string, string>} */
const colors = {
  attentrace: '#1f5fc4',
  floor: '#5b6472',
  putImageData: '#8a63d2',
  plotly: '#c2410c',
  echarts: '#b0187e',
  'deck.gl': '#0f8a6d',
  svg: '#c2410c',
  bertviz: '#b0187e',
  circuitsvis: '#8a63d2',
};

const historyFile = join(root, 'bench', 'results', 'history.json');

/**
 * Returns the targets that the last whole run met and this one does not.
 * @param {RunRecord} record
 * @param {{ print?: boolean }} [options] `print` shows the tables in place of writing them
 */
export function writeReport(record, { print = false } = {}) {
  /** @type {import('./history.js').PastRun[]} */
  const before = existsSync(historyFile) ? JSON.parse(readFileSync(historyFile, 'utf8')) : [];
  const earlier = before.filter(({ date }) => date !== record.date);
  const reached = targets(record);
  const history = withRun(earlier, record, reached);
  const sections = {
    targets: targetSection(reached),
    history: historySection(history),
    machine: machineSection(record),
    results: resultSection(record),
  };
  const lost = lostTargets(earlier, record, reached);
  if (print) {
    console.log(`\n${Object.values(sections).join('\n\n')}\n`);
    return lost;
  }
  writeFileSync(historyFile, `${JSON.stringify(history, null, 1)}\n`);
  const page = join(root, 'docs', 'performance.md');
  const text = Object.entries(sections).reduce(
    (document, [name, section]) => fill(document, name, section),
    readFileSync(page, 'utf8'),
  );
  writeFileSync(page, text);
  writeFileSync(join(root, 'docs', 'images', 'performance.svg'), drawPlot(panels(record)));
  return lost;
}

/** @param {RunRecord} record */
function panels({ results }) {
  return [
    { title: 'Heatmap: first picture', group: 'heatmap', heads: 1, metric: /** @type {const} */ ('shown') },
    {
      title: 'Heatmap: a step of zoom and pan',
      group: 'heatmap',
      heads: 1,
      metric: /** @type {const} */ ('frame'),
    },
    {
      title: 'Head view, 12 heads: first picture',
      group: 'head-view',
      heads: 12,
      metric: /** @type {const} */ ('shown'),
    },
    {
      title: 'Head view, 12 heads: hover',
      group: 'head-view',
      heads: 12,
      metric: /** @type {const} */ ('hover'),
    },
  ].map(({ title, group, heads, metric }) => {
    const of = results
      .map((result) => result.case)
      .filter((one) => one.group === group && one.heads === heads);
    const sizes = [...new Set(of.map(({ tokens }) => tokens))].sort((a, b) => a - b);
    const lines = Object.entries(colors).map(([name, color]) => ({
      name,
      color,
      points: sizes.flatMap((tokens) => {
        const value = find(results, group, name, tokens, metric, heads);
        return value ? [{ x: tokens, y: value.median }] : [];
      }),
    }));
    return { title, lines: lines.filter(({ points }) => points.length > 0) };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeReport(JSON.parse(readFileSync(join(root, 'bench', 'results', 'latest.json'), 'utf8')));
