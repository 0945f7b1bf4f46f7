// A real JupyterLab with a real kernel, driven in Chromium.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import type { Locator, Page } from 'playwright';
import { python } from './python.js';

const token = 'attentrace';

/** Starts JupyterLab in a folder. */
export async function startLab(
  folder: string,
): Promise<{ urlOf(file: string): string; stop(): Promise<void> }> {
  const port = await freePort();
  // No question about news in front of a view.
  const announcements = '@jupyterlab/apputils-extension:announcements';
  mkdirSync(join(folder, 'labconfig'));
  writeFileSync(
    join(folder, 'labconfig', 'page_config.json'),
    JSON.stringify({ disabledExtensions: { [announcements]: true } }),
  );
  const lab = spawn(
    python,
    [
      ...[
        '-m',
        'jupyter',
        'lab',
        '--no-browser',
        '--allow-root',
        '--expose-app-in-browser',
        `--port=${port}`,
        '--ServerApp.port_retries=0',
      ],
      ...[`--ServerApp.root_dir=${folder}`, `--IdentityProvider.token=${token}`],
    ],
    // Settings and kernels of whoever runs the tests have no part in them.
    {
      stdio: 'ignore',
      env: { ...process.env, JUPYTER_CONFIG_DIR: folder, JUPYTER_DATA_DIR: folder, IPYTHONDIR: folder },
    },
  );
  const address = `http://127.0.0.1:${port}`;
  const stop = await answers(lab, `${address}/api?token=${token}`);
  return {
    urlOf: (file) => `${address}/doc/tree/${file}?token=${token}`,
    stop,
  };
}

/** Waits until a server that was started answers; returns what ends it. */
export async function answers(server: ChildProcess, address: string): Promise<() => Promise<void>> {
  const ended = new Promise<void>((resolve) => server.on('exit', () => resolve()));
  while (!(await fetch(address).catch(() => undefined))?.ok) {
    if (server.exitCode !== null) throw new Error(`${server.spawnargs.join(' ')} did not start.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return async () => {
    server.kill();
    await ended;
  };
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** As much of JupyterLab's own app as is used. */
interface Lab {
  commands: { execute(name: string): Promise<unknown> };
  shell: {
    currentWidget: {
      content: { activeCellIndex: number };
      sessionContext?: { session?: { kernel?: { status: string; connectionStatus: string } } };
    } | null;
  };
}

/** An open notebook. */
export class Notebook {
  constructor(readonly page: Page) {}

  /** Waits until the kernel is there: what is run before is lost, and the indicator of a notebook without a kernel says “idle” too. */
  async ready(): Promise<void> {
    await this.page.waitForFunction(() => {
      const lab = (globalThis as unknown as { jupyterapp?: Lab }).jupyterapp;
      const kernel = lab?.shell.currentWidget?.sessionContext?.session?.kernel;
      return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
    });
  }

  cell(n: number): Locator {
    return this.page.locator('.jp-Notebook .jp-Cell').nth(n);
  }

  /** Has a cell run, and does not wait for it. */
  async start(n: number): Promise<void> {
    await this.cell(n).scrollIntoViewIfNeeded();
    await this.page.evaluate((n) => {
      const lab = (globalThis as unknown as { jupyterapp: Lab }).jupyterapp;
      lab.shell.currentWidget!.content.activeCellIndex = n;
      (globalThis as { ran?: Promise<unknown> }).ran = lab.commands.execute('notebook:run-cell');
    }, n);
  }

  /** Runs a cell and returns what it printed, once the kernel has done it. */
  async run(n: number): Promise<string> {
    await this.start(n);
    await this.page.evaluate(() => (globalThis as { ran?: Promise<unknown> }).ran);
    const printed = (await this.cell(n).locator('.jp-OutputArea-output pre').allTextContents()).join('\n');
    if (printed.includes('Traceback')) throw new Error(printed);
    return printed;
  }

  /** Writes the file, outputs and all. */
  async save(): Promise<void> {
    await this.page.evaluate(() =>
      (globalThis as unknown as { jupyterapp: Lab }).jupyterapp.commands.execute('docmanager:save'),
    );
  }
}
