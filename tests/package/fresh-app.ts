// Fresh apps with the packed package in them, made from the templates in apps/.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { root } from '../../scripts/run.js';
import { installDependencies } from '../../scripts/setup.js';

const cache = join(root, 'node_modules', '.cache', 'attentrace-apps');

/** The first example of a page in a language: of the README, what a newcomer copies. */
export function readmeExample(language = 'svelte', page = 'README.md'): string {
  const text = readFileSync(join(root, page), 'utf8');
  const example = text.split(`\`\`\`${language}\n`)[1]?.split('```')[0];
  if (!example) throw new Error(`${page} has no example in ${language}.`);
  return example;
}

/**
 * Packs dist as `npm publish` would; the name changes with the content, so that npm never takes an old one for it.
 *
 * @param user The test file that asks: files run side by side, and each has a folder of its own.
 */
export function packPackage(user: string): string {
  const folder = join(cache, `packed-${user}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    stdio: 'pipe',
  });
  const packed = join(folder, readdirSync(folder)[0]!);
  const digest = createHash('sha256').update(readFileSync(packed)).digest('hex').slice(0, 12);
  const named = join(folder, `attentrace-${digest}.tgz`);
  renameSync(packed, named);
  return named;
}

export interface FreshApp {
  folder: string;
  /** Runs a vite command to its end. */
  vite(...args: string[]): void;
  /** Starts `vite dev` or `vite preview`. */
  serve(
    command: 'dev' | 'preview',
    env?: Record<string, string>,
  ): Promise<{ url: string; output(): string; stop(): void }>;
}

/**
 * An app of the template's name, its page the given Svelte source, with the tarball installed beside its own dependencies.
 *
 * @param dependencies The template whose package.json and lockfile it has, where they are not its own.
 */
export async function createFreshApp(
  template: string,
  page: { path: string; source: string },
  tarball: string,
  dependencies = template,
) {
  const folder = join(cache, dependencies);
  mkdirSync(folder, { recursive: true });
  // node_modules is kept from the last run; all else is new.
  for (const name of readdirSync(folder).filter((name) => name !== 'node_modules')) {
    rmSync(join(folder, name), { recursive: true });
  }
  for (const name of new Set([template, dependencies]))
    cpSync(join(root, 'tests', 'package', 'apps', name), folder, { recursive: true });
  mkdirSync(dirname(join(folder, page.path)), { recursive: true });
  writeFileSync(join(folder, page.path), page.source);
  await installDependencies(folder);
  const flags = ['--prefer-offline', '--no-audit', '--no-fund'];
  execFileSync('npm', ['install', ...flags, tarball], { cwd: folder, stdio: 'pipe' });
  const vite = [process.execPath, join(folder, 'node_modules', 'vite', 'bin', 'vite.js')] as const;

  const app: FreshApp = {
    folder,
    vite(...args) {
      execFileSync(vite[0], [vite[1], ...args], { cwd: folder, stdio: 'pipe', env: appEnv });
    },
    async serve(command, env = {}) {
      const port = await freePort();
      const args = [vite[1], command, '--host', '127.0.0.1', '--port', String(port), '--strictPort'];
      const server = spawn(vite[0], args, { cwd: folder, stdio: 'pipe', env: { ...appEnv, ...env } });
      const url = `http://127.0.0.1:${port}/`;
      let output = '';
      await new Promise<void>((resolve, reject) => {
        const hear = (data: Buffer) => {
          output += data.toString();
          if (output.includes(String(port))) resolve();
        };
        server.stdout.on('data', hear);
        server.stderr.on('data', hear);
        server.on('close', () => reject(new Error(`vite ${command} ended:\n${output}`)));
      });
      return { url, output: () => output, stop: () => server.kill() };
    },
  };
  return app;
}

// Vitest sets these for its own; an app of a user has neither.
export const appEnv: NodeJS.ProcessEnv = { ...process.env };
delete appEnv.NODE_ENV;
delete appEnv.VITEST;

/** A port that nobody uses. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
