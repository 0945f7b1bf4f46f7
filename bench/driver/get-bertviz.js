// @ts-check
// BertViz itself, as a notebook runs it: its two scripts out of its package on PyPI.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../../scripts/run.js';

const version = '1.4.1';
const folder = join(root, 'node_modules', '.cache', 'attentrace', `bertviz-${version}`);

/** The folder with `head_view.js` and `model_view.js`; undefined, and said so, where Python or PyPI cannot be had. */
export async function getBertviz() {
  const scripts = join(folder, 'bertviz');
  if (existsSync(join(scripts, 'head_view.js'))) return scripts;
  mkdirSync(folder, { recursive: true });
  const got = await run(`python3 -m pip download --quiet --no-deps --dest . bertviz==${version}`, {
    quiet: true,
    cwd: folder,
    limitSeconds: 120,
  });
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  const { ok, output } = wheel
    ? await run(`python3 -m zipfile -e ${wheel} .`, { quiet: true, cwd: folder })
    : { ...got, ok: false };
  if (ok) return scripts;
  console.log(`BertViz is not measured: it comes from PyPI by Python.\n${output}`);
  return undefined;
}
