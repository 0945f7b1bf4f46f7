// @ts-check
// One Chromium for the whole run; started anew only when a page does not come back.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright';
import { browserArgs } from '../../scripts/find-browser.js';

const softwareArgs = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
/** Frames as fast as they are made: else all that takes less than the screen's 16.7 ms would look alike. */
const unlimited = ['--disable-frame-rate-limit', '--disable-gpu-vsync'];

/**
 * @param {string} executablePath
 * @param {{ gpu: boolean }} options `gpu` draws with the machine's own, if Chromium can
 */
export function createBrowser(executablePath, { gpu }) {
  const args = [...browserArgs.filter((arg) => !gpu || !softwareArgs.includes(arg)), ...unlimited];
  /** @type {import('playwright').BrowserServer | undefined} */
  let server;
  /** @type {import('playwright').Browser | undefined} */
  let browser;

  async function start() {
    server = await chromium.launchServer({ executablePath, args });
    browser = await chromium.connect(server.wsEndpoint());
    return browser;
  }
  async function kill() {
    await server?.kill();
    server = browser = undefined;
  }
  return {
    kill,
    /** A page of its own, in a renderer of its own. @param {string} url */
    async open(url) {
      const current = browser?.isConnected() ? browser : await start();
      const context = await current.newContext({ viewport: { width: 1500, height: 1200 } });
      const page = await context.newPage();
      await page.goto(url);
      return {
        page,
        devtools: await context.newCDPSession(page),
        async close() {
          await within(10_000, context.close()).catch(kill);
        },
      };
    },
    /** Memory and time of all renderers and of the GPU process; null where /proc is not there. */
    async processes() {
      if (process.platform !== 'linux' || !browser) return null;
      const session = await browser.newBrowserCDPSession();
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      await session.detach();
      const sum = (/** @type {string} */ type) =>
        processInfo
          .filter((info) => info.type === type)
          .map(({ id }) => readProcess(id))
          .reduce((a, b) => ({ bytes: a.bytes + b.bytes, cpuMs: a.cpuMs + b.cpuMs }), { bytes: 0, cpuMs: 0 });
      return { renderers: sum('renderer'), gpu: sum('GPU') };
    },
  };
}

/** Resident bytes and the processor's time so far; a clock tick is 10 ms on all Linux machines. @param {number} pid */
function readProcess(pid) {
  try {
    const [, kilobytes = '0'] = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+)/m) ?? [];
    // What comes before the last bracket is the process's name.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { bytes: Number(kilobytes) * 1024, cpuMs: (Number(fields[11]) + Number(fields[12])) * 10 };
  } catch {
    // It ended meanwhile.
    return { bytes: 0, cpuMs: 0 };
  }
}

/**
 * Rejects with `TimeoutError` when a promise is not kept in time.
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function within(ms, promise) {
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`not in ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, /** @type {Promise<never>} */ (late)]).finally(() => clearTimeout(timer));
}

export class TimeoutError extends Error {}
