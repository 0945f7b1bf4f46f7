// @ts-check
// Installs what is missing and says so: `node scripts/setup.js`, or as the first step of npm start and npm test.
// Plain Node without dependencies: it runs before anything is installed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getBrowser } from './get-browser.js';
import { fail, root, run } from './run.js';

const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Whether package.json allows a version of Node. @param {string} version */
export function isSupported(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return engines.node.split(' || ').some((/** @type {string} */ range) => {
    const [, sign, ...least] =
      /^(\^|>=)(\d+)\.(\d+)\.0$/.exec(range) ?? fail(`What is '${range}' in engines?`);
    const [leastMajor = 0, leastMinor = 0] = least.map(Number);
    return (major === leastMajor && minor >= leastMinor) || (sign === '>=' && major > leastMajor);
  });
}

/** Ends the process where Node is too old for the tools. */
export function checkNode() {
  const { node } = process.versions;
  if (!isSupported(node))
    fail(`Node ${node} is not one that works here: install Node 20.19, 22.12 or newer.`);
}

/**
 * Runs `npm ci` where node_modules is absent or differs from package-lock.json.
 * @param {string} [folder] a folder with a package-lock.json; the project's own by default
 */
export async function installDependencies(folder = root) {
  const difference = missingPackage(folder);
  if (!difference) return;
  console.log(`Installing dependencies with npm ci (${difference}) …`);
  const { ok, seconds, output, timedOut } = await run('npm ci --prefer-offline --no-audit --no-fund', {
    cwd: folder,
    quiet: true,
    limitSeconds: 600,
  });
  if (!ok) fail(`npm ci ${timedOut ? 'took over ten minutes' : 'failed'}:\n${output}`);
  console.log(`Installed dependencies in ${seconds.toFixed(0)} s.`);
}

/** Compares what npm says it installed with what the lockfile asks for; a few milliseconds. @param {string} folder */
function missingPackage(folder) {
  const installed = packages(join(folder, 'node_modules', '.package-lock.json'));
  if (!installed) return 'node_modules is absent';
  const wanted = Object.entries(packages(join(folder, 'package-lock.json')) ?? {});
  for (const [path, { version, optional, peer }] of wanted) {
    if (path === '') continue;
    const found = installed[path]?.version;
    // npm leaves out optional packages made for other platforms, and peers nothing needs.
    if (found !== version && !(found === undefined && (optional || peer))) {
      return `${path} is ${found ?? 'absent'}, package-lock.json asks for ${version}`;
    }
  }
  return undefined;
}

/**
 * @param {string} lockfile
 * @returns {Record<string, { version?: string, optional?: boolean, peer?: boolean }> | undefined}
 */
function packages(lockfile) {
  return existsSync(lockfile) ? JSON.parse(readFileSync(lockfile, 'utf8')).packages : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  checkNode();
  await installDependencies();
  console.log(`Dependencies are in place. Browser: ${await getBrowser()}`);
}
