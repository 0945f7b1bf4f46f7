import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const places = [
  process.env.FIREFOX_PATH,
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/snap/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
];
const xvfb = '/usr/bin/Xvfb';

/** The Firefox of this machine, where it has one. `FIREFOX_PATH` says where. */
export const firefoxPath = places.find((path) => path && existsSync(path));

/** Why nothing can be tested with Firefox here; undefined where it can. */
export function whyNoFirefox(): string | undefined {
  if (!firefoxPath) return 'Firefox is not here, or FIREFOX_PATH does not say where';
  const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY || existsSync(xvfb);
  return hasDisplay ? undefined : 'Firefox has WebGL only with a display, and Xvfb is not here';
}

/** A display for Firefox, whose WebGL needs one even when nobody looks. */
export async function openDisplay(): Promise<{ name: string | undefined; close(): void }> {
  if (process.platform !== 'linux' || process.env.DISPLAY)
    return { name: process.env.DISPLAY, close: () => {} };
  const server = spawn(xvfb, ['-displayfd', '1', '-screen', '0', '1280x1024x24'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const number = await new Promise<string>((resolve, reject) => {
    server.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code}.`)));
  });
  return { name: `:${number}`, close: () => void server.kill() };
}
