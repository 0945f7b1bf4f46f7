// Makes the environment of the Python tests, and builds the page's code that the package holds.
import type { TestProject } from 'vitest/node';
import { pythonEnvironment } from '../../scripts/python-env.js';
import { run } from '../../scripts/run.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The python to test with; empty where there is none. */
    python: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  const { python, reason } = await pythonEnvironment();
  if (!python) console.warn(`\n! The Python package is not tested: ${reason}.\n`);
  project.provide('python', python ?? '');
  if (!python) return;
  const { ok, output } = await run('node scripts/build-python.js', { quiet: true });
  if (!ok) throw new Error(`npm run build:python failed:\n${output}`);
}
