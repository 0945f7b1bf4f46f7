// A real JupyterLab with a real kernel, driven in Chromium.
import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import type { Locator, Page } from 'playwright';
import { python } from './python.js';

const token = 'attentrace';

/** Starts JupyterLab in a folder. */
export async function startLab(
  folder: string,
): Promise<{ urlOf(file: string): string; stop(): Promise<void> }> {
  const port = await freePort();
  const lab = spawn(
    python,
    [
      ...[
        '-m',
        'jupyter',
        'lab',
        '--no-browser',
        '--allow-root',
        `--port=${port}`,
        '--ServerApp.port_retries=0',
      ],
      ...[`--ServerApp.root_dir=${folder}`, `--IdentityProvider.token=${token}`, '--LabApp.news_url='],
      ...['--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate'],
    ],
    // Settings and kernels of whoever runs the tests have no part in them.
    {
      stdio: 'ignore',
      env: { ...process.env, JUPYTER_CONFIG_DIR: folder, JUPYTER_DATA_DIR: folder, IPYTHONDIR: folder },
    },
  );
  const ended = new Promise<void>((resolve) => lab.on('exit', () => resolve()));
  const address = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${address}/api?token=${token}`).catch(() => undefined);
    if (answer?.ok) break;
    if (tries > 300 || lab.exitCode !== null) throw new Error('JupyterLab did not start.');
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  return {
    urlOf: (file) => `${address}/doc/tree/${file}?token=${token}`,
    async stop() {
      lab.kill();
      await ended;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** The cells of an open notebook. */
export class Notebook {
  constructor(readonly page: Page) {}

  cell(n: number): Locator {
    return this.page.locator('.jp-Notebook .jp-Cell').nth(n);
  }

  /** Runs a cell and returns what it printed, once the kernel has done it. */
  async run(n: number): Promise<string> {
    const number = this.cell(n).locator('.jp-InputPrompt');
    const before = await number.textContent();
    await this.cell(n).locator('.cm-content').click();
    await this.page.keyboard.press('Control+Enter');
    await this.page.waitForFunction(
      ([element, text]) =>
        element !== null && element.textContent !== text && /\d/.test(element.textContent ?? ''),
      [await number.elementHandle(), before] as const,
    );
    const printed = (await this.cell(n).locator('.jp-OutputArea-output pre').allTextContents()).join('\n');
    if (printed.includes('Traceback')) throw new Error(printed);
    return printed;
  }
}
