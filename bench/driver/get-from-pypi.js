// @ts-check
// What notebooks show, as notebooks run it: scripts out of packages on PyPI.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../../scripts/run.js';

/** Each with the folder of its scripts. */
const packages = {
  bertviz: { version: '1.4.1', scripts: 'bertviz' },
  circuitsvis: { version: '1.43.3', scripts: 'circuitsvis/dist/cdn' },
};

/** Names of contestants that come from there. */
export const fromPypi = Object.keys(packages);

/**
 * The folders of the scripts, by package; without those, and said so, that Python or PyPI do not give.
 * @returns {Promise<Record<string, string>>}
 */
export async function getFromPypi() {
  /** @type {Record<string, string>} */
  const got = {};
  for (const [name, { version, scripts }] of Object.entries(packages)) {
    const folder = join(root, 'node_modules', '.cache', 'attentrace', `${name}-${version}`);
    const problem = existsSync(join(folder, scripts))
      ? undefined
      : await unpack(`${name}==${version}`, folder);
    if (problem === undefined) got[name] = join(folder, scripts);
    else console.log(`${name} is not measured: it comes from PyPI by Python.\n${problem}`);
  }
  return got;
}

/** What went wrong, or undefined. @param {string} wanted @param {string} folder */
async function unpack(wanted, folder) {
  mkdirSync(folder, { recursive: true });
  const options = { quiet: true, cwd: folder, limitSeconds: 120 };
  const download = await run(`python3 -m pip download --quiet --no-deps --dest . ${wanted}`, options);
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (!wheel) return download.output;
  const { ok, output } = await run(`python3 -m zipfile -e ${wheel} .`, options);
  return ok ? undefined : output;
}
