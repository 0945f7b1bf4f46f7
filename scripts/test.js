// @ts-check
// npm test: installs what is missing, then runs every check and test. Plain Node: it runs before anything is installed.
import { getBrowser } from './get-browser.js';
import { fail, run } from './run.js';
import { checkNode, installDependencies } from './setup.js';

/**
 * Stages run one after the other, the steps of a stage side by side: the output of one at most is shown as it comes.
 * @type {{ name: string, command: string, shown?: boolean }[][]}
 */
const stages = [
  [
    { name: 'format (prettier)', command: 'prettier --check --log-level warn .' },
    { name: 'lint (eslint)', command: 'eslint .' },
    { name: 'spelling (cspell)', command: 'cspell --no-progress --no-summary' },
    { name: 'unused files, exports, dependencies (knip)', command: 'npm run --silent unused' },
    { name: 'types (svelte-check)', command: 'npm run --silent check' },
  ],
  [
    {
      name: 'tests: unit, dom, browser, stories (vitest)',
      command: 'vitest run --project unit --project dom --project browser --project "storybook-*"',
      shown: true,
    },
  ],
  [
    // Skipped, and said so, where Python is not there. It waits for kernels and servers: what else is built meanwhile.
    { name: 'tests: the Python package', command: 'vitest run --project python', shown: true },
    { name: 'build the package (svelte-package)', command: 'npm run --silent build' },
    { name: 'build Storybook', command: 'npm run --silent storybook:build' },
  ],
  [
    // Skipped, and said so, where there is no Firefox.
    { name: 'tests: stories in Firefox', command: 'vitest run --project firefox', shown: true },
    { name: 'size of each entry', command: 'npm run --silent size' },
    { name: 'package (publint, attw)', command: 'npm run --silent package:lint' },
  ],
  [{ name: 'tests: the packed package in fresh apps', command: 'vitest run --project package', shown: true }],
];

checkNode();
await installDependencies();
const browser = await getBrowser();
console.log(`Testing with Node ${process.versions.node} and ${browser}\n`);

const env = { CHROMIUM_PATH: browser, STORYBOOK_DISABLE_TELEMETRY: '1' };
const started = performance.now();
/** @type {string[]} */
const summary = [];
for (const stage of stages) {
  const failed = await runStage(stage);
  if (failed.length === 0) continue;
  console.log(`\n${summary.join('\n')}`);
  fail(`npm test stopped: ${failed.join(', ')} failed.`);
}
console.log(`\n${summary.join('\n')}\n\nAll passed in ${seconds((performance.now() - started) / 1000)}.`);

/** Runs the steps of a stage and returns the names of those that failed. @param {typeof stages[number]} stage */
async function runStage(stage) {
  /** @type {string[]} */
  const failed = [];
  await Promise.all(
    stage.map(async ({ name, command, shown = false }) => {
      if (shown) console.log(`\n▸ ${name}: ${command}`);
      const result = await run(command, { quiet: !shown, env });
      const line = `${result.ok ? '✓' : '✗'} ${name} ${seconds(result.seconds)}`;
      summary.push(line);
      console.log(line);
      if (result.ok) return;
      failed.push(name);
      if (result.output) console.log(`  ${command}\n${result.output}`);
    }),
  );
  return failed;
}

/** @param {number} value */
function seconds(value) {
  return `${value.toFixed(1)} s`;
}
