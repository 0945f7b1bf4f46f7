// @ts-check
// npm run bench: installs what is missing, measures everything, and writes bench/results/latest.json and docs/performance.md.
//   --only         heatmap, head-view, model-view, token-view, neuron-view; several set apart by commas
//   --sizes        numbers of tokens
//   --contestants  attentrace, floor, putImageData, plotly, echarts, deck.gl, svg, bertviz, circuitsvis
//   --repetitions  5 by default
//   --minutes      after these, what has been measured once is not measured again; 40 by default
//   --limit        seconds in which each stage has to end, 60 by default
//   --quick        what the targets are worked out of alone, once: under five minutes
//   --gpu          draws with the machine's graphics card in place of software
// A run of a part prints its tables and leaves the files of the whole alone: its numbers go to bench/results/part.json.
// Plain Node up to the first import below: dependencies may be missing.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { getBrowser } from '../scripts/get-browser.js';
import { fail, root } from '../scripts/run.js';
import { checkNode, installDependencies } from '../scripts/setup.js';
import { casesOfRound, chooseTasks, quickTasks, reasonToSkip, tasks } from './driver/plan.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    sizes: { type: 'string' },
    contestants: { type: 'string' },
    repetitions: { type: 'string', default: '5' },
    minutes: { type: 'string', default: '40' },
    limit: { type: 'string', default: '60' },
    quick: { type: 'boolean', default: false },
    gpu: { type: 'boolean', default: false },
  },
});
if (values.quick) Object.assign(values, { repetitions: '1', limit: '30' });
const chosen = chooseTasks(values.quick ? quickTasks : tasks, values);
if (chosen.length === 0) fail('Nothing to measure: no task has these sizes and contestants.');
const whole = !values.only && !values.sizes && !values.contestants && !values.quick;
const file = join(root, 'bench', 'results', whole ? 'latest.json' : 'part.json');

checkNode();
await installDependencies();
await installDependencies(join(root, 'bench'));
const executablePath = await getBrowser();

const { fromPypi, getFromPypi } = await import('./driver/get-from-pypi.js');
const scripts = await getFromPypi();
const { createBrowser } = await import('./driver/browser.js');
const { describeMachine } = await import('./driver/machine.js');
const { measureCase } = await import('./driver/measure-case.js');
const { servePage } = await import('./driver/page-server.js');
const { writeReport } = await import('./report/write-report.js');
const { weighBundles } = await import('./driver/weigh-bundles.js');

const started = performance.now();
const minutes = () => (performance.now() - started) / 60_000;
console.log('Building the page …');
const server = await servePage(scripts);
const browser = createBrowser(executablePath, values);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
  process.once(signal, () => void browser.kill().finally(() => process.exit(130)));

/** @type {import('./driver/measure-case.js').Result[]} */
const results = [];
/** @type {import('./report/run-record.js').RunRecord} */
const record = {
  date: new Date().toISOString(),
  minutes: 0,
  options: values,
  machine: await describeMachine(browser, server.url),
  bundles: whole ? await weighBundles() : [],
  results,
};

for (let round = 0; round < Number(values.repetitions); round++) {
  for (const next of casesOfRound(chosen, round)) {
    if (round > 0 && minutes() > Number(values.minutes)) break;
    if (reasonToSkip(next, results) || (fromPypi.includes(next.contestant) && !scripts[next.contestant]))
      continue;
    const result = await measureCase(browser, server.url, next, Number(values.limit));
    results.push(result);
    record.minutes = minutes();
    save();
    const { group, contestant, tokens, heads } = next;
    console.log(
      [
        `${record.minutes.toFixed(1)} min`.padStart(8),
        `round ${round + 1}`,
        `${group} ${contestant} ${tokens}${heads > 1 ? ` × ${heads} heads` : ''}`.padEnd(38),
        result.timedOut
          ? `not in time: ${result.timedOut}`
          : (result.error ?? `${result.seconds.toFixed(1)} s`),
      ].join('  '),
    );
  }
}
await browser.kill();
await server.close();
const lost = writeReport(record, { print: !whole });
console.log(`Measured in ${minutes().toFixed(1)} minutes. Numbers: ${file}`);
if (lost.length > 0)
  fail(
    `Lost since the last whole run: ${lost.map(({ name, wanted, measured }) => `${name}: ${measured}, wanted ${wanted}`).join('; ')}`,
  );

function save() {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(record, rounded)}\n`);
}

/** Hundredths of a millisecond say nothing. @param {string} _ @param {unknown} value */
function rounded(_, value) {
  return typeof value === 'number' ? Math.round(value * 100) / 100 : value;
}
