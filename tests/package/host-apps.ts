// Apps that know no Svelte, with the packed package installed, outside the project.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { root } from '../../scripts/run.js';
import { installDependencies } from '../../scripts/setup.js';
import { appEnv, freePort, packPackage, readmeExample } from './fresh-app.js';

/** What every app shows. */
export const fixture = join(root, 'fixtures', 'minilm-pair.safetensors');

/** Apps that share their packages: a folder of tests/package/apps. They are kept from run to run, so that packages are installed once. */
export class HostApps {
  readonly #folder: string;

  constructor(private readonly template: string) {
    // So that nothing is found in the project's node_modules.
    const project = createHash('sha256').update(root).digest('hex').slice(0, 8);
    this.#folder = join(tmpdir(), `attentrace-${template}-${project}`);
  }

  readonly inHost = (...path: string[]): string => join(this.#folder, ...path);

  /** Everything anew but the packages; each app has the fixture among what it serves. */
  async install(apps: readonly string[]): Promise<void> {
    const { template, inHost } = this;
    mkdirSync(inHost(), { recursive: true });
    for (const name of readdirSync(inHost()).filter((name) => name !== 'node_modules'))
      rmSync(inHost(name), { recursive: true });
    cpSync(join(root, 'tests', 'package', 'apps', template), inHost(), { recursive: true });
    const npm = (...args: string[]) =>
      execFileSync('npm', ['install', '--no-save', '--prefer-offline', '--no-audit', '--no-fund', ...args], {
        cwd: inHost(),
        stdio: 'pipe',
      });
    if (existsSync(inHost('package-lock.json'))) await installDependencies(inHost());
    npm(packPackage(template));
    for (const app of apps) {
      mkdirSync(inHost(app, 'public'), { recursive: true });
      cpSync(fixture, inHost(app, 'public', 'trace.safetensors'));
    }
  }

  /** Runs a tool that is installed for the apps, in the folder of one. */
  run(app: string, tool: string, ...args: string[]): void {
    try {
      execFileSync(process.execPath, [this.inHost('node_modules', tool), ...args], {
        cwd: this.inHost(app),
        stdio: 'pipe',
        env: { ...appEnv, NEXT_TELEMETRY_DISABLED: '1', NUXT_TELEMETRY_DISABLED: '1' },
      });
    } catch (error) {
      const { stdout, stderr } = error as { stdout: Buffer; stderr: Buffer };
      throw new Error(`${tool} ${args.join(' ')} in ${app}:\n${stdout}\n${stderr}`, { cause: error });
    }
  }

  /** Starts a server of an app's own and waits until it answers. */
  async start(app: string, tool: string, ...args: string[]) {
    const port = await freePort();
    const all = [this.inHost('node_modules', tool), ...args, '--port', String(port)];
    return this.serve(app, all, port);
  }

  /** Starts a server written by a build, which reads its port from the environment, and waits until it answers. */
  async startBuilt(app: string, file: string) {
    const port = await freePort();
    return this.serve(app, [this.inHost(app, file)], port);
  }

  private async serve(app: string, args: string[], port: number) {
    const env = { ...appEnv, PORT: String(port), HOST: 'localhost' };
    const server = spawn(process.execPath, args, { cwd: this.inHost(app), stdio: 'ignore', env });
    const url = `http://localhost:${port}/`;
    for (let tries = 0; !(await fetch(url).catch(() => undefined)); tries++) {
      if (tries > 300 || server.exitCode !== null) throw new Error(`${args.join(' ')} does not answer.`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return { url, stop: () => void server.kill() };
  }
}

/** A snippet of the README, with as many lines of one's own as are promised: all but blank ones and those a starter has too. */
export function snippet(language: string, most: number): string {
  const source = readmeExample(language);
  const starters = /^\s*$|^<\/?(script setup|template|script)>$|^}$/;
  expect(source.split('\n').filter((line) => !starters.test(line)).length).toBeLessThanOrEqual(most);
  return source;
}
