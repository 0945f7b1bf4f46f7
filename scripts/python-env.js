// @ts-check
// A virtual environment for the tests of the Python package, in node_modules/.cache; made once, anew when what is pinned changes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, run } from './run.js';

const project = join(root, 'python');
const least = [3, 10];

/** @typedef {{ python: string, reason?: undefined } | { python?: undefined, reason: string }} Environment */

/**
 * The python of the environment, or why there is none.
 * @returns {Promise<Environment>}
 */
export async function pythonEnvironment() {
  const found = await findPython();
  if (!found) return { reason: `Python ${least.join('.')} or newer is not here` };
  const pinned = readFileSync(join(project, 'tests', 'requirements.txt'), 'utf8');
  const hash = createHash('sha256').update(pinned).update(found.version).digest('hex').slice(0, 12);
  const folder = join(root, 'node_modules', '.cache', `python-${hash}`);
  const python = pythonIn(folder);
  if (existsSync(join(folder, 'ready'))) return { python };
  console.log(`Making a virtual environment of Python ${found.version} …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const steps = [
    `${found.command} -m venv "${folder}"`,
    `"${python}" -m pip install --quiet --disable-pip-version-check -r python/tests/requirements.txt`,
    `"${python}" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e python`,
  ];
  for (const step of steps) {
    const { ok, output, timedOut } = await run(step, { quiet: true, limitSeconds: 600 });
    if (ok) continue;
    const why = timedOut ? 'took over ten minutes' : (output.trim().split('\n').at(-1) ?? 'failed');
    return { reason: `no environment could be made (${step.split(' -m ')[1]}: ${why})` };
  }
  writeFileSync(join(folder, 'ready'), '');
  return { python };
}

/** The newest Python that is new enough and has venv. */
async function findPython() {
  const names = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
  for (const command of names) {
    const asks = `${command} -c "import sys, venv, ensurepip; print(*sys.version_info[:3], sep='.')"`;
    const { ok, output } = await run(asks, { quiet: true, limitSeconds: 30 });
    const version = /^(\d+)\.(\d+)\.\d+$/m.exec(output);
    if (ok && version && Number(version[1]) === least[0] && Number(version[2]) >= Number(least[1]))
      return { command, version: version[0] };
  }
  return undefined;
}

/** @param {string} folder */
function pythonIn(folder) {
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { python, reason } = await pythonEnvironment();
  console.log(python ?? `No: ${reason}.`);
}
