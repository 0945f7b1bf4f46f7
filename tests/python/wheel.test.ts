// The wheel by itself in a fresh environment; made from the sdist, so that this is whole too.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { root } from '../../scripts/run.js';
import { python, runCommand, temporaryFolder } from './python.js';

test.skipIf(!python)('the wheel works alone, and the sdist builds it', async () => {
  const folder = temporaryFolder();
  // Without --wheel and --sdist, build makes the wheel from the sdist.
  await runCommand(`"${python}" -m build --no-isolation --outdir "${folder}" python`, root);
  const made = readdirSync(folder).sort();
  const name = `attentrace-${packageJson.version}`;
  expect(made).toEqual([`${name}-py3-none-any.whl`, `${name}.tar.gz`]);

  await runCommand(`"${python}" -m venv fresh`, folder);
  const fresh = join(folder, 'fresh', process.platform === 'win32' ? 'Scripts' : 'bin', 'python');
  await runCommand(`"${fresh}" -m pip install --quiet ${name}-py3-none-any.whl`, folder);
  const script =
    'import sys, attentrace as at; at.heatmap([[[[1.0, 0.0], [0.5, 0.5]]]]).to_html("a.html"); ' +
    'print(at.__version__, "torch" in sys.modules, len(open("a.html").read()) > 300000)';
  const output = await runCommand(`"${fresh}" -c '${script}'`, folder);
  expect(output.trim()).toBe(`${packageJson.version} False True`);
});
