// Runs Python of the environment that setup.ts made.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { run } from '../../scripts/run.js';

/** The python to test with; empty where there is none, and tests are skipped. */
export const python = inject('python');

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attentrace-python-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a script in a folder and returns what it printed. */
export async function runPython(folder: string, script: string): Promise<string> {
  writeFileSync(join(folder, 'script.py'), script);
  return runCommand(`"${python}" script.py`, folder);
}

/** Runs a command in a folder and returns its output. */
export async function runCommand(command: string, cwd: string): Promise<string> {
  const { ok, output } = await run(command, { quiet: true, cwd, limitSeconds: 600 });
  if (!ok) throw new Error(`${command}\n${output}`);
  return output;
}

/** Cells of a notebook as a file of Jupyter's. */
export function notebook(cells: readonly string[]): string {
  return JSON.stringify({
    cells: cells.map((source, i) => ({
      cell_type: 'code',
      execution_count: null,
      id: `cell${i}`,
      metadata: {},
      outputs: [],
      source,
    })),
    metadata: { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' } },
    nbformat: 4,
    nbformat_minor: 5,
  });
}
